select p.id, p.name, p.brand, s.quantity
from product p join stock s on s.product_id = p.id
where {products:p.id}
