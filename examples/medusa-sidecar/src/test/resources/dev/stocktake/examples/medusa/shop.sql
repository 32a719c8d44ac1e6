-- A shop with the tables of Medusa 2 that a document is made of, as far as they are read; every row is invented.
-- No foreign keys between what are modules of their own there.

create table product (
    id text not null,
    title text not null,
    handle text not null,
    subtitle text,
    description text,
    is_giftcard boolean not null default false,
    status text not null default 'draft',
    thumbnail text,
    collection_id text,
    type_id text,
    discountable boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    primary key (id)
);

create table product_variant (
    id text not null,
    product_id text,
    title text not null,
    sku text,
    barcode text,
    allow_backorder boolean not null default false,
    manage_inventory boolean not null default true,
    variant_rank integer default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    primary key (id)
);

create table image (
    id text not null,
    product_id text not null,
    url text not null,
    rank integer not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    primary key (id)
);

create table product_collection (
    id text not null,
    title text not null,
    handle text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    primary key (id)
);

create table product_type (
    id text not null,
    value text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    primary key (id)
);

create table product_category (
    id text not null,
    name text not null,
    handle text not null,
    is_active boolean not null default false,
    is_internal boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    primary key (id)
);

create table product_category_product (
    product_id text not null,
    product_category_id text not null,
    primary key (product_id, product_category_id)
);

create table product_tag (
    id text not null,
    value text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    primary key (id)
);

create table product_tags (
    product_id text not null,
    product_tag_id text not null,
    primary key (product_id, product_tag_id)
);

create table product_option (
    id text not null,
    title text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    primary key (id)
);

create table product_option_value (
    id text not null,
    value text not null,
    option_id text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    primary key (id)
);

create table product_variant_option (
    variant_id text not null,
    option_value_id text not null,
    primary key (variant_id, option_value_id)
);

create table inventory_item (
    id text not null,
    sku text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    primary key (id)
);

create table inventory_level (
    id text not null,
    inventory_item_id text not null,
    location_id text not null,
    stocked_quantity numeric not null default 0,
    reserved_quantity numeric not null default 0,
    raw_stocked_quantity jsonb,
    raw_reserved_quantity jsonb,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    primary key (id)
);

create table product_variant_inventory_item (
    id varchar(255) not null,
    variant_id varchar(255) not null,
    inventory_item_id varchar(255) not null,
    required_quantity numeric not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    primary key (variant_id, inventory_item_id)
);

create table sales_channel (
    id text not null,
    name text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    primary key (id)
);

create table product_sales_channel (
    id varchar(255) not null,
    product_id varchar(255) not null,
    sales_channel_id varchar(255) not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    primary key (product_id, sales_channel_id)
);

create table sales_channel_stock_location (
    id varchar(255) not null,
    sales_channel_id varchar(255) not null,
    stock_location_id varchar(255) not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    primary key (sales_channel_id, stock_location_id)
);

create table price_list (
    id text not null,
    title text not null,
    description text not null default '',
    status text not null default 'draft',
    type text not null default 'sale',
    starts_at timestamptz,
    ends_at timestamptz,
    rules_count integer default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    primary key (id)
);

create table price (
    id text not null,
    price_set_id text not null,
    currency_code text not null,
    amount numeric not null,
    raw_amount jsonb not null,
    rules_count integer default 0,
    min_quantity numeric,
    max_quantity numeric,
    price_list_id text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    primary key (id)
);

create table product_variant_price_set (
    id varchar(255) not null,
    variant_id varchar(255) not null,
    price_set_id varchar(255) not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    primary key (variant_id, price_set_id)
);

insert into product_collection (id, title, handle) values
    ('pcol_shore', 'Shore', 'shore');

insert into product_type (id, value) values
    ('ptyp_home', 'Home');

insert into product (id, title, handle, subtitle, description, status, thumbnail, collection_id, type_id, deleted_at) values
    ('prod_lamp', 'Tideglass Lamp', 'tideglass-lamp', 'Sea-green', 'A lamp of thick glass.', 'published', 'http://img/lamp.png', 'pcol_shore', 'ptyp_home', null),
    ('prod_set', 'Harbour Picnic Set', 'harbour-picnic-set', null, 'Plates and cups.', 'published', null, 'pcol_shore', null, null),
    ('prod_print', 'Gull Print', 'gull-print', null, null, 'published', null, null, 'ptyp_home', null),
    ('prod_coat', 'Foghorn Coat', 'foghorn-coat', null, null, 'published', null, null, null, null),
    ('prod_mug', 'Anchor Mug', 'anchor-mug', null, null, 'published', null, null, null, null),
    ('prod_rug', 'Dune Rug', 'dune-rug', null, null, 'published', null, null, null, null),
    ('prod_draft', 'Not Yet', 'not-yet', null, null, 'draft', null, null, null, null),
    ('prod_gone', 'No More', 'no-more', null, null, 'published', null, null, null, now());

