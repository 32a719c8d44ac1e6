-- One search document for each published product of a Medusa 2 shop: one row, whose columns are the document's fields.
--
-- What stands in braces means "is one of the products that are read now"; it may stand in as many places as are needed.
--
--   stock    is stocked - reserved, of the raw_* columns: those are what Medusa's store and checkout read. No raw value is 0.
--   variant  can be sold as often as its scarcest part allows: floor(free / needed), the least of its parts. A part that was
--            removed has none; a variant without parts has no number at all.
--   price    is the numeric column; raw_amount is not read. Prices with a rule or a quantity tier are nobody's base price.
--   sale     is what a price list without rules says now. It begins and ends by the clock; price-lists.sql says when.
with
variant as materialized (
    select v.id, v.product_id, v.title, v.sku, v.barcode, v.manage_inventory, v.allow_backorder, v.variant_rank
    from product_variant v
    where v.deleted_at is null and {products:v.product_id}
),
part as materialized (
    select v.id as variant_id, used.inventory_item_id as item_id, used.required_quantity as needed, item.id as live_id
    from variant v
    join product_variant_inventory_item used on used.variant_id = v.id and used.deleted_at is null
    left join inventory_item item on item.id = used.inventory_item_id and item.deleted_at is null
),
stock as materialized (
    select part.variant_id, part.item_id, part.needed, level.location_id,
           sum(coalesce((level.raw_stocked_quantity ->> 'value')::numeric, 0)
               - coalesce((level.raw_reserved_quantity ->> 'value')::numeric, 0)) as free
    from part
    join inventory_level level on level.inventory_item_id = part.live_id and level.deleted_at is null
    group by part.variant_id, part.item_id, part.needed, level.location_id
),
parts as materialized (
    select variant_id, count(*) as number from part group by variant_id
),
in_total as (
    select part.variant_id, min(floor(coalesce(have.free, 0) / nullif(part.needed, 0))) as quantity
    from part
    left join (select variant_id, item_id, sum(free) as free from stock group by variant_id, item_id) have
        on have.variant_id = part.variant_id and have.item_id = part.item_id
    group by part.variant_id
),
by_location as (
    -- A location that lacks a part can ship none.
    select variant_id, jsonb_object_agg(location_id, quantity) as quantities
    from (
        select stock.variant_id, stock.location_id,
               case when count(*) = min(parts.number) then min(floor(stock.free / nullif(stock.needed, 0))) else 0 end as quantity
        from stock
        join parts on parts.variant_id = stock.variant_id
        group by stock.variant_id, stock.location_id
    ) one
    group by variant_id
),
at_channel as materialized (
    -- A part of which no location of the channel knows counts 0, so a channel that is not listed has none.
    select whole.variant_id, whole.sales_channel_id,
           case when count(*) = min(parts.number) then min(whole.fits) else least(0, min(whole.fits)) end as quantity
    from (
        select stock.variant_id, stock.item_id, link.sales_channel_id,
               floor(sum(stock.free) / nullif(stock.needed, 0)) as fits
        from stock
        join sales_channel_stock_location link on link.stock_location_id = stock.location_id and link.deleted_at is null
        join sales_channel channel on channel.id = link.sales_channel_id and channel.deleted_at is null
        group by stock.variant_id, stock.item_id, stock.needed, link.sales_channel_id
    ) whole
    join parts on parts.variant_id = whole.variant_id
    group by whole.variant_id, whole.sales_channel_id
),
by_channel as (
    select variant_id, jsonb_object_agg(sales_channel_id, quantity) as quantities from at_channel group by variant_id
),
owner as materialized (
    select v.id as variant_id, own.price_set_id
    from variant v
    join product_variant_price_set own on own.variant_id = v.id and own.deleted_at is null
),
amount as materialized (
    select owner.variant_id, price.currency_code, price.amount, price.price_list_id
    from owner
    join price on price.price_set_id = owner.price_set_id and price.deleted_at is null
    where coalesce(price.rules_count, 0) = 0 and price.min_quantity is null and price.max_quantity is null
),
base as (
    select variant_id, currency_code, min(amount) as amount
    from amount where price_list_id is null
    group by variant_id, currency_code
),
listed as (
    select amount.variant_id, amount.currency_code,
           min(amount.amount) filter (where list.type = 'override') as instead,
           min(amount.amount) filter (where list.type = 'sale') as sale
    from amount
    join price_list list on list.id = amount.price_list_id and list.deleted_at is null
    where list.status = 'active' and coalesce(list.rules_count, 0) = 0
      and (list.starts_at is null or list.starts_at <= now()) and (list.ends_at is null or list.ends_at > now())
    group by amount.variant_id, amount.currency_code
),
pays as materialized (
    select variant_id, currency_code, base.amount as base,
           coalesce(listed.instead, least(base.amount, listed.sale)) as amount
    from base full join listed using (variant_id, currency_code)
),
price_of as (
    select variant_id,
           jsonb_object_agg(currency_code, base) filter (where base is not null) as prices,
           jsonb_object_agg(currency_code, amount) filter (where amount is distinct from base) as sale_prices,
           coalesce(bool_or(amount < base), false) as on_sale
    from pays
    group by variant_id
),
choice as materialized (
    select v.id as variant_id, v.product_id, option.title, value.value
    from variant v
    join product_variant_option chosen on chosen.variant_id = v.id
    join product_option_value value on value.id = chosen.option_value_id and value.deleted_at is null
    join product_option option on option.id = value.option_id and option.deleted_at is null
),
choices as (
    select variant_id, jsonb_object_agg(title, value order by title, value) as options from choice group by variant_id
),
told as materialized (
    select v.id, v.product_id, v.title, v.sku, v.barcode, v.variant_rank, v.manage_inventory, v.allow_backorder,
           case when v.manage_inventory then in_total.quantity end as quantity,
           not v.manage_inventory or v.allow_backorder as always,
           not v.manage_inventory or v.allow_backorder or coalesce(in_total.quantity, 0) > 0 as in_stock,
           by_location.quantities as by_location, by_channel.quantities as by_channel,
           price_of.prices, price_of.sale_prices, coalesce(price_of.on_sale, false) as on_sale, choices.options
    from variant v
    left join in_total on in_total.variant_id = v.id
    left join by_location on by_location.variant_id = v.id
    left join by_channel on by_channel.variant_id = v.id
    left join price_of on price_of.variant_id = v.id
    left join choices on choices.variant_id = v.id
),
variants as (
    select product_id,
           jsonb_agg(jsonb_build_object(
               'id', id, 'title', title, 'sku', sku, 'barcode', barcode, 'options', coalesce(options, '{}'),
               'prices', coalesce(prices, '{}'), 'sale_prices', coalesce(sale_prices, '{}'),
               'manage_inventory', manage_inventory, 'allow_backorder', allow_backorder,
               'inventory_quantity', quantity, 'by_location', coalesce(by_location, '{}'),
               'by_channel', coalesce(by_channel, '{}'), 'in_stock', in_stock) order by variant_rank, id) as variants,
           coalesce(sum(quantity), 0) as available, bool_or(in_stock) as in_stock, bool_or(on_sale) as on_sale
    from told
    group by product_id
),
span as (
    select product_id, jsonb_object_agg(currency_code, least_amount) as price_from,
           jsonb_object_agg(currency_code, most_amount) as price_to
    from (
        select v.product_id, pays.currency_code, min(pays.amount) as least_amount, max(pays.amount) as most_amount
        from pays join variant v on v.id = pays.variant_id
        group by v.product_id, pays.currency_code
    ) one
    group by product_id
),
facet as (
    select product_id, jsonb_object_agg(title, vals) as options
    from (
        select product_id, title, jsonb_agg(distinct value order by value) as vals
        from choice group by product_id, title
    ) one
    group by product_id
),
sold as materialized (
    select link.product_id, link.sales_channel_id
    from product_sales_channel link
    where link.deleted_at is null and {products:link.product_id}
),
channels as (
    select product_id, jsonb_agg(sales_channel_id order by sales_channel_id) as ids from sold group by product_id
),
channels_in_stock as (
    select sold.product_id, jsonb_agg(distinct sold.sales_channel_id order by sold.sales_channel_id) as ids
    from sold
    join told on told.product_id = sold.product_id
    left join at_channel on at_channel.variant_id = told.id and at_channel.sales_channel_id = sold.sales_channel_id
    where told.always or at_channel.quantity > 0
    group by sold.product_id
),
categories as (
    select placed.product_id,
           jsonb_agg(jsonb_build_object('id', c.id, 'name', c.name, 'handle', c.handle) order by c.id) as list
    from product_category_product placed
    join product_category c on c.id = placed.product_category_id
    where c.deleted_at is null and c.is_active and not c.is_internal and {products:placed.product_id}
    group by placed.product_id
),
tags as (
    select given.product_id, jsonb_agg(jsonb_build_object('id', t.id, 'value', t.value) order by t.id) as list
    from product_tags given
    join product_tag t on t.id = given.product_tag_id
    where t.deleted_at is null and {products:given.product_id}
    group by given.product_id
),
images as (
    select i.product_id, jsonb_agg(i.url order by i.rank, i.id) as urls
    from image i
    where i.deleted_at is null and {products:i.product_id}
    group by i.product_id
)
select p.id, p.title, p.subtitle, p.handle, p.description, p.thumbnail, coalesce(images.urls, '[]') as images, p.status,
       p.is_giftcard, p.discountable, p.collection_id, p.type_id,
       case when c.id is not null then jsonb_build_object('id', c.id, 'title', c.title, 'handle', c.handle) end as collection,
       case when t.id is not null then jsonb_build_object('id', t.id, 'value', t.value) end as type,
       coalesce(categories.list, '[]') as categories, coalesce(tags.list, '[]') as tags,
       coalesce(facet.options, '{}') as options,
       coalesce(channels.ids, '[]') as sales_channel_ids, coalesce(channels_in_stock.ids, '[]') as in_stock_channel_ids,
       coalesce(variants.variants, '[]') as variants, coalesce(variants.available, 0) as available,
       coalesce(variants.in_stock, false) as in_stock, coalesce(variants.on_sale, false) as on_sale,
       coalesce(span.price_from, '{}') as price_from, coalesce(span.price_to, '{}') as price_to,
       p.created_at, floor(extract(epoch from p.created_at))::bigint as created_at_ts
from product p
left join product_collection c on c.id = p.collection_id and c.deleted_at is null
left join product_type t on t.id = p.type_id and t.deleted_at is null
left join images on images.product_id = p.id
left join categories on categories.product_id = p.id
left join tags on tags.product_id = p.id
left join facet on facet.product_id = p.id
left join channels on channels.product_id = p.id
left join channels_in_stock on channels_in_stock.product_id = p.id
left join variants on variants.product_id = p.id
left join span on span.product_id = p.id
where p.deleted_at is null and p.status = 'published' and {products:p.id}
