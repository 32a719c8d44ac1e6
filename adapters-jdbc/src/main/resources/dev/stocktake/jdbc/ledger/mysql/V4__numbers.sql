-- So that nobody reads all marks to say how many are suspect, and how old the oldest change is.
-- MySQL has had that index from the first version on, as it cannot add one if there is none.

insert into stocktake_schema_version (version) values (4);
