-- When a product changed, as far as its feed knows, and when it must be looked at again because its truth changes with time.
-- changed_at: the earliest change that was not applied, by the clock of the shop's database; 0: not known.
-- reason, with room between the numbers: 0 demand, 10 change, 20 timed, 30 suspect, 40 audit, 50 fan-out, 60 sweep.

alter table stocktake_mark add column if not exists changed_at bigint not null default 0;

update stocktake_mark set reason = case reason when 1 then 10 when 2 then 30 when 3 then 40 else 60 end
where reason between 1 and 4;

-- A product whose document changes with time, and when it must be looked at next.
create table if not exists stocktake_recheck (
    generation  bigint       not null,
    product_key varchar(400) not null,
    recheck_at  bigint       not null,
    primary key (product_key, generation),
    index ix_stocktake_recheck_time (generation, recheck_at)
) engine = InnoDB row_format = dynamic character set utf8mb4 collate utf8mb4_nopad_bin;

insert into stocktake_schema_version (version) values (2);
