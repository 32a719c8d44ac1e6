-- Rebuilds: generations that stand, or have stood, beside the live one.
-- label: of the build that holds the content; null for the one under the live name.
-- unsettled: until when a swap may still be executed that was sent for it; 0: none was.

create table if not exists stocktake_build (
    generation bigint not null,
    label      varchar_casesensitive(24),
    unsettled  bigint not null,
    primary key (generation)
);

insert into stocktake_schema_version (version) values (3);