insert into product_variant (id, product_id, title, sku, barcode, manage_inventory, allow_backorder, variant_rank, deleted_at) values
    ('var_lamp_s', 'prod_lamp', 'Small', 'LAMP-S', '4000001', true, false, 0, null),
    ('var_lamp_l', 'prod_lamp', 'Large', 'LAMP-L', null, true, false, 1, null),
    ('var_lamp_x', 'prod_lamp', 'Huge', 'LAMP-X', null, true, false, 2, now()),
    ('var_set', 'prod_set', 'Whole', 'SET-1', null, true, false, 0, null),
    ('var_print', 'prod_print', 'A3', 'PRINT-A3', null, false, false, 0, null),
    ('var_coat', 'prod_coat', 'M', 'COAT-M', null, true, true, 0, null),
    ('var_mug', 'prod_mug', 'Blue', 'MUG-B', null, true, false, 0, null),
    ('var_rug', 'prod_rug', 'Round', 'RUG-R', null, true, false, 0, null),
    ('var_draft', 'prod_draft', 'Any', 'DRAFT', null, true, false, 0, null);

insert into image (id, product_id, url, rank) values
    ('img_2', 'prod_lamp', 'http://img/lamp-2.png', 1),
    ('img_1', 'prod_lamp', 'http://img/lamp-1.png', 0);

insert into product_category (id, name, handle, is_active, is_internal) values
    ('pcat_light', 'Lighting', 'lighting', true, false),
    ('pcat_staff', 'Staff only', 'staff', true, true),
    ('pcat_old', 'Old', 'old', false, false);

insert into product_category_product (product_id, product_category_id) values
    ('prod_lamp', 'pcat_light'),
    ('prod_lamp', 'pcat_staff'),
    ('prod_lamp', 'pcat_old'),
    ('prod_print', 'pcat_light');

insert into product_tag (id, value) values
    ('ptag_new', 'new'),
    ('ptag_gift', 'gift');

insert into product_tags (product_id, product_tag_id) values
    ('prod_lamp', 'ptag_new'),
    ('prod_mug', 'ptag_gift');

insert into product_option (id, title) values
    ('opt_size', 'Size');

insert into product_option_value (id, value, option_id) values
    ('optval_s', 'Small', 'opt_size'),
    ('optval_l', 'Large', 'opt_size');

insert into product_variant_option (variant_id, option_value_id) values
    ('var_lamp_s', 'optval_s'),
    ('var_lamp_l', 'optval_l');

insert into inventory_item (id, sku, deleted_at) values
    ('iitem_lamp_s', 'LAMP-S', null),
    ('iitem_lamp_l', 'LAMP-L', null),
    ('iitem_plate', 'PLATE', null),
    ('iitem_cup', 'CUP', null),
    ('iitem_coat', 'COAT-M', null),
    ('iitem_mug', 'MUG-B', null),
    ('iitem_rug', 'RUG-R', now());

insert into inventory_level (id, inventory_item_id, location_id, stocked_quantity, reserved_quantity, raw_stocked_quantity, raw_reserved_quantity) values
    ('ilev_1', 'iitem_lamp_s', 'sloc_north', 5, 1, '{"value": "5", "precision": 20}', '{"value": "1", "precision": 20}'),
    ('ilev_2', 'iitem_lamp_s', 'sloc_south', 2, 0, '{"value": "2", "precision": 20}', '{"value": "0", "precision": 20}'),
    ('ilev_3', 'iitem_lamp_l', 'sloc_north', 0, 0, '{"value": "0", "precision": 20}', '{"value": "0", "precision": 20}'),
    ('ilev_4', 'iitem_plate', 'sloc_north', 10, 0, '{"value": "10", "precision": 20}', '{"value": "0", "precision": 20}'),
    ('ilev_5', 'iitem_plate', 'sloc_south', 3, 0, '{"value": "3", "precision": 20}', '{"value": "0", "precision": 20}'),
    ('ilev_6', 'iitem_cup', 'sloc_north', 7, 0, '{"value": "7", "precision": 20}', '{"value": "0", "precision": 20}'),
    ('ilev_7', 'iitem_coat', 'sloc_north', 0, 2, '{"value": "0", "precision": 20}', '{"value": "2", "precision": 20}'),
    ('ilev_8', 'iitem_mug', 'sloc_north', 77, 0, '{"value": "32", "precision": 20}', '{"value": "0", "precision": 20}'),
    ('ilev_9', 'iitem_mug', 'sloc_south', 4, 0, null, '{"value": "0", "precision": 20}'),
    ('ilev_10', 'iitem_rug', 'sloc_north', 9, 0, '{"value": "9", "precision": 20}', '{"value": "0", "precision": 20}');

