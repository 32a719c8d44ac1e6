create table product (
    id bigint primary key,
    name varchar(200) not null,
    brand varchar(100),
    updated_at timestamp with time zone default current_timestamp not null
);
create table stock (
    product_id bigint primary key references product (id),
    quantity integer not null,
    updated_at timestamp with time zone default current_timestamp not null
);
insert into product (id, name, brand) values (1, 'Brass Hook', 'Harbour'), (2, 'Velvet Chair', 'Meadow');
insert into stock (product_id, quantity) values (1, 41), (2, 3);
