package dev.stocktake.meilisearch;

import dev.stocktake.LoggedIndex.Entry;
import dev.stocktake.LoggedIndex.LogPage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the server's task history as the log of the writes to an index and its builds.
 *
 * <p>A position is the uid of a task that existed when it was given out, of whatever index, or {@value #START}. Where that
 * task cannot be found any more, the history does not reach back to it: a hole.
 *
 * <p>A swap moves the history of tasks with the names. Between an index and its builds that changes nothing here, as their
 * writes are read together. Where somebody swapped one of them with something else, that is told like a write. It is seen
 * only with a key that is not confined to some indexes; with one that is, the index's identity shows it.
 */
final class WriteLog {

    private static final Logger log = LoggerFactory.getLogger(MeilisearchIndex.class);

    static final long START = -1;

    /** A uid that no task has yet: they are of 32 bits. */
    private static final long LAST = 0xFFFF_FFFFL;

    /** Swaps and deletions of tasks read at once; a page does not go beyond the last of them. */
    private static final int UPHEAVALS = 1_000;

    /** Tasks looked at, at most, to see whether any is missing. */
    private static final int NEIGHBOURS = 1_000;

    /** Found out from the task alone, whenever it runs. */
    private static final Set<String> UNTOUCHED = Set.of(
            "invalid_document_id",
            "missing_document_id",
            "index_primary_key_already_exists",
            "index_primary_key_no_candidate_found",
            "index_primary_key_multiple_candidates_found");

    /** Names in one question: more would make the URL long. */
    private static final int NAMES = 50;

    private final Family family;
    private final String uid;
    private final TaskQueue queue;
    private final Builds builds;

    WriteLog(Family family, TaskQueue queue, Builds builds) {
        this.family = family;
        this.uid = family.uid();
        this.queue = queue;
        this.builds = builds;
    }

    long settledPosition() {
        // In this order: what is enqueued after the first answer cannot be overlooked by the second.
        Optional<Task> newest = newest();
        if (newest.isEmpty()) {
            return START;
        }
        Optional<Task> unsettled = parts(there()).stream()
                .flatMap(names -> queue.oldestUnsettled(names).stream())
                .min(Comparator.comparingLong(Task::uid));
        if (unsettled.isEmpty() || unsettled.get().uid() > newest.get().uid()) {
            return newest.get().uid();
        }
        long before = unsettled.get().uid() - 1;
        return queue.newestUpTo(before)
                .or(() -> newestOfOurs(before))
                .map(Task::uid)
                .orElse(START);
    }

    private Optional<Task> newest() {
        return queue.newest().or(() -> newestOfOurs(LAST));
    }

    /** Where the newest is hidden from our key. */
    private Optional<Task> newestOfOurs(long upTo) {
        return parts(there()).stream()
                .flatMap(names -> queue.newestOf(names, upTo).stream())
                .max(Comparator.comparingLong(Task::uid));
    }

    /** The index and its builds that are there. */
    private List<String> there() {
        List<String> there = new ArrayList<>(builds.names());
        there.add(uid);
        return there;
    }

    LogPage after(long position, int limit) {
        Optional<Task> newest = newest();
        if (newest.isPresent() && newest.get().uid() == position || newest.isEmpty() && position == START) {
            return new LogPage(List.of(), position, false, false);
        }
        if (newest.isPresent() && newest.get().uid() > position) {
            return page(position, limit, newest.get().uid());
        }
        if (!queue.byUids(List.of(position)).isEmpty()) {
            // There are newer ones, which are hidden from our key.
            return new LogPage(List.of(), position, false, false);
        }
        log.info(
                "The task history of Meilisearch ends at {} and was read up to '{}' before: index '{}' may have been"
                        + " restored from a backup",
                newest.map(task -> "'" + task.uid() + "'").orElse("nothing"),
                position,
                uid);
        return new LogPage(List.of(), settledPosition(), true, false);
    }

    private LogPage page(long position, int limit, long newest) {
        Set<String> names = names(position);
        List<Task> writes = new ArrayList<>();
        long end = newest;
        for (List<String> part : parts(new ArrayList<>(names))) {
            List<Task> found = queue.writes(part, Math.max(position, 0), limit + 1);
            // A full page says nothing about what comes after its last task.
            end = found.size() > limit ? Math.min(end, found.get(limit).uid()) : end;
            writes.addAll(found);
        }
        writes.sort(Comparator.comparingLong(Task::uid));
        List<Task> upheavals = queue.upheavals(position + 1, UPHEAVALS);
        if (upheavals.size() == UPHEAVALS) {
            end = Math.min(end, upheavals.get(UPHEAVALS - 1).uid());
        }
        // Behind so many, one more may have taken writes that should be on this page.
        boolean hole = position != START && !reachesBackTo(position, writes)
                || wasThinnedOut(upheavals, names, position)
                || upheavals.size() == UPHEAVALS;
        List<Task> all = new ArrayList<>();
        writes.stream().filter(task -> !isEndOfABuild(task)).forEach(all::add);
        upheavals.stream().filter(this::isForeignSwap).forEach(all::add);
        all.sort(Comparator.comparingLong(Task::uid));
        LogPage page = settled(all, position, end, hole, end < newest);
        // A position that cannot be found again would be a hole at the next reading too.
        return hole && page.position() == position
                ? new LogPage(page.writes(), settledPosition(), true, page.more())
                : page;
    }

    /**
     * The index and its builds: those that are there, and those that were removed behind the position. Asked for after the
     * newest task, so that whatever has a task before that is one or the other.
     */
    private Set<String> names(long position) {
        Set<String> names = new LinkedHashSet<>(there());
        queue.deletions(Math.max(position, 0)).stream()
                .map(Task::index)
                .filter(family::has)
                .forEach(names::add);
        return names;
    }

    private static List<List<String>> parts(List<String> names) {
        List<List<String>> parts = new ArrayList<>();
        for (int from = 0; from < names.size(); from += NAMES) {
            parts.add(names.subList(from, Math.min(names.size(), from + NAMES)));
        }
        return parts;
    }

    private boolean isEndOfABuild(Task task) {
        return task.type().equals("indexDeletion") && !task.index().equals(uid);
    }

    private boolean isForeignSwap(Task task) {
        return task.swapped().stream().anyMatch(family::has)
                && !task.swapped().stream().allMatch(family::has);
    }

    /**
     * Whether somebody had tasks deleted that may have been writes of ours, behind the position. To be asked after the writes
     * were read, and of deletions behind the page's end, and whatever their state: each may have been executed before that.
     * That the task at the position is there still says nothing: it may have been unfinished, and was spared for that.
     */
    private boolean wasThinnedOut(List<Task> upheavals, Set<String> names, long position) {
        List<Task> deletions = upheavals.stream()
                .filter(task -> task.type().equals("taskDeletion"))
                .filter(task -> new TaskFilter(task.filter()).mayMatchWrites(names, position))
                .toList();
        if (deletions.isEmpty()) {
            return false;
        }
        long last = deletions.get(deletions.size() - 1).uid();
        List<Task> there = queue.from(Math.max(position, 0), NEIGHBOURS);
        if (noneIsMissing(there, position, last)) {
            return false;
        }
        // As it was enqueued no later than any write of ours that may be missing.
        boolean older = !there.isEmpty()
                && there.get(0).uid() <= position + 1
                && deletions.stream()
                        .allMatch(task -> new TaskFilter(task.filter())
                                .isOnlyBefore(there.get(0).enqueuedAt()));
        if (!older) {
            log.info(
                    "Somebody deleted tasks from the history of Meilisearch that may have been writes of index '{}'",
                    uid);
        }
        return !older;
    }

    /** Whether each uid between the two still has its task: the server counts them without a gap. */
    private static boolean noneIsMissing(List<Task> there, long after, long before) {
        return there.stream()
                        .filter(task -> task.uid() > after && task.uid() < before)
                        .count()
                == before - after - 1;
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
