-- Numbers that Medusa keeps twice, and that differ. Stock is read from the raw column, prices from the numeric one.
select 'inventory_level' as "table", l.id, 'stocked_quantity' as "column", l.stocked_quantity as numeric_value,
       l.raw_stocked_quantity ->> 'value' as raw_value, l.inventory_item_id as belongs_to
from inventory_level l
where l.deleted_at is null and l.stocked_quantity is distinct from (l.raw_stocked_quantity ->> 'value')::numeric
  and not (l.stocked_quantity = 0 and l.raw_stocked_quantity is null)
union all
select 'inventory_level', l.id, 'reserved_quantity', l.reserved_quantity, l.raw_reserved_quantity ->> 'value', l.inventory_item_id
from inventory_level l
where l.deleted_at is null and l.reserved_quantity is distinct from (l.raw_reserved_quantity ->> 'value')::numeric
  and not (l.reserved_quantity = 0 and l.raw_reserved_quantity is null)
union all
select 'price', p.id, 'amount', p.amount, p.raw_amount ->> 'value', p.price_set_id
from price p
where p.deleted_at is null and p.amount is distinct from (p.raw_amount ->> 'value')::numeric
