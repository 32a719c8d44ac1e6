package dev.stocktake.meilisearch;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What {@link MeilisearchStandIn} objects to, as an answer or as a task's error. */
final class StandInFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    final String code;
    final boolean wholeBatch;

    StandInFailure(String code, String message) {
        this(code, message, false);
    }

    StandInFailure(String code, String message, boolean wholeBatch) {
        super(message, null, false, false);
        this.code = code;
        this.wholeBatch = wholeBatch;
    }

    int status() {
        return switch (code) {
            case "missing_authorization_header" -> 401;
            case "invalid_api_key" -> 403;
            case "index_not_found", "document_not_found", "task_not_found" -> 404;
            case "index_already_exists" -> 409;
            case "payload_too_large" -> 413;
            case "missing_content_type", "invalid_content_type" -> 415;
            case "no_space_left_on_device" -> 422;
            case "internal" -> 500;
            default -> 400;
        };
    }

    ObjectNode json() {
        String type = switch (code) {
            case "internal" -> "internal";
            case "missing_authorization_header", "invalid_api_key" -> "auth";
            case "no_space_left_on_device" -> "system";
            default -> "invalid_request";
        };
        return JsonNodeFactory.instance
                .objectNode()
                .put("message", getMessage())
                .put("code", code)
                .put("type", type)
                .put("link", "https://docs.meilisearch.com/errors#" + code);
    }
}
