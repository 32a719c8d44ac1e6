-- 48 invented products, once.
insert into product (id, name, brand, price)
select 100 + n,
       array['Brass', 'Velvet', 'Copper', 'Linen', 'Walnut', 'Enamel', 'Woollen', 'Marble'][1 + mod(n, 8)] || ' '
           || array['Hook', 'Cushion', 'Lantern', 'Teapot', 'Stool', 'Basket'][1 + mod(n / 8, 6)],
       array['Harbour', 'Meadow', 'Attic', 'Quarry', 'Lighthouse'][1 + mod(n * 7, 5)],
       4.90 + mod(n * 37, 120)
from (select x - 1 as n from system_range(1, 48)) numbers
where not exists (select 1 from product);

insert into stock (product_id, quantity)
select id, mod(id * 13, 41) from product
where not exists (select 1 from stock);
