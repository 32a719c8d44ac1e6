-- A shop as shops grow: what a customer sees as one product lies in six tables, and each knows only when it changed itself.

create table category (
    id         integer primary key,
    name       varchar(80) not null,
    updated_at timestamp(6) with time zone default current_timestamp not null
);

create table product (
    id          varchar(20) primary key,
    category_id integer references category not null,
    name        varchar(120) not null,
    brand       varchar(80) not null,
    description varchar(400) not null,
    published   boolean not null,
    updated_at  timestamp(6) with time zone default current_timestamp not null
);

create table variant (
    id         integer primary key,
    product_id varchar(20) references product not null,
    sku        varchar(40) unique not null,
    color      varchar(40) not null,
    updated_at timestamp(6) with time zone default current_timestamp not null
);

create table location (
    id         integer primary key,
    name       varchar(40) unique not null,
    updated_at timestamp(6) with time zone default current_timestamp not null
);

create table stock (
    id          integer primary key,
    variant_id  integer references variant not null,
    location_id integer references location not null,
    quantity    integer not null,
    updated_at  timestamp(6) with time zone default current_timestamp not null,
    unique (variant_id, location_id)
);

create table price (
    id         integer primary key,
    variant_id integer references variant not null,
    currency   char(3) not null,
    amount     numeric(10, 2) not null,
    updated_at timestamp(6) with time zone default current_timestamp not null,
    unique (variant_id, currency)
);

create index variant_by_product on variant (product_id);

-- What lets a look at the timestamps cost what changed. The index on price is missing, as they do: the self-check tells.
create index product_changed on product (updated_at);
create index variant_changed on variant (updated_at);
create index stock_changed on stock (updated_at);
