package dev.stocktake;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Which policies run by themselves, and how often.
 *
 * <pre>{@code
 * SyncSchedule schedule = SyncSchedule.builder()
 *         .paced(Duration.ofMillis(200), Duration.ofSeconds(1), SyncPolicy.smart())
 *         .audit(Duration.ofHours(1))
 *         .every(Duration.ofHours(24), SyncPolicy.full().inPlace())
 *         .build();
 * }</pre>
 *
 * <p>Immutable.
 */
public final class SyncSchedule {

    private final List<Entry> entries;

    private SyncSchedule(List<Entry> entries) {
        this.entries = List.copyOf(entries);
    }

    /**
     * Smart at least every second, everything compared within an hour, full every day, in place: no index is swapped without
     * somebody's saying so. Needs an index that can list what it holds ({@link AuditableIndex}).
     */
    public static SyncSchedule recommended() {
        return builder()
                .paced(Duration.ofMillis(200), Duration.ofSeconds(1), SyncPolicy.smart())
                .audit(Duration.ofHours(1))
                .every(Duration.ofHours(24), SyncPolicy.full().inPlace())
                .build();
    }

    /** An empty builder. */
    public static Builder builder() {
        return new Builder();
    }

    List<Entry> entries() {
        return entries;
    }

    /** The longest time between two runs of a policy of this name; used to compute a {@link Guarantee}. */
    java.util.Optional<Duration> slowest(String policy) {
        return entries.stream()
                .filter(entry -> entry.policy().name().equals(policy))
                .map(Entry::slowest)
                .min(Duration::compareTo);
    }

    /** Whether it has a rebuild. */
    boolean rebuilds() {
        return entries.stream().anyMatch(entry -> entry.policy() instanceof FullPolicy full && full.rebuilds());
    }

    /** Within which time everything is compared, if it is. */
    java.util.Optional<Duration> audited() {
        return entries.stream()
                .filter(entry -> entry.policy().name().equals(AuditPolicy.NAME))
                .map(entry -> entry.policy() instanceof RollingPolicy rolling ? rolling.within() : entry.slowest())
                .min(Duration::compareTo);
    }

    @Override
    public String toString() {
        return entries.toString();
    }

    /**
     * One policy and its pace.
     *
     * @param fastest the delay after a run that found something
     * @param slowest the delay that runs without a find grow to, doubling
     */
    record Entry(SyncPolicy policy, Duration fastest, Duration slowest) {

        Duration next(Duration last, boolean found) {
            if (found) {
                return fastest;
            }
            Duration doubled = last.multipliedBy(2);
            return doubled.compareTo(slowest) > 0 ? slowest : doubled;
        }

        @Override
        public String toString() {
            return policy instanceof RollingPolicy
                    ? policy.toString()
                    : policy.name() + " every " + (fastest.equals(slowest) ? slowest : fastest + " to " + slowest);
        }
    }

    /** Builds a {@link SyncSchedule}. Not thread-safe. */
    public static final class Builder {

        private final List<Entry> entries = new ArrayList<>();

        private Builder() {}

        /** Runs a policy with this delay between the end of a run and the start of the next. */
        public Builder every(Duration delay, SyncPolicy policy) {
            return paced(delay, delay, policy);
        }

        /**
         * Runs a policy soon again after a run that found something, and ever more slowly while there is nothing to find.
         *
         * @param fastest the delay after a run that found something, positive
         * @param slowest the delay at most, not less than {@code fastest}
         */
        public Builder paced(Duration fastest, Duration slowest, SyncPolicy policy) {
            entries.add(new Entry(policy, fastest, slowest));
            return this;
        }

        /**
         * Compares everything all the time, slowly, so that every product is compared with its document, and the index's
         * documents with the products, within this time. What no feed sees is found within it.
         *
         * @param within how long an unseen difference may stay, at least a second
         */
        public Builder audit(Duration within) {
            RollingPolicy policy = new RollingPolicy(within);
            entries.add(new Entry(policy, policy.pace(), policy.pace()));
            return this;
        }

        /**
         * The schedule.
         *
         * @throws MisconfiguredException if there is no policy, or a delay is not as said; names every one that is wrong
         */
        public SyncSchedule build() {
            Problems problems = new Problems("SyncSchedule");
            if (entries.isEmpty()) {
                problems.add("every", "must be called at least once: add at least one policy");
            }
            entries.forEach(entry -> check(entry, problems));
            if (entries.stream()
                            .filter(entry -> entry.policy() instanceof RollingPolicy)
                            .count()
                    > 1) {
                problems.add("audit", "must be called only once: one bound holds for everything");
            }
            problems.throwIfAny();
            return new SyncSchedule(entries);
        }

        private static void check(Entry entry, Problems problems) {
            String path = "'" + entry.policy().name() + "'";
            if (entry.policy() instanceof RollingPolicy rolling) {
                problems.atLeast(path + ".within", rolling.within(), Duration.ofSeconds(1));
                return;
            }
            problems.positive(path + ".fastest", entry.fastest());
            problems.atLeast(path + ".slowest", entry.slowest(), entry.fastest());
        }
    }
}
