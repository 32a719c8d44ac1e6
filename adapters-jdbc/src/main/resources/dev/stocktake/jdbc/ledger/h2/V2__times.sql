-- When a product changed, as far as its feed knows, and when it must be looked at again because its truth changes with time.
-- changed_at: the earliest change that was not applied, by the clock of the shop's database; 0: not known.
-- reason, with room between the numbers: 0 demand, 10 change, 20 timed, 30 suspect, 40 audit, 50 fan-out, 60 sweep.
--
-- H2 forgets that a column is case-sensitive when its table gets another one, in a database that ignores case. So the marks
-- move into a new table. Every statement commits; a script that broke off is begun again and finds the copy.

create table if not exists stocktake_mark (
    generation          bigint       not null,
    product_key         varchar_casesensitive(400) not null,
    token               bigint       not null,
    reason              smallint     not null,
    since               bigint       not null,
    stage               smallint     not null,
    not_before          bigint       not null,
    suspect             boolean      not null,
    hold_until          bigint       not null,
    attempts            integer      not null,
    split_limit         integer      not null,
    refusal             varchar_casesensitive(2000),
    refused_fingerprint varchar_casesensitive(32),
    changed_at          bigint       default 0 not null,
    primary key (generation, product_key)
);
create table if not exists stocktake_mark_v1 as
select generation, product_key, token, reason, since, stage, not_before, suspect, hold_until, attempts, split_limit,
    refusal, refused_fingerprint
from stocktake_mark;
drop table stocktake_mark;
create table if not exists stocktake_mark (
    generation          bigint       not null,
    product_key         varchar_casesensitive(400) not null,
    token               bigint       not null,
    reason              smallint     not null,
    since               bigint       not null,
    stage               smallint     not null,
    not_before          bigint       not null,
    suspect             boolean      not null,
    hold_until          bigint       not null,
    attempts            integer      not null,
    split_limit         integer      not null,
    refusal             varchar_casesensitive(2000),
    refused_fingerprint varchar_casesensitive(32),
    changed_at          bigint       default 0 not null,
    primary key (generation, product_key)
);
create index if not exists ix_stocktake_mark_order on stocktake_mark (stage, generation, reason, since);
create index if not exists ix_stocktake_mark_later on stocktake_mark (stage, generation, not_before);
merge into stocktake_mark (generation, product_key, token, reason, since, stage, not_before, suspect, hold_until,
    attempts, split_limit, refusal, refused_fingerprint) key (generation, product_key)
select generation, product_key, token,
    case reason when 1 then 10 when 2 then 30 when 3 then 40 when 4 then 60 else reason end,
    since, stage, not_before, suspect, hold_until, attempts, split_limit, refusal, refused_fingerprint
from stocktake_mark_v1;
drop table stocktake_mark_v1;

-- A product whose document changes with time, and when it must be looked at next.
create table if not exists stocktake_recheck (
    generation  bigint not null,
    product_key varchar_casesensitive(400) not null,
    recheck_at  bigint not null,
    primary key (generation, product_key)
);
create index if not exists ix_stocktake_recheck_time on stocktake_recheck (generation, recheck_at);

insert into stocktake_schema_version (version) values (2);
