package dev.stocktake.testkit.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;

/** Plays many schedules, several at once; stops early where one bad one is enough. */
final class Workers {

    private final Scenario scenario;
    private final AtomicLong next;
    private final long end;
    private final long enough;
    private final AtomicLong bad = new AtomicLong();

    Workers(Scenario scenario, long from, long count) {
        this(scenario, from, count, Long.MAX_VALUE);
    }

    /** @param enough after this many bad schedules it stops */
    Workers(Scenario scenario, long from, long count, long enough) {
        this.scenario = scenario;
        this.next = new AtomicLong(from);
        this.end = from + count;
        this.enough = enough;
    }

    Tally play(int workers) {
        try (Crew crew = new Crew()) {
            List<Future<Tally>> parts = new ArrayList<>();
            for (int i = 0; i < workers; i++) {
                FutureTask<Tally> part = new FutureTask<>(this::playSome);
                crew.execute(part);
                parts.add(part);
            }
            Tally sum = new Tally(scenario.name());
            for (Future<Tally> part : parts) {
                sum.add(part.get());
            }
            return sum;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while schedules were played", e);
        } catch (ExecutionException e) {
            throw new CompletionException(e.getCause());
        }
    }

    private Tally playSome() {
        Tally tally = new Tally(scenario.name());
        try (Crew crew = new Crew()) {
            for (long seed = next.getAndIncrement(); seed < end && bad.get() < enough; seed = next.getAndIncrement()) {
                World world = Simulation.world(scenario, seed, crew);
                Verdict verdict = Simulation.verdict(world, seed);
                tally.add(verdict, world);
                if (verdict.bad()) {
                    bad.incrementAndGet();
                }
            }
        }
        return tally;
    }
}
