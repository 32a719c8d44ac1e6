package dev.stocktake.examples.medusa;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many numbers the shop keeps twice and differently, as a meter: {@code medusa.raw.mismatches} by column. Counting reads two
 * large tables, so it is done now and then by a thread of its own, and not for each who asks.
 */
final class Mismatches implements MeterBinder, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Mismatches.class);

    private final ShopCheck check;
    private final Duration every;
    private final ScheduledExecutorService threads;
    private volatile @Nullable Map<String, Long> counted;

    Mismatches(ShopCheck check, Duration every) {
        this.check = check;
        this.every = every;
        this.threads = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "medusa-mismatches");
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (String column : ShopCheck.KEPT_TWICE) {
            Gauge.builder("medusa.raw.mismatches", () -> number(column))
                    .description("Numbers that differ from their raw_ column")
                    .tag("column", column)
                    .register(registry);
        }
        threads.scheduleWithFixedDelay(this::count, 0, every.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** No number before the first count, nor after one that failed: what was true once may not be. */
    private double number(String column) {
        Map<String, Long> last = counted;
        return last == null ? Double.NaN : last.getOrDefault(column, 0L);
    }

    private void count() {
        try {
            counted = check.mismatchesByColumn();
        } catch (SQLException | RuntimeException e) {
            counted = null;
            log.debug("The numbers that differ from their raw_ column could not be counted", e);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
