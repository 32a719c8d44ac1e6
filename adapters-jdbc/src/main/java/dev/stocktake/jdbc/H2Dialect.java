package dev.stocktake.jdbc;

import java.util.Locale;

/** H2 2.x in its regular mode. */
final class H2Dialect implements Dialect {

    @Override
    public String name() {
        return "H2";
    }

    @Override
    public String fold(String identifier) {
        return identifier.toUpperCase(Locale.ROOT);
    }
}
