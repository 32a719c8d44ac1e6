package dev.stocktake.jdbc;

/**
 * Which rows the next pass will meet again although they were named, because a transaction older than theirs was still open.
 * Belongs to one cursor: only if that one was saved did what it names get marked. To forget costs repetition, nothing else.
 *
 * <p>Single rows are remembered as long as there is room. Beyond it whole transactions are: whose rows were seen in one pass
 * had committed before the next one began, so that one met all of them. A flood of rows is named twice at
 * most, but for one in a table that was attached, or made, while an older transaction is still open.
 */
final class XminMemory {

    /** Rows, or transactions; a few MB each. */
    static final int MOST = 200_000;

    private final LongSet named;
    private final LongSet seen;
    private final LongSet complete;
    private final LongSet namedNow;
    private final LongSet seenNow;
    private final LongSet completeNow;
    private final int most;

    XminMemory() {
        this(MOST);
    }

    XminMemory(int most) {
        this(most, new LongSet(), new LongSet(), new LongSet(), new LongSet(), new LongSet(), new LongSet());
    }

    private XminMemory(
            int most,
            LongSet named,
            LongSet seen,
            LongSet complete,
            LongSet namedNow,
            LongSet seenNow,
            LongSet completeNow) {
        this.most = most;
        this.named = named;
        this.seen = seen;
        this.complete = complete;
        this.namedNow = namedNow;
        this.seenNow = seenNow;
        this.completeNow = completeNow;
    }

    /**
     * Whether the products of this row were named by an earlier pass.
     *
     * @param young whether it lies in what became part of the table only now: no earlier pass has met it there, whoever wrote it
     */
    boolean knows(XminRow row, boolean young) {
        return named.contains(row.hash()) || !young && complete.contains(row.xid());
    }

    /** The pass under way has met a row. */
    void meet(XminRow row) {
        if (!row.dated()) {
            return;
        }
        boolean before = seen.contains(row.xid()) || complete.contains(row.xid());
        if (before && completeNow.size() < most) {
            completeNow.add(row.xid());
        }
        if (seenNow.size() < most) {
            seenNow.add(row.xid());
        }
    }

    /** The pass under way has named all products of a row, or an earlier one has. */
    void name(XminRow row) {
        if (namedNow.size() < most) {
            namedNow.add(row.hash());
        }
    }

    /** The pass is finished, and the next one begins at its horizon. */
    XminMemory finished() {
        return new XminMemory(most, namedNow, seenNow, completeNow, new LongSet(), new LongSet(), new LongSet());
    }

    /** The pass is finished and has named nobody: the next one begins where this one did. */
    XminMemory idle() {
        return new XminMemory(most, named, seenNow, completeNow, new LongSet(), new LongSet(), new LongSet());
    }

    /** To go on from, while this one stays as it is. */
    XminMemory copy() {
        return new XminMemory(most, named, seen, complete, namedNow.copy(), seenNow.copy(), completeNow.copy());
    }
}
