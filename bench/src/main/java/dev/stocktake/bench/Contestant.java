package dev.stocktake.bench;

import java.sql.SQLException;

/** Somebody who does a piece of work, again and again, against the clock. */
interface Contestant extends AutoCloseable {

    String name();

    /** Off the clock, before each time. */
    void prepare() throws SQLException;

    /** How often the work is done in one round. */
    default int repeats() {
        return 1;
    }

    /** On the clock. */
    void run() throws SQLException;

    @Override
    default void close() {}
}
