package dev.stocktake;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a schedule on one thread of its own: never two runs at once, and each policy at its own pace. */
final class Loop {

    private static final Logger log = LoggerFactory.getLogger(Stocktake.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration LONGEST_FAREWELL = Duration.ofSeconds(30);
    private static final Duration LONGEST_FAILURE_PAUSE = Duration.ofMinutes(1);
    /** Long enough for a fleet to spread, short enough for whoever waits for the first documents of a new index. */
    private static final Duration LONGEST_JITTER = Duration.ofSeconds(5);

    private final Stocktake stocktake;
    private final Surroundings around;
    private final List<Due> dues = new ArrayList<>();
    private final Thread thread;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean closing;
    private volatile boolean asleep;

    Loop(Stocktake stocktake, SyncSchedule schedule, Surroundings around) {
        this.stocktake = stocktake;
        this.around = around;
        Instant now = around.clock().instant();
        for (SyncSchedule.Entry entry : schedule.entries()) {
            dues.add(new Due(entry, now.plus(jitter(entry.fastest()))));
        }
        this.thread = new Thread(this::work, "stocktake-" + stocktake.indexName());
        thread.setDaemon(true);
    }

    /** A fleet that is started at once shall not ask at once. */
    private Duration jitter(Duration within) {
        long most = Math.min(within.toMillis(), LONGEST_JITTER.toMillis());
        return Duration.ofMillis(around.random().nextLong(Math.max(1, most)));
    }

    void start() {
        log.info(
                "Index '{}' is kept true on thread '{}': {}",
                stocktake.indexName(),
                thread.getName(),
                dues.stream().map(due -> due.entry).toList());
        thread.start();
    }

    /** Ends at the next border between two batches; waits for it, but not for ever. */
    void close() {
        closing = true;
        if (Thread.currentThread() == thread) {
            return;
        }
        try {
            if (asleep) {
                thread.interrupt();
            }
            if (!ended.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                thread.interrupt();
            }
            if (!ended.await(LONGEST_FAREWELL.toSeconds(), TimeUnit.SECONDS)) {
                log.warn(
                        "Thread '{}' did not end within {}; what it did not do stays marked",
                        thread.getName(),
                        LONGEST_FAREWELL);
            }
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }

    private void work() {
        try {
            while (!closing) {
                Due next =
                        dues.stream().min(Comparator.comparing(due -> due.at)).orElseThrow();
                Duration wait = Duration.between(around.clock().instant(), next.at);
                if (wait.isNegative() || wait.isZero()) {
                    run(next);
                } else {
                    sleep(wait);
                }
            }
        } catch (InterruptedException | StoppedException e) {
            log.debug("Thread '{}' ends", thread.getName(), e);
        } finally {
            ended.countDown();
        }
    }

    private void sleep(Duration wait) throws InterruptedException {
        asleep = true;
        try {
            if (!closing) {
                around.sleeper().sleep(wait);
            }
        } finally {
            asleep = false;
        }
    }

    private void run(Due due) throws InterruptedException {
        SyncPolicy policy = due.policy();
        due.again(around.clock().instant(), false);
        try {
            Run run = new Run(stocktake.indexName(), policy.name(), Run.Patience.LEAVES, around, stocktake.listener());
            stocktake.run(policy, run, () -> markDue(run));
            due.again(around.clock().instant(), run.worked());
            due.waitForOthers(around.clock().instant());
            if (due.entry.policy() instanceof RollingPolicy rolling) {
                due.at = around.clock().instant().plus(stocktake.untilNextComparison(rolling));
            }
            due.failures = 0;
        } catch (StoppedException e) {
            if (closing || Thread.currentThread().isInterrupted()) {
                throw e;
            }
            failed(due, e);
        } catch (RuntimeException | Error e) {
            failed(due, e);
        }
    }

    /** While a long run goes on, all policies still mark in time: a change does not wait for the end of a full sync. */
    private void markDue(Run run) {
        Instant now = around.clock().instant();
        for (Due due : dues) {
            if (!due.at.isAfter(now)) {
                try {
                    due.again(now, false);
                    stocktake.markMeanwhile(due.policy(), run);
                    due.waitForOthers(now);
                } catch (StocktakeException e) {
                    throw e;
                } catch (RuntimeException e) {
                    failed(due, e);
                }
            }
        }
    }

    private void failed(Due due, Throwable e) {
        due.failures++;
        String policy = due.entry.policy().name();
        if (due.failures == 1) {
            log.warn("Policy '{}' of index '{}' failed; it is tried again", policy, stocktake.indexName(), e);
        } else {
            log.debug("Policy '{}' of index '{}' failed again", policy, stocktake.indexName(), e);
        }
        Duration pause = Duration.ofSeconds(1L << Math.min(due.failures - 1, 10));
        due.at = around.clock()
                .instant()
                .plus(pause.compareTo(LONGEST_FAILURE_PAUSE) > 0 ? LONGEST_FAILURE_PAUSE : pause);
    }

    /** When an entry of the schedule runs next. */
    private static final class Due {

        private final SyncSchedule.Entry entry;
        private final ScheduledPolicy policy;
        private Instant at;
        private Duration delay;
        private int failures;

        Due(SyncSchedule.Entry entry, Instant first) {
            this.entry = entry;
            this.at = first;
            this.delay = entry.fastest();
            this.policy = new ScheduledPolicy(entry.policy(), delay);
        }

        ScheduledPolicy policy() {
            policy.interval(delay);
            return policy;
        }

        /** Another instance made the last walk: this one's turn is when the interval is over by the ledger. */
        void waitForOthers(Instant now) {
            if (!policy.rest().isZero()) {
                at = now.plus(policy.rest());
            }
        }

        void again(Instant now, boolean found) {
            delay = entry.next(delay, found);
            at = now.plus(delay);
        }
    }
}
