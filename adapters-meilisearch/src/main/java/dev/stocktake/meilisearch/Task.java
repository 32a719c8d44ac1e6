package dev.stocktake.meilisearch;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * A task as the server tells it.
 *
 * @param index empty for a task of no single index
 * @param batch in which it ran; -1 if it has not
 * @param metadata what came with the write; empty if nothing did
 * @param swapped the indexes a swap exchanges, in pairs
 * @param filter of a task that cancels or deletes others: which; empty for any other
 * @param errorCode empty unless it failed
 */
record Task(
        long uid,
        String index,
        String type,
        String status,
        long batch,
        String enqueuedAt,
        String metadata,
        List<String> swapped,
        String filter,
        String errorCode,
        String errorMessage) {

    static Task of(JsonNode json) {
        List<String> swapped = new ArrayList<>();
        json.path("details")
                .path("swaps")
                .forEach(swap -> swap.path("indexes").forEach(name -> swapped.add(name.asText())));
        return new Task(
                json.path("uid").asLong(),
                json.path("indexUid").asText(""),
                json.path("type").asText(""),
                json.path("status").asText(""),
                json.path("batchUid").asLong(-1),
                json.path("enqueuedAt").asText(""),
                json.path("customMetadata").asText(""),
                swapped,
                json.path("details").path("originalFilter").asText(""),
                json.path("error").path("code").asText(""),
                json.path("error").path("message").asText(""));
    }

    /** Whether its state will not change any more. A state we do not know is not final. */
    boolean isFinal() {
        return succeeded() || status.equals("failed") || status.equals("canceled");
    }

    boolean succeeded() {
        return status.equals("succeeded");
    }

    boolean isSwap() {
        return type.equals("indexSwap");
    }
}
