package dev.stocktake.testkit.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The sum of many schedules. Not thread-safe. */
public final class Tally {

    private final String scenario;
    private final List<Verdict> bad = new ArrayList<>();
    private final Durations stale = new Durations();
    private final Durations noticed = new Durations();
    private final Census census = new Census();
    private long seeds;
    private long checks;
    private long digest;

    Tally(String scenario) {
        this.scenario = scenario;
    }

    void add(Verdict verdict, World world) {
        seeds++;
        checks += verdict.checks();
        digest += verdict.digest();
        stale.add(world.staleness().seen());
        noticed.add(world.checker().noticed());
        census.add(world.census());
        if (verdict.bad()) {
            bad.add(verdict);
        }
    }

    void add(Tally other) {
        seeds += other.seeds;
        checks += other.checks;
        digest += other.digest;
        stale.add(other.stale);
        noticed.add(other.noticed);
        census.add(other.census);
        bad.addAll(other.bad);
        bad.sort(Comparator.comparingLong(Verdict::seed));
    }

    /** How many schedules were played. */
    public long seeds() {
        return seeds;
    }

    /** The schedules in which something did not hold, by seed. */
    public List<Verdict> bad() {
        return List.copyOf(bad);
    }

    /** How often a product that the ledger took for true was compared with the database. */
    public long checks() {
        return checks;
    }

    /** Stands for all schedules: equal for equal seeds, whatever the number of workers. */
    public long digest() {
        return digest;
    }

    /**
     * How long changes took from commit to searcher.
     *
     * @param part of all changes, from 0 to 1: 0.5 for the median
     */
    public Duration stale(double part) {
        return Duration.ofMillis(part >= 1 ? stale.longest() : stale.quantile(part));
    }

    /** How long it took until it was noticed that the database had gone back, from its first second on. */
    Duration noticed() {
        return Duration.ofMillis(noticed.longest());
    }

    Census census() {
        return census;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s: %d seeds, %d bad, %d checks, stale p50 %.1f s p99 %.1f s max %.1f s",
                scenario,
                seeds,
                bad.size(),
                checks,
                stale(0.5).toMillis() / 1000.0,
                stale(0.99).toMillis() / 1000.0,
                stale(1).toMillis() / 1000.0);
    }
}
