package dev.stocktake.meilisearch;

import dev.stocktake.Sleeper;
import dev.stocktake.StoppedException;
import dev.stocktake.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Waits for the server to work something off; however often it is asked and however slowly it answers, no longer than it was
 * made for, and a second at most for the last answer. Of one thread.
 */
final class TaskWait {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final String uid;
    private final TaskQueue queue;
    private final Duration timeout;
    private final Sleeper sleeper;
    private final InstantSource clock;
    private Duration waited = Duration.ZERO;

    /** @param timeout for all that is waited for together */
    TaskWait(String uid, MeilisearchIndex.Wire wire, Duration timeout) {
        this.uid = uid;
        this.queue = wire.queue();
        this.timeout = timeout;
        this.sleeper = wire.sleeper();
        this.clock = wire.clock();
    }

    /** The task when it is final. */
    Task until(long task) {
        Duration pause = FIRST_PAUSE;
        while (true) {
            Optional<Task> now = ask(task);
            if (now.isPresent()) {
                return now.get();
            }
            if (waited.compareTo(timeout) >= 0) {
                throw new UnavailableException(
                        "Index '" + uid + "' waited " + waited.toSeconds() + " s for Meilisearch (task " + task
                                + "), which goes on with it; run again later",
                        null);
            }
            sleep(pause);
            waited = waited.plus(pause);
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    private Optional<Task> ask(long task) {
        Duration left = timeout.minus(waited);
        Instant from = clock.instant();
        List<Task> found = queue.byUids(List.of(task), left.compareTo(LONGEST_PAUSE) > 0 ? left : LONGEST_PAUSE);
        Duration took = Duration.between(from, clock.instant());
        // A clock may be set back.
        waited = took.isNegative() ? waited : waited.plus(took);
        return found.stream().filter(Task::isFinal).findFirst();
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
