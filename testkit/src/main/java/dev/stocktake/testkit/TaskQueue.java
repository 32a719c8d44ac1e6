package dev.stocktake.testkit;

import dev.stocktake.LoggedIndex;
import dev.stocktake.LoggedIndex.LogPage;
import dev.stocktake.Outcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Accepted writes and swaps in their order, and what is remembered of those that are final. Guarded by the index's lock. */
final class TaskQueue {

    private final TreeMap<Long, IndexTask> remembered = new TreeMap<>();
    private final Deque<IndexTask> waiting = new ArrayDeque<>();
    private long lastPosition;
    private long forgottenTo;

    IndexTask accept(IndexTask.Kind kind, String batchId, Supplier<Outcome> work) {
        IndexTask task = new IndexTask(++lastPosition, kind, batchId, work);
        remembered.put(task.position(), task);
        waiting.add(task);
        return task;
    }

    @Nullable
    IndexTask next() {
        return waiting.poll();
    }

    int waiting() {
        return waiting.size();
    }

    Outcome outcome(long position) {
        IndexTask task = remembered.get(position);
        return task == null ? Outcome.lost("The index does not remember task " + position) : task.outcome();
    }

    /** Everything up to this position is final. */
    long settled() {
        IndexTask first = waiting.peek();
        return first == null ? lastPosition : first.position() - 1;
    }

    LogPage after(long position, int limit) {
        if (position > lastPosition) {
            return new LogPage(List.of(), settled(), true, false);
        }
        boolean hole = position < forgottenTo;
        long settled = settled();
        List<LoggedIndex.Entry> entries = new ArrayList<>();
        long reached = Math.max(position, settled);
        boolean more = false;
        for (IndexTask task : remembered.tailMap(position, false).values()) {
            if (task.position() > settled) {
                break;
            }
            if (!task.isWrite()) {
                continue;
            }
            if (entries.size() == limit) {
                more = true;
                reached = entries.get(limit - 1).position();
                break;
            }
            entries.add(task.entry());
        }
        return new LogPage(entries, reached, hole, more);
    }

    /** Forgets what is final. */
    void forgetFinal() {
        forgottenTo = settled();
        remembered.headMap(forgottenTo, true).clear();
    }

    /** The server was put back to an earlier state: positions are given a second time. */
    void regress(long position) {
        waiting.clear();
        remembered.tailMap(position, false).clear();
        lastPosition = Math.min(lastPosition, position);
        forgottenTo = Math.min(forgottenTo, lastPosition);
    }
}
