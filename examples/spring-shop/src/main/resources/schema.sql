create table if not exists product (
    id bigint primary key,
    name varchar(200) not null,
    brand varchar(100) not null,
    price numeric(10, 2) not null,
    updated_at timestamp with time zone default current_timestamp not null
);
create table if not exists stock (
    product_id bigint primary key references product (id),
    quantity integer not null
);
