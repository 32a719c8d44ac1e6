package dev.stocktake.meilisearch;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What is known of our own writes beside their task uid: a server that was restored from a backup gives uids away a second
 * time, and then another task must not be taken for ours.
 *
 * <p>Thread-safe. Forgets the oldest beyond {@value #MAX}; a write it does not know is checked less strictly.
 */
final class SentWrites {

    static final int MAX = 10_000;

    /** One accepted request. */
    record Sent(String batchId, String enqueuedAt, Set<String> documents) {

        boolean is(Task task) {
            return task.metadata().equals(batchId) && task.enqueuedAt().equals(enqueuedAt);
        }
    }

    /** Two of our own writes got one uid: which of them a task is cannot be told from the receipt. No task is this. */
    private static final Sent REUSED = new Sent("", "never", Set.of());

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Long, Sent> byUid = new LinkedHashMap<>();

    void add(long uid, Sent sent) {
        lock.lock();
        try {
            byUid.merge(uid, sent, (before, now) -> REUSED);
            if (byUid.size() > MAX) {
                byUid.remove(byUid.keySet().iterator().next());
            }
        } finally {
            lock.unlock();
        }
    }

    Optional<Sent> of(long uid) {
        lock.lock();
        try {
            return Optional.ofNullable(byUid.get(uid));
        } finally {
            lock.unlock();
        }
    }

    /** It succeeded: its document ids are of no use any more, and they are what takes the space. */
    void settled(long uid) {
        lock.lock();
        try {
            byUid.computeIfPresent(uid, (key, sent) -> new Sent(sent.batchId(), sent.enqueuedAt(), Set.of()));
        } finally {
            lock.unlock();
        }
    }
}
