package dev.stocktake.meilisearch;

import dev.stocktake.LoggedIndex.Entry;
import dev.stocktake.LoggedIndex.LogPage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the server's task history as the log of an index's writes.
 *
 * <p>A position is the uid of a task that existed when it was given out, of whatever index, or {@value #START}. Where that
 * task cannot be found any more, the history does not reach back to it: a hole.
 *
 * <p>Swaps are seen only with a key that is not confined to some indexes. With one that is, a swap still shows: the index's
 * identity changes, and the history of tasks moves with the name.
 */
final class WriteLog {

    private static final Logger log = LoggerFactory.getLogger(MeilisearchIndex.class);

    static final long START = -1;

    /** Swaps and deletions of tasks read at once; a page does not go beyond the last of them. */
    private static final int UPHEAVALS = 100;

    /** Found out from the task alone, whenever it runs. */
    private static final Set<String> UNTOUCHED = Set.of(
            "invalid_document_id",
            "missing_document_id",
            "index_primary_key_already_exists",
            "index_primary_key_no_candidate_found",
            "index_primary_key_multiple_candidates_found");

    private final String uid;
    private final TaskQueue queue;

    WriteLog(String uid, TaskQueue queue) {
        this.uid = uid;
        this.queue = queue;
    }

    long settledPosition() {
        // In this order: what is enqueued after the first answer cannot be overlooked by the second.
        Optional<Task> newest = queue.newest();
        if (newest.isEmpty()) {
            return START;
        }
        Optional<Task> unsettled = queue.oldestUnsettled(uid);
        if (unsettled.isEmpty() || unsettled.get().uid() > newest.get().uid()) {
            return newest.get().uid();
        }
        return queue.newestUpTo(unsettled.get().uid() - 1).map(Task::uid).orElse(START);
    }

    LogPage after(long position, int limit) {
        Optional<Task> newest = queue.newest();
        if (newest.isPresent() && newest.get().uid() == position || newest.isEmpty() && position == START) {
            return new LogPage(List.of(), position, false, false);
        }
        if (newest.isEmpty() || newest.get().uid() < position) {
            log.info(
                    "The task history of Meilisearch ends at {} and was read up to '{}' before: index '{}' may have been"
                            + " restored from a backup",
                    newest.map(task -> "'" + task.uid() + "'").orElse("nothing"),
                    position,
                    uid);
            return new LogPage(List.of(), settledPosition(), true, false);
        }
        return page(position, limit, newest.get().uid());
    }

    private LogPage page(long position, int limit, long newest) {
        List<Task> writes = queue.writes(uid, Math.max(position, 0), limit + 1);
        // A full page says nothing about what comes after its last task.
        long end = writes.size() > limit ? writes.get(writes.size() - 1).uid() : newest;
        List<Task> upheavals = queue.upheavals(position + 1, UPHEAVALS);
        if (upheavals.size() == UPHEAVALS) {
            end = Math.min(end, upheavals.get(UPHEAVALS - 1).uid());
        }
        boolean hole = position != START && !reachesBackTo(position, writes) || wasThinnedOut(upheavals, position, end);
        List<Task> all = new ArrayList<>(writes);
        upheavals.stream().filter(task -> task.swapped().contains(uid)).forEach(all::add);
        all.sort(Comparator.comparingLong(Task::uid));
        LogPage page = settled(all, position, end, hole, end < newest);
        // A position that cannot be found again would be a hole at the next reading too.
        return hole && page.position() == position
                ? new LogPage(page.writes(), settledPosition(), true, page.more())
                : page;
    }

    /** Whether somebody had tasks deleted that may have been writes of ours, behind the position. */
    private boolean wasThinnedOut(List<Task> upheavals, long position, long end) {
        boolean thinned = upheavals.stream()
                .filter(task -> task.uid() <= end && task.succeeded())
                .anyMatch(task -> new TaskFilter(task.filter()).mayMatchWrites(uid, position));
        if (thinned) {
            log.info(
                    "Somebody deleted tasks from the history of Meilisearch that may have been writes of index '{}'",
                    uid);
        }
        return thinned;
    }

    /** The page up to the first task that is not final. */
    private LogPage settled(List<Task> tasks, long position, long end, boolean hole, boolean cut) {
        List<Entry> entries = new ArrayList<>();
        long reached = position;
        for (Task task : tasks) {
            if (task.uid() <= position) {
                continue;
            }
            if (!task.isFinal()) {
                return new LogPage(entries, reached, hole, false);
            }
            if (task.uid() > end) {
                break;
            }
            entries.add(
                    new Entry(task.uid(), task.metadata().isEmpty() ? null : task.metadata(), mayHaveChanged(task)));
            reached = task.uid();
        }
        return new LogPage(entries, Math.max(reached, end), hole, cut);
    }

    /**
     * Documents are committed first and the states of tasks later. A server that dies in between does the batch again, and
     * then it may fail, be cancelled, or share a batch with a bad neighbour: a task that did not succeed was not applied only
     * if it could not have been the first time either.
     */
    private boolean mayHaveChanged(Task task) {
        if (task.succeeded() || !task.status().equals("failed")) {
            return true;
        }
        if (task.errorCode().equals("index_not_found")) {
            // What it may have written went with the index.
            return false;
        }
        // A function's second run works on what its first one left.
        boolean repeatable = !task.type().equals("documentEdition");
        boolean couldNever = UNTOUCHED.contains(task.errorCode())
                || Outcomes.SOMEBODYS_FAULT.contains(task.errorCode()) && queue.batchSize(task.batch()) <= 1;
        return !(repeatable && couldNever);
    }

    private boolean reachesBackTo(long position, List<Task> writes) {
        if (!writes.isEmpty() && writes.get(0).uid() == position) {
            return true;
        }
        if (!queue.byUids(List.of(position)).isEmpty()) {
            return true;
        }
        boolean whole =
                queue.oldest().filter(task -> task.uid() == position + 1).isPresent();
        if (!whole) {
            log.info(
                    "The task history of Meilisearch does not reach back to '{}', where index '{}' was read last",
                    position,
                    uid);
        }
        return whole;
    }
}
