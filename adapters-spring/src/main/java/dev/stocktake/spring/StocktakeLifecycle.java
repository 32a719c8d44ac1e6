package dev.stocktake.spring;

import dev.stocktake.SelfCheck;
import dev.stocktake.SyncSchedule;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.SmartLifecycle;

/**
 * Starts the schedules when everything else is there, and stops them before anything else goes: each at its next border
 * between two batches, all at once, and not for ever. May be started again.
 *
 * <p>Needs no scheduler of the application: each index has a thread of its own.
 */
final class StocktakeLifecycle implements SmartLifecycle, SmartInitializingSingleton {

    private static final Logger log = LoggerFactory.getLogger(StocktakeLifecycle.class);

    private final Stocktakes stocktakes;
    private final boolean enabled;
    private volatile boolean running;
    private boolean checked;

    StocktakeLifecycle(Stocktakes stocktakes, StocktakeProperties.Scheduler scheduler) {
        this.stocktakes = stocktakes;
        this.enabled = scheduler.enabled();
    }

    /** What is wrong with an index ends the start before a port is opened. */
    @Override
    public void afterSingletonsInstantiated() {
        stocktakes.await();
    }

    @Override
    public void start() {
        if (running) {
            return;
        }
        running = true;
        stocktakes.farewell().forget();
        if (enabled) {
            startSchedules();
        } else {
            log.info("'stocktake.scheduler.enabled' is false: runs are left to others {}", stocktakes.names());
        }
        check();
    }

    private void startSchedules() {
        for (String name : stocktakes.names()) {
            SyncSchedule schedule = stocktakes.kept(name).schedule();
            if (schedule == null) {
                log.info("Nothing of 'stocktake.schedule' is switched on for index '{}': nothing runs by itself", name);
            } else {
                stocktakes.get(name).start(schedule);
            }
        }
    }

    /** Once, and beside the start: it looks at the shop's tables, which may take a while. */
    private void check() {
        if (checked) {
            return;
        }
        checked = true;
        Thread checking = new Thread(() -> stocktakes.names().forEach(this::check), "stocktake-check");
        checking.setDaemon(true);
        checking.start();
    }

    private void check(String name) {
        SyncSchedule schedule = stocktakes.kept(name).schedule();
        if (schedule == null || !running) {
            return;
        }
        try {
            SelfCheck check = stocktakes.get(name).check(schedule);
            if (check.lossFree()) {
                log.info("{}", check);
            } else {
                log.warn("Some changes are never found. {}", check);
            }
        } catch (RuntimeException e) {
            if (running) {
                log.warn("What can be seen of index '{}' could not be found out: {}", name, e.getMessage());
            }
        }
    }

    @Override
    public void stop(Runnable callback) {
        Thread stopping = new Thread(
                () -> {
                    try {
                        stop();
                    } finally {
                        callback.run();
                    }
                },
                "stocktake-stop");
        stopping.setDaemon(true);
        stopping.start();
    }

    /** All indexes at once, as each may have to wait for the end of a batch. */
    @Override
    public void stop() {
        if (!running) {
            return;
        }
        stocktakes
                .farewell()
                .say(stocktakes.names().stream()
                        .<Runnable>map(name -> stocktakes.get(name)::stop)
                        .toList());
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
