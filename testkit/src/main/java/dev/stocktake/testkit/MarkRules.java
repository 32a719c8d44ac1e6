package dev.stocktake.testkit;

import dev.stocktake.Generation;
import dev.stocktake.Intake;
import dev.stocktake.ProductKey;
import dev.stocktake.Reason;
import dev.stocktake.testkit.Books.Volume;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Everything that says "look at this product". */
final class MarkRules {

    private final Bookkeeping work;
    private final Books books;

    MarkRules(Bookkeeping work) {
        this.work = work;
        this.books = work.books();
    }

    private List<Volume> reached() {
        Volume live = books.live();
        return work.keeps(LedgerRule.MARK_EVERY_GENERATION) ? books.open() : live == null ? List.of() : List.of(live);
    }

    /** R1: in every open generation. */
    void mark(Collection<ProductKey> keys, Reason reason, boolean forced) {
        Collection<ProductKey> distinct = new LinkedHashSet<>(keys);
        for (Volume volume : reached()) {
            for (ProductKey key : distinct) {
                mark(volume, key, reason, forced);
            }
        }
    }

    /** R1, with the times of the changes. */
    void mark(Collection<Intake.Hint> hints) {
        Map<ProductKey, Intake.Hint> distinct = new LinkedHashMap<>();
        hints.forEach(hint -> distinct.merge(hint.product(), hint, Intake.Hint::and));
        for (Volume volume : reached()) {
            distinct.forEach((key, hint) ->
                    mark(volume, key, hint.wide() ? Reason.FANOUT : Reason.CHANGE, false, hint.changedAt()));
        }
    }

    /** R1, in one generation. */
    void mark(Volume volume, ProductKey key, Reason reason, boolean forced) {
        mark(volume, key, reason, forced, null);
    }

    /** R1, in one generation, with the time of the change. */
    void mark(Volume volume, ProductKey key, Reason reason, boolean forced, @Nullable Instant changedAt) {
        Row row = volume.row(key);
        if (row != null) {
            long token = work.keeps(LedgerRule.MARK_NEW_TOKEN)
                    ? work.token()
                    : row.mark().token();
            volume.put(row.marked(new Row.Mark(token, work.now(), reason, forced, changedAt)));
        } else if (kept(volume, key)) {
            volume.put(Row.fresh(key, new Row.Mark(work.token(), work.now(), reason, forced, changedAt)));
        }
    }

    private boolean kept(Volume volume, ProductKey key) {
        return work.keeps(LedgerRule.KEEP_MARKS_BEYOND_FRONTIER)
                || !work.keys().beyond(volume.generation().frontier(), key);
    }

    /** R7: marks are forced, and (A4) remember how long a late write may still land. */
    void suspect(Collection<ProductKey> keys, Duration hold) {
        if (!work.keeps(LedgerRule.SUSPECT_MARKS)) {
            return;
        }
        mark(keys, Reason.SUSPECT, work.keeps(LedgerRule.SUSPECT_FORCE));
        if (hold.isZero()) {
            return;
        }
        Instant until = work.now().plus(hold);
        for (Volume volume : reached()) {
            for (ProductKey key : keys) {
                Row row = volume.row(key);
                if (row != null) {
                    volume.put(row.heldUntil(until));
                }
            }
        }
    }

    /** A2: moves the frontier instead of writing rows. */
    void markAll(boolean forced) {
        reached().forEach(volume -> markAll(volume, forced));
    }

    /** A2, in one generation. */
    void markAll(Volume volume, boolean forced) {
        Generation.Frontier frontier = volume.generation().frontier();
        boolean force = forced || (frontier.forced() && !frontier.ended());
        volume.become(volume.generation()
                .at(new Generation.Frontier(null, false, force))
                .owing(owedWalk()));
        for (Row row : volume.rows().all()) {
            mark(volume, row.key(), Reason.SWEEP, forced);
        }
    }

    /** A2, without the products. */
    void oweWalk() {
        reached().forEach(volume -> volume.become(volume.generation().owing(owedWalk())));
    }

    /** The token under which a walk over the index's ids is owed from now on. */
    long owedWalk() {
        return work.keeps(LedgerRule.OWED_WALK) ? work.token() : 0;
    }
}
