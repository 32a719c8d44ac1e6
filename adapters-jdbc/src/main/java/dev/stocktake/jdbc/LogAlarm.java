package dev.stocktake.jdbc;

import dev.stocktake.Unread;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns once when a log grows too old or too large, and says when that is over.
 *
 * <p>Thread-safe.
 */
final class LogAlarm {

    private static final Logger LOG = LoggerFactory.getLogger(ChangeLogFeed.class);
    private static final Duration BETWEEN_COUNTS = Duration.ofMinutes(1);

    private final String consumer;
    private final Duration age;
    private final long entries;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<String> ringing = new HashSet<>();
    private @Nullable Instant counted;

    LogAlarm(String consumer, Duration age, long entries) {
        this.consumer = consumer;
        this.age = age;
        this.entries = entries;
    }

    /** What a take has seen. */
    void look(LogConsumers.Look look) {
        lock.lock();
        try {
            for (LogConsumers.Registration one : look.registrations()) {
                boolean ours = one.consumer().equals(consumer);
                Instant oldest = ours ? earlier(one.oldestCopy(), look.oldestShared()) : one.oldestCopy();
                Duration old = oldest == null ? Duration.ZERO : LogConsumers.age(oldest, look.now());
                ring(one.consumer(), old.compareTo(age) > 0, old(one.consumer(), ours, old));
            }
        } finally {
            lock.unlock();
        }
    }

    private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.isBefore(other) ? one : other;
    }

    private static String old(String name, boolean ours, Duration old) {
        return "The oldest entry of the change log for '" + name + "' is " + old.toSeconds() + " s old: "
                + (ours
                        ? "changes reach the index late"
                        : "nobody takes it any more? If so, ChangeLog.forget(\"" + name + "\") removes it");
    }

    /** Whether it is time to count. */
    boolean wantsCount(Instant now) {
        lock.lock();
        try {
            Instant last = counted;
            if (last != null && Duration.between(last, now).compareTo(BETWEEN_COUNTS) < 0) {
                return false;
            }
            counted = now;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Everything was taken. */
    void drained() {
        lock.lock();
        try {
            if (ringing.contains("")) {
                counted = null;
                ring("", false, "");
            }
        } finally {
            lock.unlock();
        }
    }

    /** What was counted. */
    void count(Unread unread) {
        lock.lock();
        try {
            ring(
                    "",
                    unread.entries() > entries,
                    String.format(
                            Locale.ROOT,
                            "%d entries of the change log wait for '%s', more than %d",
                            unread.entries(),
                            consumer,
                            entries));
        } finally {
            lock.unlock();
        }
    }

    private void ring(String bell, boolean rings, String words) {
        if (rings && ringing.add(bell)) {
            LOG.warn("{}", words);
        } else if (!rings && ringing.remove(bell)) {
            LOG.info("The change log for '{}' is below its bounds again", bell.isEmpty() ? consumer : bell);
        }
    }
}
