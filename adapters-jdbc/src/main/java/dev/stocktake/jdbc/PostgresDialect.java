package dev.stocktake.jdbc;

import java.util.Locale;

/** PostgreSQL 12 and later. */
final class PostgresDialect implements Dialect {

    @Override
    public String name() {
        return "PostgreSQL";
    }

    @Override
    public String fold(String identifier) {
        return identifier.toLowerCase(Locale.ROOT);
    }
}
