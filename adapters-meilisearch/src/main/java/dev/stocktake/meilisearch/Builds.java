package dev.stocktake.meilisearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.stocktake.IndexIdentity;
import dev.stocktake.Receipt;
import dev.stocktake.UnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lists the builds beside an index, puts one in its place, and removes one. */
final class Builds {

    private static final Logger log = LoggerFactory.getLogger(MeilisearchIndex.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PAGE = 1_000;

    /** Who removes a build has a lane and keeps its edits waiting meanwhile. */
    private static final Duration DELETION = Duration.ofSeconds(5);

    private final MeilisearchIndex.Options options;
    private final Family family;
    private final Address address;
    private final Timeouts timeouts;
    private final MeilisearchIndex.Wire wire;
    private final ServerVersion version;
    private final SentWrites sent;

    Builds(MeilisearchIndex.Options options, MeilisearchIndex.Wire wire, ServerVersion version, SentWrites sent) {
        this.options = options;
        this.family = new Family(options.uid());
        this.address = options.address();
        this.timeouts = options.timeouts();
        this.wire = wire;
        this.version = version;
        this.sent = sent;
    }

    /** Identities by label: of those that our key sees. */
    Map<String, IndexIdentity> list() {
        Map<String, IndexIdentity> builds = new TreeMap<>();
        long offset = 0;
        while (true) {
            Answer answer = wire.http().get("/indexes?limit=" + PAGE + "&offset=" + offset, timeouts.request());
            JsonNode page = answer.json().path("results");
            if (!answer.ok() || !page.isArray()) {
                throw wire.translator().question(answer, "indexes.get");
            }
            for (JsonNode index : page) {
                family.label(index.path("uid").asText()).ifPresent(label -> builds.put(label, Listing.identity(index)));
            }
            offset += page.size();
            if (page.isEmpty() || offset >= answer.json().path("total").asLong()) {
                return builds;
            }
        }
    }

    /** Sends the swap, once, and not behind another: two are none. */
    Receipt swap(String label) {
        version.check();
        String build = family.build(label);
        requireNoSwapWaits("index '" + family.uid() + "' is not swapped with '" + build + "'");
        ArrayNode swaps = JSON.createArrayNode();
        swaps.addObject().putArray("indexes").add(family.uid()).add(build);
        Answer answer = wire.http().write("/swap-indexes", Payload.json(Listing.bytes(swaps)), timeouts.request());
        JsonNode task = answer.json();
        if (!answer.ok() || !task.path("taskUid").isIntegralNumber()) {
            throw Translator.of(address, family.uid(), build).write(answer, "indexes.swap");
        }
        long uid = task.path("taskUid").asLong();
        sent.add(uid, SentWrites.Sent.swap(task.path("enqueuedAt").asText()));
        log.info("Asked '{}' to swap index '{}' with '{}' (task {})", address, family.uid(), build, uid);
        return Receipt.at(uid);
    }

    /** Removes a build if it has this identity; false if it has not. */
    boolean drop(String label, IndexIdentity onlyIf) {
        String build = family.build(label);
        if (!isBoundTo(build, onlyIf)) {
            return false;
        }
        // One that was accepted before would be executed before the deletion, which would then hit what the live name
        // had.
        requireNoSwapWaits("index '" + build + "' is not removed");
        if (!isBoundTo(build, onlyIf)) {
            return false;
        }
        long task = wire.queue().deletionUnderWay(build).map(Task::uid).orElseGet(() -> delete(build));
        Task done = new TaskWait(build, wire, DELETION).until(task);
        // A server that dies between the deletion and its note of it finds nothing to delete when it does it again.
        if (!done.succeeded() && !done.errorCode().equals("index_not_found")) {
            throw new UnavailableException(
                    "Index '" + build + "' could not be removed: task " + done.uid() + " " + done.status() + ", "
                            + done.errorCode() + " " + done.errorMessage(),
                    null);
        }
        log.info("Removed index '{}' at '{}'", build, address);
        return true;
    }

    private long delete(String build) {
        Answer answer = wire.http().delete("/indexes/" + build, timeouts.request());
        JsonNode task = answer.json();
        if (!answer.ok() || !task.path("taskUid").isIntegralNumber()) {
            throw Translator.of(address, build).question(answer, "indexes.delete");
        }
        return task.path("taskUid").asLong();
    }

    private boolean isBoundTo(String build, IndexIdentity identity) {
        return new Listing(options.at(build), wire.at(Translator.of(address, build)))
                .identity()
                .filter(identity::equals)
                .isPresent();
    }

    private void requireNoSwapWaits(String consequence) {
        if (wire.queue().mayBeSwappedSoon(family)) {
            throw new UnavailableException(
                    "A swap waits in the queue of Meilisearch at '" + address + "' that concerns index '" + family.uid()
                            + "', or may, as 'apiKey' does not see it; " + consequence
                            + " before it is done. Try later",
                    null);
        }
    }

    /** The names of the builds that are there. */
    List<String> names() {
        return list().keySet().stream().map(family::build).toList();
    }
}
