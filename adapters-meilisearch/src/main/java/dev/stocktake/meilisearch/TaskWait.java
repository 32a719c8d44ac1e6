package dev.stocktake.meilisearch;

import dev.stocktake.Sleeper;
import dev.stocktake.StoppedException;
import dev.stocktake.UnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Waits for the server to work something off; however often it is asked, no longer than it was made for. Of one thread. */
final class TaskWait {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final String uid;
    private final TaskQueue queue;
    private final Duration timeout;
    private final Sleeper sleeper;
    private Duration waited = Duration.ZERO;

    /** @param timeout for all that is waited for together */
    TaskWait(String uid, MeilisearchIndex.Wire wire, Duration timeout) {
        this.uid = uid;
        this.queue = wire.queue();
        this.timeout = timeout;
        this.sleeper = wire.sleeper();
    }

    /** The task when it is final. */
    Task until(long task) {
        return until(
                "task " + task,
                () -> queue.byUids(List.of(task)).stream().filter(Task::isFinal).findFirst());
    }

    /** What it is when it is there. */
    <T> T until(String what, Supplier<Optional<T>> done) {
        Duration pause = FIRST_PAUSE;
        while (true) {
            Optional<T> now = done.get();
            if (now.isPresent()) {
                return now.get();
            }
            if (waited.compareTo(timeout) >= 0) {
                throw new UnavailableException(
                        "Index '" + uid + "' waited " + waited.toSeconds() + " s for Meilisearch (" + what
                                + "), which goes on with it; run again later",
                        null);
            }
            sleep(pause);
            waited = waited.plus(pause);
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    private void sleep(Duration pause) {
        try {
            sleeper.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoppedException("Interrupted while index '" + uid + "' waited for Meilisearch", e);
        }
    }
}
