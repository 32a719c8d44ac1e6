package dev.stocktake.testkit;

import dev.stocktake.Claim;
import dev.stocktake.ProductKey;
import dev.stocktake.Reason;
import dev.stocktake.Refusal;
import dev.stocktake.Standing;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A product that is not yet true.
 *
 * @param holdUntil until when a late write may still land on it (A4)
 */
record Row(ProductKey key, Mark mark, Tries tries, @Nullable Instant holdUntil, Objection objection) {

    /**
     * Why and since when the product is marked.
     *
     * @param changedAt the earliest of its changes that were not applied, by the shop's clock
     */
    record Mark(
            long token,
            Instant since,
            Reason reason,
            boolean suspect,
            @Nullable Instant changedAt) {

        /** The token of the newer one, the more urgent reason, the earlier times. */
        Mark again(Mark other) {
            return new Mark(
                    other.token,
                    since,
                    other.reason.compareTo(reason) < 0 ? other.reason : reason,
                    suspect || other.suspect,
                    changedAt == null || (other.changedAt != null && other.changedAt.isBefore(changedAt))
                            ? other.changedAt
                            : changedAt);
        }

        Mark forced() {
            return new Mark(token, since, reason, true, changedAt);
        }

        Mark changedAt(@Nullable Instant time) {
            return new Mark(token, since, reason, suspect, time);
        }

        Mark since(Instant time) {
            return new Mark(token, since.isAfter(time) ? since : time, reason, suspect, changedAt);
        }
    }

    /** How often it was tried and how it will be tried next. */
    record Tries(int attempts, @Nullable Instant notBefore, int splitLimit) {

        static final Tries NONE = new Tries(0, null, 0);
    }

    /** What the index has against it: a quarantine, or what remains of a lifted one. */
    record Objection(@Nullable Refusal quarantine, @Nullable Refusal refused) {

        static final Objection NONE = new Objection(null, null);
    }

    static Row fresh(ProductKey key, Mark mark) {
        return new Row(key, mark, Tries.NONE, null, Objection.NONE);
    }

    private boolean refusedByTheIndex() {
        return objection.quarantine() != null && objection.quarantine().fingerprint() != null;
    }

    boolean quarantined() {
        return objection.quarantine() != null;
    }

    /** R1. A product that the index refused is tried alone when it comes out of quarantine. */
    Row marked(Mark again) {
        int splitLimit = refusedByTheIndex() ? 1 : tries.splitLimit();
        return new Row(
                key,
                mark.again(again),
                new Tries(tries.attempts(), null, splitLimit),
                holdUntil,
                new Objection(null, objection.refused()));
    }

    Row heldUntil(Instant time) {
        Instant longer = holdUntil != null && holdUntil.isAfter(time) ? holdUntil : time;
        return new Row(key, mark, tries, longer, objection);
    }

    Row forced() {
        return new Row(key, mark.forced(), tries, holdUntil, objection);
    }

    /** Its document is no older than this: what remains counts from there. */
    Row since(Instant time) {
        return new Row(key, mark.since(time), tries, holdUntil, objection);
    }

    Row changedAt(@Nullable Instant time) {
        return new Row(key, mark.changedAt(time), tries, holdUntil, objection);
    }

    Row notBefore(@Nullable Instant time) {
        return new Row(key, mark, new Tries(tries.attempts(), time, tries.splitLimit()), holdUntil, objection);
    }

    Row failed(Instant retryAt, int newSplitLimit) {
        int splitLimit = newSplitLimit == 0 ? tries.splitLimit() : newSplitLimit;
        return new Row(key, mark, new Tries(tries.attempts() + 1, retryAt, splitLimit), holdUntil, objection);
    }

    Row quarantined(Refusal refusal) {
        return new Row(
                key,
                mark,
                new Tries(tries.attempts() + 1, null, tries.splitLimit()),
                holdUntil,
                new Objection(refusal, refusal));
    }

    Claim.Item item() {
        return new Claim.Item(
                key,
                mark.token(),
                mark.suspect(),
                mark.reason(),
                tries.attempts(),
                objection.refused(),
                mark.changedAt());
    }

    Standing standing(boolean inFlight, Instant now) {
        Instant notBefore = tries.notBefore();
        return new Standing(
                true,
                inFlight,
                mark.suspect(),
                mark.reason(),
                mark.since(),
                mark.changedAt(),
                tries.attempts(),
                notBefore != null && notBefore.isAfter(now) ? notBefore : null,
                objection.quarantine());
    }
}
