package dev.stocktake;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger remembers of an index's audits: where the rolling one goes on, and what it achieved.
 *
 * @param passes how many passes were begun
 * @param started when the present pass began
 * @param after the last product it has compared; null at its start
 * @param done how many products it has compared
 * @param products how many the last whole pass compared; before it, about how many there are
 * @param compared when the product was compared that waited longest; null until every product was compared once
 * @param listed when the last listing of the index that went through began; null before
 * @param ended when the last whole pass ended; null before
 * @param bound within which time every product shall be compared; null if no schedule says so
 * @param late whether it was said that the bound does not hold
 */
record AuditState(
        long passes,
        Instant started,
        @Nullable ProductKey after,
        long done,
        long products,
        @Nullable Instant compared,
        @Nullable Instant listed,
        @Nullable Instant ended,
        @Nullable Duration bound,
        boolean late) {

    private static final String NONE = "-";
    private static final String FIELD = "\\|";
    private static final int FIELDS = 10;

    /** @param products about how many there are */
    static AuditState fresh(Instant now, long products) {
        return new AuditState(1, now, null, 0, products, null, null, null, null, false);
    }

    /** A page of products was compared; {@code oldest} waits longest now. */
    AuditState page(KeyPage page, @Nullable Instant oldest) {
        return new AuditState(
                passes,
                started,
                page.last().orElse(after),
                done + page.keys().size(),
                products,
                oldest,
                listed,
                ended,
                bound,
                late);
    }

    /** The pass is over. */
    AuditState over(Instant now, @Nullable Instant listedSince) {
        return new AuditState(
                passes, started, null, 0, done, compared, listedSince == null ? listed : listedSince, now, bound, late);
    }

    /** Whether the last pass is over, and the next has not begun. */
    boolean isOver() {
        return after == null && done == 0 && ended != null && !started.isAfter(ended);
    }

    /** A new pass begins. */
    AuditState begin(Instant now) {
        return new AuditState(passes + 1, now, null, 0, products, compared, listed, ended, bound, late);
    }

    /** Everything was compared by somebody else since then, so that the present pass begins anew. */
    AuditState everythingCompared(Instant since, Instant now) {
        Instant newest = compared == null || since.isAfter(compared) ? since : compared;
        return new AuditState(passes, now, null, 0, products, newest, listed, ended, bound, late);
    }

    AuditState listed(Instant since) {
        Instant newest = listed == null || since.isAfter(listed) ? since : listed;
        return new AuditState(passes, started, after, done, products, compared, newest, ended, bound, late);
    }

    AuditState within(@Nullable Duration other) {
        return new AuditState(passes, started, after, done, products, compared, listed, ended, other, late);
    }

    AuditState late(boolean now) {
        return new AuditState(passes, started, after, done, products, compared, listed, ended, bound, now);
    }

    /** Since when nothing is older that nobody knows of; null if there is no such time yet. */
    @Nullable
    Instant oldest() {
        if (compared == null || listed == null) {
            return null;
        }
        return compared.isBefore(listed) ? compared : listed;
    }

    /** Whether the bound does not hold; of what was never compared, once the bound is over. */
    boolean misses(Instant now) {
        Instant oldest = oldest();
        return bound != null && (oldest == null ? started : oldest).plus(bound).isBefore(now);
    }

    /** How long ago that is. */
    @Nullable
    Duration achieved(Instant now) {
        Instant oldest = oldest();
        return oldest == null ? null : age(oldest, now);
    }

    private static Duration age(Instant since, Instant now) {
        return now.isBefore(since) ? Duration.ZERO : Duration.between(since, now);
    }

    // --- as text ----------------------------------------------------------------------------------------------------

    /** The key comes last, as it may hold anything. */
    String text() {
        return String.join(
                "|",
                Long.toString(passes),
                text(started),
                Long.toString(done),
                Long.toString(products),
                text(compared),
                text(listed),
                text(ended),
                bound == null ? NONE : Long.toString(bound.toMillis()),
                late ? "late" : "held",
                after == null ? "" : after.value());
    }

    private static String text(@Nullable Instant time) {
        return time == null ? NONE : Long.toString(time.toEpochMilli());
    }

    static AuditState parse(String text) {
        String[] fields = text.split(FIELD, FIELDS);
        String bound = fields[7];
        return new AuditState(
                Long.parseLong(fields[0]),
                Instant.ofEpochMilli(Long.parseLong(fields[1])),
                fields[9].isEmpty() ? null : new ProductKey(fields[9]),
                Long.parseLong(fields[2]),
                Long.parseLong(fields[3]),
                time(fields[4]),
                time(fields[5]),
                time(fields[6]),
                bound.equals(NONE) ? null : Duration.ofMillis(Long.parseLong(bound)),
                fields[8].equals("late"));
    }

    private static @Nullable Instant time(String text) {
        return text.equals(NONE) ? null : Instant.ofEpochMilli(Long.parseLong(text));
    }
}
