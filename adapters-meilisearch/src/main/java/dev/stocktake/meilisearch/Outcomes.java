package dev.stocktake.meilisearch;

import dev.stocktake.Outcome;
import dev.stocktake.Outcome.Kind;
import dev.stocktake.Receipt;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Tells what became of accepted writes and swaps from the state of their tasks: a swap renames those of both indexes. */
final class Outcomes {

    /** Tasks asked for in one request; more would make the URL long. */
    private static final int PAGE = 1_000;

    /** The task's own content is at fault. */
    private static final Set<String> OWN_FAULT = Set.of("invalid_document_id", "missing_document_id");

    /** Somebody's content in the server's batch is at fault; the server gives all tasks of the batch the same error. */
    static final Set<String> SOMEBODYS_FAULT = Set.of(
            "invalid_document_geo_field",
            "invalid_document_geojson_field",
            "invalid_vector_dimensions",
            "invalid_vectors_type",
            "max_fields_limit_exceeded");

    private static final Pattern NAMED_DOCUMENT = Pattern.compile("with (?:the )?id:? `\"?([A-Za-z0-9_-]{1,511})\"?`");

    /** From the one that decides about the whole batch to the one that decides nothing. */
    private static final List<Kind> WEIGHT = List.of(Kind.PENDING, Kind.LOST, Kind.REFUSED, Kind.FAILED, Kind.APPLIED);

    private final Family family;
    private final TaskQueue queue;
    private final SentWrites sent;

    Outcomes(Family family, TaskQueue queue, SentWrites sent) {
        this.family = family;
        this.queue = queue;
        this.sent = sent;
    }

    Map<Receipt, Outcome> of(Collection<Receipt> receipts) {
        Map<Long, Task> tasks = tasks(receipts);
        Map<Receipt, Outcome> outcomes = new LinkedHashMap<>();
        for (Receipt receipt : receipts) {
            outcomes.put(
                    receipt,
                    receipt.positions().stream()
                            .map(position -> one(position, tasks.get(position)))
                            .min(Comparator.comparingInt(outcome -> WEIGHT.indexOf(outcome.kind())))
                            .orElseGet(Outcome::applied));
        }
        return outcomes;
    }

    private Map<Long, Task> tasks(Collection<Receipt> receipts) {
        TreeSet<Long> uids = new TreeSet<>();
        receipts.forEach(receipt -> uids.addAll(receipt.positions()));
        List<Long> all = new ArrayList<>(uids);
        Map<Long, Task> tasks = new LinkedHashMap<>();
        for (int from = 0; from < all.size(); from += PAGE) {
            queue.byUids(all.subList(from, Math.min(all.size(), from + PAGE)))
                    .forEach(task -> tasks.put(task.uid(), task));
        }
        return tasks;
    }

    private Outcome one(long position, @Nullable Task task) {
        if (task == null) {
            return hidden(position);
        }
        if (!isOurs(task)) {
            return Outcome.lost("Task " + position + " of Meilisearch is not what was sent under this number"
                    + " (server restored from a backup, or indexes swapped by somebody else); it belongs to index '"
                    + task.index() + "'");
        }
        if (!task.isFinal()) {
            return Outcome.pending();
        }
        if (task.succeeded()) {
            sent.settled(position);
            return Outcome.applied();
        }
        return failed(task);
    }

    /** A swap is shown only to a key for all indexes. */
    private Outcome hidden(long position) {
        boolean write = sent.of(position).filter(SentWrites.Sent::isWrite).isPresent();
        return switch (write ? "" : queue.statusOfHiddenSwap(position)) {
            case "" ->
                Outcome.lost("Meilisearch does not know task " + position
                        + " any more (task history cleared, server restored, or the key lost its right to see it)");
            case "succeeded" -> Outcome.applied();
            case "failed", "canceled" ->
                Outcome.failed(
                        "Swap " + position + " of Meilisearch failed or was cancelled; why, the server tells only"
                                + " to a key for all indexes. Most likely an index of the two was missing");
            default -> Outcome.pending();
        };
    }

    private boolean isOurs(Task task) {
        boolean named = task.isSwap() ? task.swapped().stream().allMatch(family::has) : family.has(task.index());
        return named && sent.of(task.uid()).map(write -> write.is(task)).orElse(true);
    }

    private Outcome failed(Task task) {
        if (task.errorCode().isEmpty()) {
            return Outcome.failed("Task " + task.uid() + " of Meilisearch ended as " + task.status());
        }
        String reason =
                "Task " + task.uid() + " of Meilisearch failed, " + task.errorCode() + ": " + task.errorMessage();
        if (OWN_FAULT.contains(task.errorCode()) || SOMEBODYS_FAULT.contains(task.errorCode()) && isAtFault(task)) {
            return Outcome.refused(reason);
        }
        return Outcome.failed(reason);
    }

    /** By the document that the error names; where it names none, only a task that ran alone is known to be at fault. */
    private boolean isAtFault(Task task) {
        Matcher named = NAMED_DOCUMENT.matcher(task.errorMessage());
        if (named.find()) {
            return sent.of(task.uid())
                    .map(write -> write.mayHold(named.group(1)))
                    .orElse(true);
        }
        return queue.batchSize(task.batch()) <= 1;
    }
}
