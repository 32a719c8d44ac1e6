-- So that nobody reads all marks to say how many are suspect, and how old the oldest change is.

create index if not exists ix_stocktake_mark_doubt on stocktake_mark (suspect, generation, stage, changed_at)
where stage < 2 and (suspect or changed_at > 0);

-- A batch's items live for a second: to compress them takes three times as long as to store them.

alter table stocktake_batch alter column items set storage external;

insert into stocktake_schema_version (version) values (4);
