package dev.stocktake.testkit.sim;

/** What distinguishes one {@link Scenario} from another. Times are in milliseconds, probabilities from 0 to 1. */
enum Knob {
    // --- time
    /** How long things change and go wrong. */
    STORM(25 * Unit.MINUTE),
    /** How long the nodes have afterwards to make everything true. */
    CALM(40 * Unit.MINUTE),
    /** 1: most of the other knobs are drawn anew for each seed. */
    SHUFFLED(0),

    // --- the shop's database
    PRODUCTS(12),
    /** Mean time between two transactions. */
    CHANGE_EVERY(7 * Unit.SECOND),
    /** Transactions that stay open for long. */
    LONG(0.05),
    LONGEST(25 * Unit.MINUTE),
    ROLLBACKS(0.1),
    DELETES(0.12),
    DRAFTS(0.08),
    /** Changes to a row that will be worth something else after a while, without anybody's doing. */
    TIMED(0),
    /** Changes to a document that the index refuses. */
    POISON(0),
    /** Changes to a document that is too large to be sent. */
    OVERSIZED(0),
    /** Changes to a row of which no document can be made. */
    UNREADABLE(0),
    /** Changes that no trigger sees. */
    SILENT(0),
    /** Changes that do not move the row's time stamp. */
    UNSTAMPED(0),
    /** How wrong the clocks of the writers are. */
    SKEW(0),

    /** Mean time between two moments from which on every query of products finds nothing, for a while; 0: never. */
    BLANK_EVERY(0),
    LONGEST_BLANK(4 * Unit.MINUTE),

    /** Mean time between two backups, each of which is restored after a while; 0: none. */
    RESTORE_EVERY(0),
    /** How old a backup is when it is restored. */
    RESTORED_BY(10 * Unit.MINUTE),
    LONGEST_RESTORE(1 * Unit.MINUTE),
    /** 1: the ledger is in another database, which does not go back. */
    LEDGER_APART(0),
    /** 1: the feed says that there is a gap when its database went back and the ledger did not. */
    RESTORE_TOLD(1),

    // --- the feed
    /** 0: the change log; 1: rows by time stamp. */
    SCANS(0),
    OVERLAP(5 * Unit.MINUTE),
    /** How much of the change log one look takes: little, so that one intake needs several. */
    LOG_PAGE(5),
    /** Mean time between two losses of the change log, which the feed admits; 0: none. */
    GAP_EVERY(0),

    // --- the nodes
    NODES(1),
    /** 0: {@code run(policy)} again and again; 1: {@code start(schedule)}, with callers beside it. */
    SCHEDULED(0),
    POLL(10 * Unit.SECOND),
    /** Threads of each node that ask for products beside its main one. */
    CALLERS(0),
    /** Mean time between two questions of a caller. */
    CALL_EVERY(60 * Unit.SECOND),
    /** Runs that are full ones. */
    FULLS(0.01),
    /** Runs that compare everything. */
    AUDITS(0),
    /** Within which time the schedule compares everything; 0: never. */
    AUDIT_WITHIN(0),
    /** Runs that rebuild the index. */
    REBUILDS(0),
    /** Runs that bring back what was live before a rebuild. */
    BRINGS_BACK(0),
    /** Mean time between two moments at which somebody cancels a rebuild, or pauses one for a while; 0: never. */
    REBUILD_STOPPED_EVERY(0),
    /** Swaps after whose execution the server crashes, so that it executes them once more: the content is swapped back. */
    SWAP_REPEATED(0),
    /** Swaps that are delivered late, and perhaps a first time before. */
    SWAP_LATE(0),
    /** Swaps in the middle of which whoever asks for them is killed. */
    SWAP_KILLS(0),
    /** How long a removal waits in the server's queue at most, after it was found to be meant. */
    LONGEST_REMOVAL(100),
    /** How long what was live before is kept. */
    KEEP_OLD(5 * Unit.MINUTE),
    /** Runs for some products. */
    SYNCS(0.08),
    BATCH(5),
    IN_FLIGHT(2),
    /** How much of the index may be deleted unasked. */
    BRAKE_SHARE(0.2),
    BRAKE_AT_LEAST(100),

    // --- what happens to processes
    /** Mean time between two deaths of a node; 0: none. */
    KILL_EVERY(0),
    /** Deaths that are none: the node only stands still, while its successor is already at work. */
    ABANDONED(0),
    /** How wrong the clocks of the nodes are; they jump, too. */
    CLOCK_SKEW(0),
    /** Mean time between two orderly restarts of a node; 0: none. */
    CLOSE_EVERY(0),
    /** Sleeps that are interrupted. */
    INTERRUPTS(0),
    /** Waits that take much longer than meant. */
    PAUSES(0),
    /** Renewals of the lease after which a node stands still until the lease is over: it is deposed without knowing. */
    FAINTS(0),
    /** How long a lease lasts. */
    LEASE(30 * Unit.SECOND),
    LONGEST_PAUSE(8 * Unit.MINUTE),
    /** The least time between two pauses of one node. */
    PAUSE_REST(0),

    // --- what happens on the way
    REPLY_LOST(0),
    DROPPED(0),
    LATE(0),
    TWICE(0),
    LATEST(6 * Unit.MINUTE),
    /** Questions that get no answer. */
    FLAKY(0),
    /** Ledger commits of which the node is not told how they ended. */
    COMMIT_UNKNOWN(0),
    /** Ledger transactions whose work is done twice. */
    DEADLOCK(0),
    /** Mean time between two outages, of the index and of the database each; 0: none. */
    OUTAGE_EVERY(0),
    LONGEST_OUTAGE(4 * Unit.MINUTE),

    // --- the index's server
    /** Whether the engine may read the log of writes. */
    LOGGED(1),
    /** Whether the engine may ask what the index holds; without it there is no log either. */
    READABLE(1),
    /** How many tasks the history remembers. */
    HISTORY(1e9),
    /** How many products a request may have: few, so that a batch may need several. */
    REQUEST(6),
    /** How many bytes a request or a batch may have. */
    BYTES(2_000),
    FASTEST_TASK(100),
    SLOWEST_TASK(900),
    /** Declared to the engine. */
    REQUEST_LIFE(25 * Unit.MINUTE),
    /** How long the ledger keeps the products of suspect batches. */
    SUSPECTS_KEPT(7 * 24 * 60 * Unit.MINUTE),
    /** Crashes between the commit of documents and that of what became of their tasks: they are done again. */
    CRASHES(0),
    /** Task groups that fail together. */
    TASK_FAILS(0),
    /** Mean time between two edits of the index by somebody else; 0: none. */
    EDIT_EVERY(0),
    /** Mean time between two removals of the index by somebody else; 0: none. */
    DROP_EVERY(0);

    /** Milliseconds. */
    private static final class Unit {
        static final double SECOND = 1_000;
        static final double MINUTE = 60 * SECOND;
    }

    private final double usual;

    Knob(double usual) {
        this.usual = usual;
    }

    /** Where nothing else is said: a calm day. */
    double usual() {
        return usual;
    }
}
