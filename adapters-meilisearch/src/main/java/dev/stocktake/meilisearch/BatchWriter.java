package dev.stocktake.meilisearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.stocktake.ProductKey;
import dev.stocktake.Receipt;
import dev.stocktake.StocktakeException;
import dev.stocktake.StoppedException;
import dev.stocktake.UnknownOutcomeException;
import dev.stocktake.WriteBatch;
import dev.stocktake.WriteBatch.Upsert;
import dev.stocktake.meilisearch.SentWrites.Sent;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** Sends a batch: one request with its documents (more if they are too large for one), one with its deletions. */
final class BatchWriter {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final byte[] NOTHING = {};

    private static final String NO_ID = "its id is not valid Unicode; correct it in the source";

    private final MeilisearchIndex.Options options;
    private final Http http;
    private final Translator translator;
    private final RequestSize size;
    private final SentWrites sent;

    /** As many as ever spelt at once. */
    private final Queue<DocumentEncoder> encoders = new ConcurrentLinkedQueue<>();

    BatchWriter(MeilisearchIndex.Options options, MeilisearchIndex.Wire wire, SentWrites sent) {
        this.options = options;
        this.http = wire.http();
        this.translator = wire.translator();
        this.size = wire.size();
        this.sent = sent;
    }

    Receipt write(WriteBatch batch) {
        Map<ProductKey, String> refused = new HashMap<>();
        List<Request> requests = documents(batch.upserts(), refused);
        deletions(batch.deletions()).ifPresent(requests::add);
        List<Long> positions = new ArrayList<>();
        for (Request request : requests) {
            try {
                positions.add(send(batch.id(), request, positions.isEmpty()));
            } catch (TooLargeException e) {
                // Alone in its request, so it can only be itself: its neighbours go without it.
                refused.put(e.product, e.getMessage());
            }
        }
        return new Receipt(positions, refused);
    }

    private List<Request> documents(List<Upsert> upserts, Map<ProductKey, String> refused) {
        List<Request> requests = new ArrayList<>();
        long most = size.most();
        Part part = new Part();
        for (Upsert upsert : upserts) {
            Spelt document = upsert.spelt() instanceof Spelt before ? before : spell(upsert);
            if (document.problem() != null) {
                refused.put(upsert.key(), document.problem());
                continue;
            }
            if (!part.ids.isEmpty() && part.lines.size() + document.line().length > most) {
                requests.add(part.request(true));
                part = new Part();
            }
            part.lines.add(document.line());
            part.ids.add(document.id());
            part.last = upsert.key();
        }
        if (!part.ids.isEmpty()) {
            requests.add(part.request(!requests.isEmpty()));
        }
        return requests;
    }

    /** Thread-safe. */
    Spelt spell(Upsert upsert) {
        Optional<String> id = DocumentIds.of(upsert.key());
        if (id.isEmpty()) {
            return new Spelt("", NOTHING, NO_ID);
        }
        DocumentEncoder free = encoders.poll();
        DocumentEncoder encoder = free != null
                ? free
                : new DocumentEncoder(options.primaryKey(), options.limits().maxBytes());
        String problem = encoder.encode(id.get(), upsert);
        Spelt spelt = problem == null
                ? new Spelt(id.get(), encoder.line().toBytes(), null)
                : new Spelt(id.get(), NOTHING, problem);
        if (encoder.line().isSmall()) {
            encoders.add(encoder);
        }
        return spelt;
    }

    /** A product whose id has no form here has no document either. */
    private static Optional<Request> deletions(List<ProductKey> keys) {
        ArrayNode ids = JSON.createArrayNode();
        keys.forEach(key -> DocumentIds.of(key).ifPresent(ids::add));
        return ids.isEmpty()
                ? Optional.empty()
                : Optional.of(new Request(
                        "/documents/delete-batch?",
                        "documents.delete",
                        Payload.json(Listing.bytes(ids)),
                        0,
                        Set.of(),
                        null));
    }

    /** One accepted request; its position. */
    private long send(String batchId, Request request, boolean first) throws TooLargeException {
        String path = "/indexes/" + options.uid() + request.path() + "customMetadata="
                + URLEncoder.encode(batchId, StandardCharsets.UTF_8);
        try {
            Answer answer =
                    http.write(path, request.payload(), options.timeouts().write());
            JsonNode task = answer.json();
            if (!answer.ok() || !task.path("taskUid").isIntegralNumber()) {
                StocktakeException refusal = translator.write(answer, request.right());
                ProductKey alone = request.alone();
                if (answer.status() == 413 && alone != null) {
                    throw new TooLargeException(alone, refusal);
                }
                if (answer.status() == 413 && request.ids().size() > 1) {
                    size.refused(request.bytes());
                }
                throw refusal;
            }
            long uid = task.path("taskUid").asLong();
            sent.add(uid, new Sent(batchId, task.path("enqueuedAt").asText(), request.ids()));
            return uid;
        } catch (UnknownOutcomeException | StoppedException e) {
            throw e;
        } catch (StocktakeException e) {
            if (first) {
                throw e;
            }
            throw new UnknownOutcomeException(
                    "Meilisearch accepted a part of batch '" + batchId + "' and not the rest: " + e.getMessage(), e);
        }
    }

    /**
     * A document as it is sent.
     *
     * @param line of JSON, with its end
     * @param problem why it cannot be sent; null if it can
     */
    record Spelt(String id, byte[] line, @Nullable String problem) {}

    /**
     * What is sent.
     *
     * @param bytes of documents, before compression
     * @param alone the product whose document is the only one here, while others of the batch travel otherwise; else null
     */
    private record Request(
            String path,
            String right,
            Payload payload,
            long bytes,
            Set<String> ids,
            @Nullable ProductKey alone) {}

    /** A document was refused for its size, by itself. */
    private static final class TooLargeException extends Exception {

        private static final long serialVersionUID = 1L;

        private final transient ProductKey product;

        TooLargeException(ProductKey product, StocktakeException refusal) {
            super(refusal.getMessage(), refusal);
            this.product = product;
        }
    }

    /** Documents that share a request. */
    private final class Part {

        private final Payload.Collector lines = new Payload.Collector(Payload.NDJSON, options.gzip());
        private final Set<String> ids = new HashSet<>();
        private @Nullable ProductKey last;

        Request request(boolean amongOthers) {
            // The primary key is sent along so that an index that vanished meanwhile is not made anew with another one.
            return new Request(
                    "/documents?primaryKey=" + options.primaryKey() + "&",
                    "documents.add",
                    lines.finish(),
                    lines.size(),
                    ids,
                    amongOthers && ids.size() == 1 ? last : null);
        }
    }
}
