package dev.stocktake.bench;

/**
 * What one round of one contestant took. Nanoseconds.
 *
 * @param wall by the clock
 * @param library processor time of this process
 * @param database processor time of the database's processes
 * @param ledger of these, of those that the ledger uses; zero for who has none
 * @param sink processor time of the sink
 * @param statements executed
 * @param commits of transactions
 * @param counted what reached the sink
 */
record Measured(
        long wall,
        long library,
        long database,
        long ledger,
        long sink,
        long statements,
        long commits,
        Sink.Counted counted) {

    static final Measured NOTHING = new Measured(0, 0, 0, 0, 0, 0, 0, Sink.Counted.NOTHING);

    Measured plus(Measured other) {
        return new Measured(
                wall + other.wall,
                library + other.library,
                database + other.database,
                ledger + other.ledger,
                sink + other.sink,
                statements + other.statements,
                commits + other.commits,
                counted.plus(other.counted));
    }

    Measured minus(Measured before) {
        return new Measured(
                wall - before.wall,
                library - before.library,
                database - before.database,
                ledger - before.ledger,
                sink - before.sink,
                statements - before.statements,
                commits - before.commits,
                counted.minus(before.counted));
    }

    /** Of the library and the database. */
    double processor() {
        return library + (double) database;
    }

    Measured withWall(long nanos) {
        return new Measured(nanos, library, database, ledger, sink, statements, commits, counted);
    }
}
