package dev.stocktake.testkit;

import dev.stocktake.BatchRecord;
import dev.stocktake.Claim;
import dev.stocktake.Generation;
import dev.stocktake.ProductKey;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The books of one index. Every change leaves a note how to take it back, so that a transaction costs what it changes and
 * not what the books hold.
 */
final class Books {

    /** Who may write. */
    record Lane(long epoch, String holder, Instant until) {

        static final Lane FREE = new Lane(0, "", Instant.MIN);

        boolean heldAt(Instant time) {
            return until.isAfter(time);
        }
    }

    /**
     * A batch.
     *
     * @param since when it came into its state: for an open one, when it was claimed
     */
    record Batch(Claim claim, BatchRecord.State state, Set<Long> positions, Instant since) {

        boolean open() {
            return state == BatchRecord.State.OPEN;
        }

        BatchRecord record() {
            return new BatchRecord(claim.batchId(), claim.generation(), state, positions);
        }
    }

    /** One generation with its rows. */
    final class Volume {

        private Generation generation;
        private final Rows rows = new Rows();
        private final Map<ProductKey, Integer> inFlight = new HashMap<>();
        private final Map<ProductKey, Instant> rechecks = new HashMap<>();

        private Volume(Generation generation) {
            this.generation = generation;
        }

        Generation generation() {
            return generation;
        }

        void become(Generation next) {
            Generation old = generation;
            undo.push(() -> generation = old);
            generation = next;
        }

        Rows rows() {
            return rows;
        }

        @Nullable
        Row row(ProductKey key) {
            return rows.get(key);
        }

        void put(Row row) {
            replace(row.key(), row);
        }

        void remove(ProductKey key) {
            replace(key, null);
        }

        private void replace(ProductKey key, @Nullable Row row) {
            Row old = rows.replace(key, row);
            undo.push(() -> rows.replace(key, old));
        }

        /** When a product must be looked at again; null if it need not. */
        @Nullable
        Instant recheck(ProductKey key) {
            return rechecks.get(key);
        }

        void recheck(ProductKey key, @Nullable Instant at) {
            Instant old = at == null ? rechecks.remove(key) : rechecks.put(key, at);
            undo.push(() -> {
                if (old == null) {
                    rechecks.remove(key);
                } else {
                    rechecks.put(key, old);
                }
            });
        }

        /** All that must be looked at again, the earliest first. */
        List<Map.Entry<ProductKey, Instant>> rechecks() {
            return rechecks.entrySet().stream()
                    .map(Map.Entry::copyOf)
                    .sorted(Map.Entry.<ProductKey, Instant>comparingByValue()
                            .thenComparing(entry -> entry.getKey().value()))
                    .toList();
        }

        boolean inFlight(ProductKey key) {
            return inFlight.containsKey(key);
        }

        Set<ProductKey> inFlight() {
            return inFlight.keySet();
        }

        private void takeOff(ProductKey key) {
            inFlight.merge(key, 1, Integer::sum);
            undo.push(() -> down(key));
        }

        private void land(ProductKey key) {
            down(key);
            undo.push(() -> inFlight.merge(key, 1, Integer::sum));
        }

        private void down(ProductKey key) {
            inFlight.computeIfPresent(key, (same, batches) -> batches == 1 ? null : batches - 1);
        }
    }

    private final Deque<Runnable> undo = new ArrayDeque<>();
    private @Nullable Deque<Runnable> sinceBackup;
    private final TreeMap<Long, Volume> volumes = new TreeMap<>();
    private final Map<String, Batch> batches = new LinkedHashMap<>();
    private final Map<String, Claim> unrecorded = new LinkedHashMap<>();
    private final Map<String, String> cursors = new HashMap<>();
    private Lane lane = Lane.FREE;
    private long auditPosition;
    private long lastGeneration;

    void commit() {
        Deque<Runnable> since = sinceBackup;
        if (since != null) {
            undo.descendingIterator().forEachRemaining(since::push);
        }
        undo.clear();
    }