insert into product_variant_inventory_item (id, variant_id, inventory_item_id, required_quantity) values
    ('pvitem_1', 'var_lamp_s', 'iitem_lamp_s', 1),
    ('pvitem_2', 'var_lamp_l', 'iitem_lamp_l', 1),
    ('pvitem_3', 'var_set', 'iitem_plate', 4),
    ('pvitem_4', 'var_set', 'iitem_cup', 2),
    ('pvitem_5', 'var_coat', 'iitem_coat', 1),
    ('pvitem_6', 'var_mug', 'iitem_mug', 1),
    ('pvitem_7', 'var_rug', 'iitem_rug', 1);

insert into sales_channel (id, name, deleted_at) values
    ('sc_web', 'Web', null),
    ('sc_outlet', 'Outlet', null),
    ('sc_none', 'Nowhere', null),
    ('sc_gone', 'Gone', now());

insert into sales_channel_stock_location (id, sales_channel_id, stock_location_id) values
    ('scloc_1', 'sc_web', 'sloc_north'),
    ('scloc_2', 'sc_outlet', 'sloc_south'),
    ('scloc_3', 'sc_gone', 'sloc_south');

insert into product_sales_channel (id, product_id, sales_channel_id) values
    ('prodsc_0', 'prod_lamp', 'sc_web'),
    ('prodsc_1', 'prod_lamp', 'sc_outlet'),
    ('prodsc_2', 'prod_set', 'sc_web'),
    ('prodsc_3', 'prod_set', 'sc_outlet'),
    ('prodsc_4', 'prod_print', 'sc_none'),
    ('prodsc_5', 'prod_coat', 'sc_web'),
    ('prodsc_6', 'prod_mug', 'sc_outlet'),
    ('prodsc_7', 'prod_rug', 'sc_web');

insert into price_list (id, title, status, type, starts_at, ends_at) values
    ('plist_summer', 'Summer', 'active', 'sale', now() - interval '1 day', null),
    ('plist_winter', 'Winter', 'draft', 'sale', null, null),
    ('plist_later', 'Later', 'active', 'sale', now() + interval '10 days', null),
    ('plist_club', 'Fixed', 'active', 'override', null, now() + interval '30 days');

insert into product_variant_price_set (id, variant_id, price_set_id) values
    ('pvps_0', 'var_lamp_s', 'pset_lamp_s'),
    ('pvps_1', 'var_lamp_l', 'pset_lamp_l'),
    ('pvps_2', 'var_set', 'pset_set'),
    ('pvps_3', 'var_print', 'pset_print'),
    ('pvps_4', 'var_coat', 'pset_coat'),
    ('pvps_5', 'var_mug', 'pset_mug'),
    ('pvps_6', 'var_rug', 'pset_rug');

insert into price (id, price_set_id, currency_code, amount, raw_amount, rules_count, min_quantity, price_list_id) values
    ('price_1', 'pset_lamp_s', 'eur', 20, '{"value": "20", "precision": 20}', 0, null, null),
    ('price_2', 'pset_lamp_s', 'usd', 22.50, '{"value": "22.50", "precision": 20}', 0, null, null),
    ('price_3', 'pset_lamp_s', 'eur', 18, '{"value": "18", "precision": 20}', 0, 10, null),
    ('price_4', 'pset_lamp_s', 'eur', 1, '{"value": "1", "precision": 20}', 1, null, null),
    ('price_5', 'pset_lamp_s', 'eur', 15, '{"value": "15", "precision": 20}', 0, null, 'plist_summer'),
    ('price_6', 'pset_lamp_s', 'eur', 2, '{"value": "2", "precision": 20}', 0, null, 'plist_winter'),
    ('price_7', 'pset_lamp_l', 'eur', 35, '{"value": "35", "precision": 20}', 0, null, null),
    ('price_8', 'pset_lamp_l', 'eur', 3, '{"value": "3", "precision": 20}', 0, null, 'plist_later'),
    ('price_9', 'pset_set', 'eur', 60, '{"value": "60", "precision": 20}', 0, null, null),
    ('price_10', 'pset_set', 'eur', 66, '{"value": "66", "precision": 20}', 0, null, 'plist_club'),
    ('price_11', 'pset_print', 'eur', 9.90, '{"value": "9.90", "precision": 20}', 0, null, null),
    ('price_12', 'pset_coat', 'usd', 120, '{"value": "120", "precision": 20}', 0, null, null),
    ('price_13', 'pset_mug', 'eur', 3.33, '{"value": "42.5", "precision": 20}', 0, null, null),
    ('price_14', 'pset_rug', 'eur', 80, '{"value": "80", "precision": 20}', 0, null, null);

