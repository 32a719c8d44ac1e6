package dev.stocktake.bench;

import dev.stocktake.Freshness;
import dev.stocktake.ProductKey;
import dev.stocktake.SyncListener;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;
import dev.stocktake.SyncSchedule;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A schedule at work while a shop is edited at a steady pace: each edit at its own time, whether the one before is applied
 * or not, in a durable transaction of its own. Every round has an instance of its own, on the ledger of the one before.
 */
final class SteadyEdits implements Contestant, SyncListener {

    static final String NAME = "schedule";
    static final int PER_SECOND = 100;

    private static final int LONGEST_MINUTES = 5;
    private static final SyncSchedule OFTEN = SyncSchedule.builder()
            .every(Duration.ofMillis(10), SyncPolicy.smart())
            .build();

    private final Stage stage;
    private final Shop shop;
    private final Database writer;
    private final int edits;
    private final Semaphore passes = new Semaphore(0);
    private final Semaphore applied = new Semaphore(0);
    private final List<Freshness> freshness = new ArrayList<>();
    private @Nullable Subject subject;
    private int round;

    SteadyEdits(Stage stage, Shop shop, Database writer, int seconds) {
        this.stage = stage;
        this.shop = shop;
        this.writer = writer;
        this.edits = seconds * PER_SECOND;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void prepare() {
        close();
        Subject next = Subject.logged(shop, stage, this);
        subject = next;
        passes.drainPermits();
        next.start(OFTEN);
        await(passes, 1);
        applied.drainPermits();
    }

    @Override
    public void run() throws SQLException {
        try (Connection connection = writer.source().getConnection()) {
            long from = System.nanoTime();
            shop.edit(connection, edits, round++, i -> waitUntil(from + i * TimeUnit.SECONDS.toNanos(1) / PER_SECOND));
        }
        await(applied, edits);
    }

    static void waitUntil(long time) {
        for (long left = time - System.nanoTime(); left > 0; left = time - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    @Override
    public void finished(SyncReport report) {
        passes.release();
    }

    @Override
    public void applied(String index, Map<ProductKey, Duration> changes) {
        applied.release(changes.size());
    }

    private void await(Semaphore what, int times) {
        try {
            if (!what.tryAcquire(times, LONGEST_MINUTES, TimeUnit.MINUTES)) {
                throw new IllegalStateException("The schedule did not keep up with " + edits + " edits");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        }
    }

    /** Of every round so far, those that were not measured included; ends the last one. */
    List<Freshness> freshness() {
        close();
        return List.copyOf(freshness);
    }

    @Override
    public void close() {
        Subject last = subject;
        if (last != null) {
            subject = null;
            try (last) {
                Freshness one = last.freshness();
                if (one.changes() != edits) {
                    throw new IllegalStateException("Not the " + edits + " edits were counted: " + one);
                }
                freshness.add(one);
            }
        }
    }
}