    /** From now on it is remembered how to come back here. */
    void backUp() {
        sinceBackup = new ArrayDeque<>();
    }

    /** As it was at the backup. */
    void restore() {
        Deque<Runnable> since = sinceBackup;
        while (since != null && !since.isEmpty()) {
            since.pop().run();
        }
        sinceBackup = null;
    }

    void rollback() {
        while (!undo.isEmpty()) {
            undo.pop().run();
        }
    }

    Lane lane() {
        return lane;
    }

    void lane(Lane next) {
        Lane old = lane;
        undo.push(() -> lane = old);
        lane = next;
    }

    /** Generations that marks must reach, oldest first. */
    List<Volume> open() {
        return volumes.values().stream()
                .filter(volume -> volume.generation.open())
                .toList();
    }

    @Nullable
    Volume live() {
        for (Volume volume : volumes.values()) {
            if (volume.generation.state() == Generation.State.LIVE) {
                return volume;
            }
        }
        return null;
    }

    @Nullable
    Volume volume(long generation) {
        return volumes.get(generation);
    }

    long nextGeneration() {
        return lastGeneration + 1;
    }

    /** All generations, oldest first. */
    List<Volume> volumes() {
        return List.copyOf(volumes.values());
    }

    Volume add(Generation generation) {
        Volume volume = new Volume(generation);
        volumes.put(generation.number(), volume);
        lastGeneration = generation.number();
        undo.push(() -> volumes.remove(generation.number()));
        return volume;
    }

    void remove(long generation) {
        Volume old = volumes.remove(generation);
        if (old != null) {
            undo.push(() -> volumes.put(generation, old));
        }
    }

    Collection<Batch> batches() {
        return List.copyOf(batches.values());
    }

    @Nullable
    Batch batch(String id) {
        return batches.get(id);
    }

    /** Records a batch or its new state; its products are in flight while it is open. */
    void put(Batch batch) {
        String id = batch.claim().batchId();
        Batch old = batches.put(id, batch);
        undo.push(() -> restore(id, old));
        Volume volume = volumes.get(batch.claim().generation());
        if (volume == null) {
            return;
        }
        if (batch.open() && old == null) {
            batch.claim().items().forEach(item -> volume.takeOff(item.key()));
        } else if (!batch.open() && old != null && old.open()) {
            old.claim().items().forEach(item -> volume.land(item.key()));
        }
    }

    /** For {@link LedgerRule#FRONTIER_IN_CLAIM}: a claim that only its claimer knows. */
    void unrecorded(Claim claim) {
        unrecorded.put(claim.batchId(), claim);
        undo.push(() -> unrecorded.remove(claim.batchId()));
    }

    @Nullable
    Claim takeUnrecorded(String id) {
        Claim claim = unrecorded.remove(id);
        if (claim != null) {
            undo.push(() -> unrecorded.put(id, claim));
        }
        return claim;
    }

    /** Their claimer is dead, and nobody else knows them. */
    void forgetUnrecorded() {
        List.copyOf(unrecorded.keySet()).forEach(this::takeUnrecorded);
    }

    void forget(String id) {
        Batch old = batches.remove(id);
        undo.push(() -> restore(id, old));
    }

    private void restore(String id, @Nullable Batch batch) {
        if (batch == null) {
            batches.remove(id);
        } else {
            batches.put(id, batch);
        }
    }

    long auditPosition() {
        return auditPosition;
    }

    void auditPosition(long position) {
        long old = auditPosition;
        undo.push(() -> auditPosition = old);
        auditPosition = position;
    }

    @Nullable
    String cursor(String feed) {
        return cursors.get(feed);
    }

    void cursor(String feed, String cursor) {
        String old = cursors.put(feed, cursor);
        undo.push(() -> {
            if (old == null) {
                cursors.remove(feed);
            } else {
                cursors.put(feed, old);
            }
        });
    }
}
