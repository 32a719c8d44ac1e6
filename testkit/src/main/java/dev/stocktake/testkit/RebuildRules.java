package dev.stocktake.testkit;

import dev.stocktake.Generation;
import dev.stocktake.Generation.State;
import dev.stocktake.IndexIdentity;
import dev.stocktake.Lease;
import dev.stocktake.Reason;
import dev.stocktake.testkit.Books.Batch;
import dev.stocktake.testkit.Books.Volume;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A generation from its opening beside the live one to its end. */
final class RebuildRules {

    private final Bookkeeping work;
    private final Books books;
    private final MarkRules marks;
    private final BatchRules batches;

    RebuildRules(Bookkeeping work, MarkRules marks, BatchRules batches) {
        this.work = work;
        this.books = work.books();
        this.marks = marks;
        this.batches = batches;
    }

    List<Generation> retired() {
        return books.volumes().stream()
                .map(Volume::generation)
                .filter(generation -> generation.state() == State.RETIRED)
                .sorted((left, right) -> Long.compare(right.number(), left.number()))
                .toList();
    }

    Optional<Generation> openBuild(Lease lease, String label, IndexIdentity identity) {
        Volume live = books.live();
        if (!work.current(lease) || live == null || books.open().size() > 1) {
            return Optional.empty();
        }
        Generation build = new Generation(
                books.nextGeneration(), State.BUILDING, identity, Generation.Frontier.START, 0, label, null);
        inherit(live, books.add(build));
        return Optional.of(build);
    }

    /** A4. */
    private void inherit(Volume live, Volume heir) {
        if (!work.keeps(LedgerRule.INHERIT_HOLDS)) {
            return;
        }
        for (Row row : live.rows().all()) {
            Instant until = row.holdUntil();
            if (until != null && until.isAfter(work.now())) {
                marks.mark(heir, row.key(), Reason.SUSPECT, true);
                Row inherited = heir.row(row.key());
                if (inherited != null) {
                    heir.put(inherited.heldUntil(until));
                }
            }
        }
    }

    boolean markAll(long generation, boolean forced) {
        Volume volume = books.volume(generation);
        if (volume == null || !volume.generation().open()) {
            return false;
        }
        marks.markAll(volume, forced);
        return true;
    }

    /** R11, A6. */
    boolean beginSwap(Lease lease, long generation, Duration life) {
        Volume volume = in(lease, generation, State.BUILDING);
        if (volume == null || isAnySwapping() || !mayBeSwappedIn(volume)) {
            return false;
        }
        swap(volume, life);
        return true;
    }

    private void swap(Volume volume, Duration life) {
        Generation old = volume.generation();
        volume.become(old.as(State.SWAPPING, old.label(), work.now().plus(life)));
    }

    private boolean mayBeSwappedIn(Volume volume) {
        Generation generation = volume.generation();
        boolean clean = generation.frontier().ended()
                && generation.owedWalk() == 0
                && volume.rows().all().stream().allMatch(this::isNoOlderThanLive);
        return (clean || !work.keeps(LedgerRule.SWAP_ONLY_WHAT_IS_CLEAN))
                && (isDrained() || !work.keeps(LedgerRule.DRAIN_BEFORE_SWAP));
    }

    /** What waits in the live generation for at least as long is no older there. */
    private boolean isNoOlderThanLive(Row row) {
        Volume live = books.live();
        Row there = live == null ? null : live.row(row.key());
        return row.quarantined()
                || (there != null
                        && !there.quarantined()
                        && !there.mark().since().isAfter(row.mark().since()));
    }

    private boolean isDrained() {
        return books.batches().stream().noneMatch(Batch::open);
    }

    private boolean isAnySwapping() {
        return books.volumes().stream().anyMatch(volume -> volume.generation().state() == State.SWAPPING);
    }

    boolean bringBack(Lease lease, long generation, Duration life) {
        Volume volume = in(lease, generation, State.RETIRED, State.BUILDING);
        Volume live = books.live();
        if (volume == null || live == null || isAnySwapping() || !isDrained()) {
            return false;
        }
        if (volume.generation().state() == State.RETIRED) {
            if (books.open().size() > 1) {
                return false;
            }
            inherit(live, volume);
            marks.markAll(volume, false);
        }
        swap(volume, life);
        return true;
    }

    boolean endSwap(Lease lease, long generation, boolean settled) {
        Volume volume = in(lease, generation, State.SWAPPING);
        if (volume == null) {
            return false;
        }
        Generation old = volume.generation();
        volume.become(old.as(State.BUILDING, old.label(), settled ? null : old.unsettled()));
        return true;
    }

    boolean swappedIn(Lease lease, long generation, Duration hold) {
        Volume volume = in(lease, generation, State.SWAPPING, State.BUILDING);
        if (volume == null) {
            return false;
        }
        batches.suspectAllOpen(hold);
        Generation next = volume.generation();
        Volume live = books.live();
        if (live != null) {
            retire(live, next.label());
        }
        volume.become(next.as(State.LIVE, null, next.unsettled()));
        return true;
    }

    private void retire(Volume volume, @Nullable String place) {
        volume.become(volume.generation().as(State.RETIRED, place, null));
        volume.rows().all().forEach(row -> volume.remove(row.key()));
        volume.rechecks().forEach(recheck -> volume.recheck(recheck.getKey(), null));
    }

    boolean swappedBack(Lease lease, long retired, Duration life, Duration hold) {
        Volume back = in(lease, retired, State.RETIRED);
        Volume live = books.live();
        if (back == null || live == null || isAnySwapping()) {
            return false;
        }
        batches.suspectAllOpen(hold);
        String place = back.generation().label();
        back.become(back.generation().as(State.LIVE, null, null));
        live.become(live.generation().as(State.SWAPPING, place, work.now().plus(life)));
        inherit(live, back);
        marks.markAll(back, true);
        marks.markAll(live, true);
        return true;
    }

    boolean retire(Lease lease, long generation) {
        Volume volume = in(lease, generation, State.BUILDING);
        if (volume == null || isBusy(generation)) {
            return false;
        }
        retire(volume, volume.generation().label());
        return true;
    }

    private boolean isBusy(long generation) {
        return books.batches().stream()
                .anyMatch(batch -> batch.open() && batch.claim().generation() == generation);
    }

    boolean forget(Lease lease, long generation) {
        Volume volume = in(lease, generation, State.BUILDING, State.RETIRED);
        if (volume == null || isBusy(generation)) {
            return false;
        }
        books.remove(generation);
        return true;
    }

    /** R11: compare-and-set. */
    private @Nullable Volume in(Lease lease, long generation, State... states) {
        Volume volume = books.volume(generation);
        if (!work.current(lease) || volume == null) {
            return null;
        }
        boolean asSeen = Arrays.asList(states).contains(volume.generation().state());
        return asSeen || !work.keeps(LedgerRule.COMPARE_STATE) ? volume : null;
    }
}
