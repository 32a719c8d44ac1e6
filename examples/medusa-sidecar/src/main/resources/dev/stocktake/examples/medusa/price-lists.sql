-- The products for which a price list begins or ends later than :from and not later than :to. No row is written then.
-- Most of the time none does: offset 0 keeps the planner from reading all prices before it has looked.
select found.product_id
from price_list list
cross join lateral (
    select v.product_id
    from price
    join product_variant_price_set own on own.price_set_id = price.price_set_id and own.deleted_at is null
    join product_variant v on v.id = own.variant_id
    where price.price_list_id = list.id and price.deleted_at is null
    offset 0
) found
where list.deleted_at is null and list.status = 'active'
  and ((list.starts_at > :from and list.starts_at <= :to) or (list.ends_at > :from and list.ends_at <= :to))
