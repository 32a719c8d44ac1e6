package dev.stocktake.jdbc;

import java.util.HashMap;
import java.util.Map;

/**
 * Which rows of the overlap were named already, so that looking at them again does not name them again. Belongs to one
 * cursor: only if that one was saved did what it names get marked. To forget it costs repetition, nothing else.
 */
final class FeedMemory {

    /** Rows; a few MB. */
    static final int MOST = 200_000;

    private final Map<String, Table> tables = new HashMap<>();

    /** What is remembered of one table. */
    static final class Table {

        private final LongSet named;
        private final LongSet pass;
        private final LongSet climbing;

        private Table(LongSet named, LongSet pass, LongSet climbing) {
            this.named = named;
            this.pass = pass;
            this.climbing = climbing;
        }

        /** Rows named in passes that are finished. */
        LongSet named() {
            return named;
        }

        /** Rows named, now or before, that the pass has met again and that the next one will meet. */
        LongSet pass() {
            return pass;
        }

        /** Rows of which the products are being named, part by part. */
        LongSet climbing() {
            return climbing;
        }

        /** With the pass finished. */
        Table finished() {
            return new Table(pass, new LongSet(), new LongSet());
        }

        Table withoutClimb() {
            return new Table(named, pass, new LongSet());
        }

        private Table copy() {
            return new Table(named, pass.copy(), climbing.copy());
        }
    }

    /** What is remembered of a table. */
    Table of(Watched table) {
        return tables.computeIfAbsent(table.id(), id -> new Table(new LongSet(), new LongSet(), new LongSet()));
    }

    void put(Watched table, Table remembered) {
        tables.put(table.id(), remembered);
    }

    /** Whether there is no room for more. */
    boolean isFull() {
        return tables.values().stream()
                        .mapToInt(table -> Math.max(table.named.size(), table.pass.size()) + table.climbing.size())
                        .sum()
                >= MOST;
    }

    /** To go on from, while this one stays as it is. */
    FeedMemory copy() {
        FeedMemory copy = new FeedMemory();
        tables.forEach((id, table) -> copy.tables.put(id, table.copy()));
        return copy;
    }
}
