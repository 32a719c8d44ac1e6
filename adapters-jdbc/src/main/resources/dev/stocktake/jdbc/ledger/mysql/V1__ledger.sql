-- The books of Stocktake: what is not yet true in an index, who may write it, and what happened.
-- When everything is true, stocktake_mark and stocktake_batch are empty.
-- Times are microseconds since 1970-01-01T00:00:00Z by the clock of this database; 0 stands for "none".
-- Text is compared as bytes: the usual collations take "a", "A" and "a " for one product.
-- Every statement commits, so each may be run again after an interruption.

create table if not exists stocktake_schema_version (
    version integer not null,
    primary key (version)
) engine = InnoDB;

-- Who may write an index. One row per index.
create table if not exists stocktake_lane (
    index_name     varchar(200) not null,
    epoch          bigint       not null,
    holder         varchar(400) not null,
    held_until     bigint       not null,
    audit_position bigint       not null,
    primary key (index_name)
) engine = InnoDB row_format = dynamic character set utf8mb4 collate utf8mb4_0900_bin;

-- The contents of an index, from first document to retirement, and how far each has been walked.
create table if not exists stocktake_generation (
    generation       bigint       not null auto_increment,
    index_name       varchar(200) not null,
    state            varchar(10)  not null,
    content_identity varchar(200) not null,
    frontier_key     varchar(400),
    frontier_ended   boolean      not null,
    frontier_forced  boolean      not null,
    walk_token       bigint       not null,
    walk_owed        boolean      not null,
    primary key (generation),
    index ix_stocktake_generation_index (index_name)
) engine = InnoDB row_format = dynamic character set utf8mb4 collate utf8mb4_0900_bin;

-- A product that is not yet true. stage: 0 due, 1 put off until not_before, 2 quarantined.
-- reason: 0 demand, 1 change, 2 suspect, 3 audit, 4 sweep.
-- The key stands first in the primary key and the stage in the others, so that neither a look-up nor a claim can be tempted
-- by the wrong one when the table's statistics are stale.
create table if not exists stocktake_mark (
    generation          bigint       not null,
    product_key         varchar(400) not null,
    token               bigint       not null,
    reason              smallint     not null,
    since               bigint       not null,
    stage               smallint     not null,
    not_before          bigint       not null,
    suspect             boolean      not null,
    hold_until          bigint       not null,
    attempts            integer      not null,
    split_limit         integer      not null,
    refusal             varchar(2000),
    refused_fingerprint varchar(32),
    changed_at          bigint not null default 0,
    primary key (product_key, generation),
    index ix_stocktake_mark_order (stage, generation, reason, since),
    index ix_stocktake_mark_later (stage, generation, not_before),
    index ix_stocktake_mark_doubt (suspect, generation, stage, changed_at)
) engine = InnoDB row_format = dynamic character set utf8mb4 collate utf8mb4_0900_bin;

-- A batch of products on its way to the index, or whose write may still be met in the index's log.
-- items: while open or suspect, its products, each with the token of its mark when it was claimed (0: from the walk over
-- all keys, without a mark), as a JSON object. positions: where its writes stand in the index's log, as a JSON array.
create table if not exists stocktake_batch (
    index_name    varchar(200) not null,
    batch_id      varchar(200) not null,
    generation    bigint       not null,
    state         varchar(10)  not null,
    claimed_at    bigint       not null,
    closed_at     bigint       not null,
    forced        boolean      not null,
    items         longtext,
    positions     longtext,
    last_position bigint,
    primary key (index_name, batch_id)
) engine = InnoDB row_format = dynamic character set utf8mb4 collate utf8mb4_0900_bin;

-- How far each change feed was read.
create table if not exists stocktake_cursor (
    index_name varchar(200)  not null,
    feed       varchar(100)  not null,
    place      varchar(2000) not null,
    primary key (index_name, feed)
) engine = InnoDB row_format = dynamic character set utf8mb4 collate utf8mb4_0900_bin;

insert into stocktake_schema_version (version) values (1);
