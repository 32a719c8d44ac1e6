package dev.stocktake;

/**
 * Everything: every product of the source, and every document without a product. Made by {@link SyncPolicy#full()}.
 *
 * <p>Where the index can be {@linkplain RebuildableIndex rebuilt}, a build is filled beside the live index and swapped in when
 * it is complete; searchers see either the old or the new one, and edits continue to reach both. However many instances ask for
 * it at once, it is made once, and each of them learns how it ended. Where the index cannot be rebuilt, or holds nothing yet,
 * or with {@link #inPlace}, every product and every document is looked at in the live index, and only what differs is written.
 *
 * <p>Immutable.
 */
public final class FullPolicy implements SyncPolicy {

    static final String NAME = "full";

    /** What only the engine's own marker can do. */
    interface Rebuilding extends Marker {

        /**
         * Asks for a rebuild, or joins the one that is asked for already.
         *
         * @param dry whether the build is only looked at
         * @param forced whether it may hold far less than the live index
         */
        void rebuild(boolean dry, boolean forced);

        /** Asks for what was live before to be brought back. */
        void rollBack();

        /** Asks for nothing, and waits for what was asked for already, if anything was. */
        void joinRebuild();
    }

    private enum Way {
        BESIDE,
        IN_PLACE,
        DRY
    }

    private final Way way;
    private final boolean allowing;

    private FullPolicy(Way way, boolean allowing) {
        this.way = way;
        this.allowing = allowing;
    }

    static FullPolicy beside() {
        return new FullPolicy(Way.BESIDE, false);
    }

    /**
     * The same without a build: looks at every product, and at what is in the index without one, and writes what differs into the
     * live index. Never empties it first. Costs a read of both sides; needs no second index.
     */
    public FullPolicy inPlace() {
        return new FullPolicy(Way.IN_PLACE, allowing);
    }

    /**
     * Fills a build and judges it, but puts it in nobody's place: {@link SyncReport#rebuild} tells what a rebuild would change,
     * and the build is removed. For {@link Stocktake#run}, not for a schedule.
     */
    public SyncPolicy dryRun() {
        return new FullPolicy(Way.DRY, false);
    }

    /** {@inheritDoc} A build that holds far less than the live index is put in its place all the same. */
    @Override
    public FullPolicy allowingMassDeletion() {
        return new FullPolicy(way, true);
    }

    /**
     * {@inheritDoc}
     *
     * @throws MisconfiguredException if it is not {@link #inPlace}: a rebuild is judged as a whole
     */
    @Override
    public SyncPolicy allowingMassDeletion(long atMost) {
        if (rebuilds()) {
            throw new MisconfiguredException("A number of deletions can be allowed in the live index only: take"
                    + " SyncPolicy.full().inPlace().allowingMassDeletion(" + atMost + ")");
        }
        return SyncPolicy.super.allowingMassDeletion(atMost);
    }

    @Override
    public String name() {
        return way == Way.DRY ? "full (dry run)" : NAME;
    }

    /** Whether it wants a build. */
    boolean rebuilds() {
        return way != Way.IN_PLACE;
    }

    @Override
    public void mark(Marker marker) {
        if (rebuilds() && marker instanceof Rebuilding rebuilding) {
            rebuilding.rebuild(way == Way.DRY, allowing);
            return;
        }
        marker.markEverything();
        if (allowing) {
            marker.allowMassDeletion();
        }
    }

    @Override
    public String toString() {
        return way == Way.IN_PLACE ? NAME + " in place" : name();
    }
}
