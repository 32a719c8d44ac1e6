-- So that nobody reads all marks to say how many are suspect, and how old the oldest change is.

create index if not exists ix_stocktake_mark_doubt on stocktake_mark (suspect, generation, stage, changed_at);

insert into stocktake_schema_version (version) values (4);
