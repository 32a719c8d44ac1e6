package dev.stocktake;

import java.time.Duration;

/**
 * Rates and bounds of the lane. None of them can switch a rule off. {@link Stocktake.Builder#build} checks all of them at once.
 *
 * <pre>{@code
 * SyncSettings settings = SyncSettings.defaults()
 *         .withBatch(new SyncSettings.Batch(500, 4_000_000, 2, 1));
 * }</pre>
 *
 * @param batch how much goes into one batch, and how many batches are on their way at once
 * @param retry when and how often something is tried again
 * @param lane how long the lease lasts and how long a run is patient
 * @param brakes how much may be deleted without being asked for
 * @param rebuilds how fast a build is filled and how long the previous index is kept
 */
public record SyncSettings(Batch batch, Retry retry, Lane lane, Brakes brakes, Rebuilds rebuilds) {

    private static final SyncSettings DEFAULTS = new SyncSettings(
            new Batch(5_000, 8L * 1024 * 1024, 4, 1),
            new Retry(Duration.ofSeconds(1), Duration.ofMinutes(1), 2, 5),
            new Lane(Duration.ofSeconds(60), Duration.ofMinutes(10), Duration.ofMillis(20), Duration.ofSeconds(1)),
            new Brakes(0.2, 100),
            new Rebuilds(0, Duration.ofHours(24)));

    /** The default settings. */
    public static SyncSettings defaults() {
        return DEFAULTS;
    }

    void check(Problems problems) {
        batch.check(problems);
        retry.check(problems);
        lane.check(problems);
        brakes.check(problems);
        rebuilds.check(problems);
    }

    /** These settings with other batches. */
    public SyncSettings withBatch(Batch other) {
        return new SyncSettings(other, retry, lane, brakes, rebuilds);
    }

    /** These settings with other retries. */
    public SyncSettings withRetry(Retry other) {
        return new SyncSettings(batch, other, lane, brakes, rebuilds);
    }

    /** These settings with another lane. */
    public SyncSettings withLane(Lane other) {
        return new SyncSettings(batch, retry, other, brakes, rebuilds);
    }

    /** These settings with other brakes. */
    public SyncSettings withBrakes(Brakes other) {
        return new SyncSettings(batch, retry, lane, other, rebuilds);
    }

    /** These settings with other rebuilds. */
    public SyncSettings withRebuilds(Rebuilds other) {
        return new SyncSettings(batch, retry, lane, brakes, other);
    }

    /**
     * How much goes into one batch. The index's own {@linkplain SearchIndex#limits() limits} hold as well.
     *
     * @param maxProducts at most this many products are claimed at once
     * @param maxBytes documents are sent when about this many bytes have been read; bounds the memory of a run
     * @param maxInFlight at most this many batches wait for the index at once
     * @param readers how many reads may query the database ahead of the lane, while it compares and sends what was read before.
     *     Each of them uses two threads and up to two connections: one queries while the rows of the other are taken over. Try 2
     *     if the database has spare CPU; 0 makes the lane read by itself. A batch that is read in one go, as after a few
     *     changes, needs none
     */
    public record Batch(int maxProducts, long maxBytes, int maxInFlight, int readers) {

        private void check(Problems problems) {
            problems.atLeast("batch.maxProducts", maxProducts, 1);
            problems.atLeast("batch.maxBytes", maxBytes, 1024);
            problems.atLeast("batch.maxInFlight", maxInFlight, 1);
            problems.atLeast("batch.readers", readers, 0);
        }
    }

    /**
     * When and how often something is tried again. Delays grow from {@code first} by {@code growth} up to {@code longest};
     * advice of the other side ({@code Retry-After}) wins.
     *
     * @param first delay after the first failure
     * @param longest delay at most
     * @param growth factor from one delay to the next, at least 1
     * @param attempts after this many failures in a row a run gives up; what it did not do stays marked
     */
    public record Retry(Duration first, Duration longest, double growth, int attempts) {

        private void check(Problems problems) {
            problems.atLeast("retry.first", first, Duration.ofMillis(1));
            problems.atLeast("retry.longest", longest, first);
            if (!(growth >= 1 && growth <= 100)) {
                problems.add("retry.growth", "must be between 1 and 100, not " + growth);
            }
            problems.atLeast("retry.attempts", attempts, 1);
        }
    }

    /**
     * How long the lease lasts and how long a run is patient.
     *
     * @param lease after this long without a sign of life another instance may take over the lane
     * @param patience how long a run waits for products that another thread or instance makes true, and for the index to
     *     apply what it accepted
     * @param firstPoll delay between a write and the first status request
     * @param longestPoll longest delay between two status requests
     */
    public record Lane(Duration lease, Duration patience, Duration firstPoll, Duration longestPoll) {

        private void check(Problems problems) {
            problems.atLeast("lane.lease", lease, Duration.ofSeconds(1));
            problems.positive("lane.patience", patience);
            problems.positive("lane.firstPoll", firstPoll);
            problems.atLeast("lane.longestPoll", longestPoll, firstPoll);
        }
    }

    /**
     * How much may be deleted without {@link SyncPolicy#allowingMassDeletion}. If more documents than that have no product in
     * the database any more, none of them is deleted: an empty replica or a broken join looks just like a shop that was
     * emptied. What was deleted within ten minutes before counts as well. Everything else goes on. Nor is a build put in the place
     * of the live index by which searchers would lose more.
     *
     * @param share of the documents in the index, from 0 to 1; 1 switches the brake off
     * @param atLeast this many may always be deleted, however small the index is, but never all of ten or more at once: an
     *     empty source empties no index by itself
     */
    public record Brakes(double share, long atLeast) {

        /** An index of fewer documents is somebody's first try, and to delete the last of them no accident. */
        static final long FEWEST = 10;

        private void check(Problems problems) {
            if (!(share >= 0 && share <= 1)) {
                problems.add("brakes.share", "must be between 0 and 1, not " + share);
            }
            problems.atLeast("brakes.atLeast", atLeast, 0);
        }

        /** How many documents of an index of this size may be deleted. */
        long limit(long documents) {
            long many = Math.max(atLeast, (long) Math.floor(share * documents));
            return documents < FEWEST ? many : Math.min(many, documents - 1);
        }
    }

    /**
     * How a build is filled, and how long the previous index is kept.
     *
     * @param documentsPerSecond at most this many products are walked over per second; 0 for no limit
     * @param keepOld how long the previous index is kept for {@link Stocktake#rollback}; it is removed earlier if another
     *     rebuild begins
     */
    public record Rebuilds(double documentsPerSecond, Duration keepOld) {

        private void check(Problems problems) {
            if (!(documentsPerSecond >= 0 && documentsPerSecond <= 1e9)) {
                problems.add(
                        "rebuilds.documentsPerSecond",
                        "must be 0 (as many as possible) or a positive number, not " + documentsPerSecond);
            }
            problems.atLeast("rebuilds.keepOld", keepOld, Duration.ZERO);
        }
    }
}
