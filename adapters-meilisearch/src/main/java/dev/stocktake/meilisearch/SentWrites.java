package dev.stocktake.meilisearch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What is known of our own writes and swaps beside their task uid: a server that was restored from a backup gives uids away a second
 * time, and then another task must not be taken for ours.
 *
 * <p>Thread-safe. Forgets the oldest beyond {@value #WRITES}; a write it does not know is checked less strictly. Document
 * ids, which take the space, are kept for the latest {@value #WITH_IDS} only.
 */
final class SentWrites {

    static final int WRITES = 10_000;
    static final int WITH_IDS = 64;

    /** Two of our own writes got one uid: which of them a task is cannot be told from the receipt. No task is this. */
    private static final Sent REUSED = new Sent("", "never", Set.of());

    /**
     * One accepted request.
     *
     * @param documents the ids of the documents it puts, null if forgotten
     */
    record Sent(String batchId, String enqueuedAt, @Nullable Set<String> documents) {

        /** A swap, which carries no batch. */
        static Sent swap(String enqueuedAt) {
            return new Sent("", enqueuedAt, null);
        }

        boolean isWrite() {
            return !batchId.isEmpty();
        }

        boolean is(Task task) {
            return task.metadata().equals(batchId) && task.enqueuedAt().equals(enqueuedAt);
        }

        /** Whether the document may be in it. */
        boolean mayHold(String document) {
            return documents == null || documents.contains(document);
        }

        private Sent withoutIds() {
            return new Sent(batchId, enqueuedAt, null);
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Long, Sent> byUid = new LinkedHashMap<>();
    private final Deque<Long> withIds = new ArrayDeque<>();

    void add(long uid, Sent sent) {
        lock.lock();
        try {
            byUid.merge(uid, sent, (before, now) -> REUSED);
            withIds.add(uid);
            if (withIds.size() > WITH_IDS) {
                byUid.computeIfPresent(withIds.remove(), (old, write) -> write.withoutIds());
            }
            if (byUid.size() > WRITES) {
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

    /** It succeeded: nobody will ask which documents it held. */
    void settled(long uid) {
        lock.lock();
        try {
            byUid.computeIfPresent(uid, (key, sent) -> sent.withoutIds());
        } finally {
            lock.unlock();
        }
    }
}
