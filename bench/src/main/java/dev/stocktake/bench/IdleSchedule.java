package dev.stocktake.bench;

import dev.stocktake.SyncListener;
import dev.stocktake.SyncReport;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The passes of a schedule that runs by itself and finds nothing, as most passes do. Between two rounds the schedule is held
 * where a pass has ended, so that exactly those of the round are counted, however long the counters take to read.
 */
final class IdleSchedule implements Contestant, SyncListener {

    static final int PASSES = 25;

    private static final int LONGEST_MINUTES = 5;

    private final Shop shop;
    private final Semaphore ended = new Semaphore(0);
    private final Semaphore leave = new Semaphore(0);
    private volatile boolean holding;

    IdleSchedule(Shop shop) {
        this.shop = shop;
    }

    @Override
    public String name() {
        return "schedule at " + shop.products();
    }

    @Override
    public void prepare() {
        if (!holding) {
            holding = true;
            ended.drainPermits();
            await(1);
        }
    }

    @Override
    public void run() {
        leave.release(PASSES);
        await(PASSES);
    }

    @Override
    public void finished(SyncReport report) {
        boolean held = holding;
        ended.release();
        if (held) {
            leave.acquireUninterruptibly();
        }
    }

    /** Lets the schedule go. */
    @Override
    public void close() {
        holding = false;
        leave.release(PASSES);
    }

    private void await(int passes) {
        try {
            if (!ended.tryAcquire(passes, LONGEST_MINUTES, TimeUnit.MINUTES)) {
                throw new IllegalStateException("The schedule did not make " + passes + " passes in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        }
    }
}
