package dev.stocktake.jdbc;

import dev.stocktake.Generation;
import dev.stocktake.Generation.State;
import dev.stocktake.IndexIdentity;
import dev.stocktake.Reason;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/** A generation from its opening beside the live one to its end. Everything under the lane's lock (R11). */
final class LedgerRebuilds {

    private final LedgerGenerations generations;
    private final LedgerMarks marks;
    private final LedgerBatches batches;
    private final LedgerClosing closing;

    LedgerRebuilds(LedgerGenerations generations, LedgerMarks marks, LedgerBatches batches, LedgerClosing closing) {
        this.generations = generations;
        this.marks = marks;
        this.batches = batches;
        this.closing = closing;
    }

    Optional<Generation> open(String label, IndexIdentity identity) {
        Optional<Generation> live = generations.live();
        if (live.isEmpty() || generations.open().size() > 1) {
            return Optional.empty();
        }
        generations.create(identity, label);
        Optional<Generation> build = generations.open().stream()
                .filter(generation -> generation.state() == State.BUILDING)
                .findFirst();
        build.ifPresent(heir -> marks.inherit(live.get().number(), heir.number()));
        return build;
    }

    boolean markAll(long generation, boolean forced) {
        if (generations.restart(forced, generation) == 0) {
            return false;
        }
        marks.markAll(Reason.SWEEP, forced, generation);
        return true;
    }

    boolean beginSwap(long generation, Duration life) {
        long live = generations.live().map(Generation::number).orElse(0L);
        Optional<Generation> build = in(generation, State.BUILDING)
                .filter(found -> found.frontier().ended() && found.owedWalk() == 0)
                .filter(found ->
                        marks.isNoOlderThan(live, generation) && batches.open().isEmpty());
        if (build.isEmpty() || generations.isAnySwapping()) {
            return false;
        }
        swap(build.get(), life);
        return true;
    }

    private void swap(Generation generation, Duration life) {
        generations.become(generation.number(), State.SWAPPING);
        generations.move(generation.number(), generation.label(), life);
    }

    boolean bringBack(long generation, Duration life) {
        Optional<Generation> back = in(generation, State.RETIRED, State.BUILDING);
        Optional<Generation> live = generations.live();
        if (back.isEmpty()
                || live.isEmpty()
                || generations.isAnySwapping()
                || !batches.open().isEmpty()) {
            return false;
        }
        if (back.get().state() == State.RETIRED) {
            if (generations.open().size() > 1) {
                return false;
            }
            reopen(back.get(), live.get(), State.BUILDING, false);
        }
        swap(back.get(), life);
        return true;
    }

    private void reopen(Generation retired, Generation live, State state, boolean forced) {
        generations.become(retired.number(), state);
        marks.forget(retired.number());
        marks.inherit(live.number(), retired.number());
        markAll(retired.number(), forced);
    }

    boolean endSwap(long generation, boolean settled) {
        Optional<Generation> swapping = in(generation, State.SWAPPING);
        swapping.ifPresent(found -> {
            generations.become(generation, State.BUILDING);
            generations.move(generation, found.label(), settled ? Duration.ZERO : null);
        });
        return swapping.isPresent();
    }

    boolean swappedIn(long generation, Duration hold) {
        Optional<Generation> next = in(generation, State.SWAPPING, State.BUILDING);
        next.ifPresent(found -> {
            closing.suspectAll(hold);
            generations.live().ifPresent(live -> {
                generations.become(live.number(), State.RETIRED);
                generations.move(live.number(), found.label(), Duration.ZERO);
                marks.forget(live.number());
            });
            generations.become(generation, State.LIVE);
            generations.move(generation, null, null);
        });
        return next.isPresent();
    }

    boolean swappedBack(long retired, Duration life, Duration hold) {
        Optional<Generation> back = in(retired, State.RETIRED);
        Optional<Generation> live = generations.live();
        if (back.isEmpty() || live.isEmpty() || generations.isAnySwapping()) {
            return false;
        }
        closing.suspectAll(hold);
        reopen(back.get(), live.get(), State.LIVE, true);
        generations.move(retired, null, Duration.ZERO);
        generations.become(live.get().number(), State.SWAPPING);
        generations.move(live.get().number(), back.get().label(), life);
        markAll(live.get().number(), true);
        return true;
    }

    boolean retire(long generation) {
        Optional<Generation> building = in(generation, State.BUILDING);
        if (building.isEmpty() || !batches.open(generation).isEmpty()) {
            return false;
        }
        generations.become(generation, State.RETIRED);
        generations.move(generation, building.get().label(), Duration.ZERO);
        marks.forget(generation);
        return true;
    }

    boolean forget(long generation) {
        if (in(generation, State.BUILDING, State.RETIRED).isEmpty()
                || !batches.open(generation).isEmpty()) {
            return false;
        }
        marks.forget(generation);
        generations.forget(generation);
        return true;
    }

    private Optional<Generation> in(long generation, State... states) {
        return Stream.concat(generations.open().stream(), generations.retired().stream())
                .filter(found -> found.number() == generation)
                .filter(found -> Arrays.asList(states).contains(found.state()))
                .findFirst();
    }
}
