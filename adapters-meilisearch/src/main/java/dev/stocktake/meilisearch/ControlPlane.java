package dev.stocktake.meilisearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.meilisearch.sdk.Client;
import com.meilisearch.sdk.Config;
import com.meilisearch.sdk.exceptions.MeilisearchApiException;
import dev.stocktake.IndexIdentity;
import dev.stocktake.MisconfiguredException;
import dev.stocktake.StocktakeException;
import dev.stocktake.StoppedException;
import dev.stocktake.UnavailableException;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings an index into being and its settings up to date, by the vendor's client.
 *
 * <p>All it does may be done twice, so that client's habit of silently sending again does no harm here. Settings are read,
 * and copied to a build, by our own client: the vendor's cannot read filterable attributes with features.
 */
final class ControlPlane {

    private static final Logger log = LoggerFactory.getLogger(MeilisearchIndex.class);

    /** Who prepares a build has a lane, which is lost after a minute and keeps the live index's edits waiting meanwhile. */
    private static final Duration BUILD = Duration.ofSeconds(20);

    private final MeilisearchIndex.Options options;
    private final MeilisearchIndex.Wire wire;
    private final Http http;
    private final Translator translator;
    private final Family family;
    private final Listing listing;
    private final ServerVersion version;
    private final Client client;

    ControlPlane(
            MeilisearchIndex.Options options,
            MeilisearchIndex.Wire wire,
            Family family,
            Listing listing,
            ServerVersion version) {
        this.options = options;
        this.http = wire.http();
        this.translator = wire.translator();
        this.family = family;
        this.listing = listing;
        this.version = version;
        this.wire = wire;
        this.client = new Client(
                new Config(options.address().base(), options.address().key()));
    }

    IndexIdentity prepare() {
        JsonNode found = listing.index().orElse(null);
        // After the first question, which tells a wrong key from one that may only not ask for the version.
        version.check();
        TaskWait wait = new TaskWait(options.uid(), wire, patience());
        JsonNode index = found == null ? create(wait) : found;
        checkPrimaryKey(index, wait);
        settings(wait);
        return Listing.identity(index);
    }

    private boolean isBuild() {
        return !options.uid().equals(family.uid());
    }

    private Duration patience() {
        Duration patience = options.timeouts().prepare();
        return isBuild() && patience.compareTo(BUILD) > 0 ? BUILD : patience;
    }

    private JsonNode create(TaskWait wait) {
        if (isBuild()) {
            requireNoOtherInTheMaking();
        }
        Task done = wait.until(call("indexes.create", () -> client.createIndex(options.uid(), options.primaryKey()))
                .getTaskUid());
        if (!done.succeeded() && !done.errorCode().equals("index_already_exists")) {
            throw failed("could not be created", done);
        }
        log.info(
                "Created index '{}' with primary key '{}' at '{}'",
                options.uid(),
                options.primaryKey(),
                options.address());
        return listing.index()
                .orElseThrow(() -> new UnavailableException(
                        "Index '" + options.uid() + "' was removed at once after it was created; run again", null));
    }

    /** Whoever gives up waiting for a build begins another, which must not go on for as long as the server is busy. */
    private void requireNoOtherInTheMaking() {
        wire.queue().buildsInTheMaking(family).ifPresent(task -> {
            throw new UnavailableException(
                    "Build '" + options.uid() + "' is not begun before Meilisearch at '" + options.address()
                            + "' has done its task " + task.uid() + " (" + task.type() + " of '" + task.index()
                            + "'); run again later",
                    null);
        });
    }

    private void checkPrimaryKey(JsonNode index, TaskWait wait) {
        String actual = index.path("primaryKey").asText("");
        if (actual.isEmpty() || index.path("primaryKey").isNull()) {
            Task done = wait.until(call("indexes.update", () -> client.updateIndex(options.uid(), options.primaryKey()))
                    .getTaskUid());
            if (!done.succeeded()) {
                throw failed("has no primary key and did not take '" + options.primaryKey() + "'", done);
            }
        } else if (!actual.equals(options.primaryKey())) {
            throw new MisconfiguredException("Index '" + options.uid() + "' has the primary key '" + actual + "', not '"
                    + options.primaryKey() + "'; set 'primaryKey' to it, or 'uid' to another index");
        }
    }

    private void settings(TaskWait wait) {
        JsonNode current = settingsOf(options.uid());
        boolean copied = isBuild() && copy(current, wait);
        options.attributes()
                .changes(copied ? settingsOf(options.uid()) : current)
                .ifPresent(changes -> {
                    Task done = wait.until(call(
                                    "settings.update",
                                    () -> client.index(options.uid()).updateSettings(changes))
                            .getTaskUid());
                    if (!done.succeeded()) {
                        throw failed("did not take its settings", done);
                    }
                    log.info("Changed the settings of index '{}' at '{}'", options.uid(), options.address());
                });
    }

    /** An empty object where there is no such index. */
    private JsonNode settingsOf(String uid) {
        Answer answer =
                http.get("/indexes/" + uid + "/settings", options.timeouts().request());
        if (answer.status() == 404 && answer.code().equals("index_not_found") && !uid.equals(options.uid())) {
            return JsonNodeFactory.instance.objectNode();
        }
        if (!answer.ok() || !answer.json().isObject()) {
            throw (uid.equals(options.uid()) ? translator : Translator.of(options.address(), uid))
                    .question(answer, "settings.get");
        }
        return answer.json();
    }

    /**
     * Gives a build what the live index has and the builder says nothing of, such as synonyms.
     *
     * @return whether anything had to be changed
     */
    private boolean copy(JsonNode current, TaskWait wait) {
        ObjectNode changes = JsonNodeFactory.instance.objectNode();
        settingsOf(family.uid()).properties().forEach(setting -> {
            if (!options.attributes().decide(setting.getKey())
                    && !setting.getValue().equals(current.get(setting.getKey()))) {
                checkSecrets(setting.getKey(), setting.getValue());
                changes.set(setting.getKey(), setting.getValue());
            }
        });
        if (changes.isEmpty()) {
            return false;
        }
        Answer answer = http.patch(
                "/indexes/" + options.uid() + "/settings",
                Payload.json(Listing.bytes(changes)),
                options.timeouts().request());
        JsonNode task = answer.json();
        if (!answer.ok() || !task.path("taskUid").isIntegralNumber()) {
            throw translator.question(answer, "settings.update");
        }
        Task done = wait.until(task.path("taskUid").asLong());
        if (!done.succeeded()) {
            throw failed("did not take the settings of index '" + family.uid() + "'", done);
        }
        return true;
    }

    private void checkSecrets(String setting, JsonNode value) {
        if (value.findValues("apiKey").stream().anyMatch(JsonNode::isTextual)) {
            throw new MisconfiguredException("Index '" + family.uid() + "' has an API key in its setting '" + setting
                    + "'. Meilisearch does not give it back, so a build beside it would be without. Let the server take"
                    + " the key from its environment, or do not rebuild this index");
        }
    }

    private StocktakeException failed(String what, Task task) {
        String message = "Index '" + options.uid() + "' " + what + ": task " + task.uid() + " " + task.status() + ", "
                + task.errorCode() + " " + task.errorMessage();
        return task.errorCode().startsWith("invalid_")
                ? new MisconfiguredException(message)
                : new UnavailableException(message, null);
    }

    /** Translates what the vendor's client throws; it hides the HTTP status, so its error codes must do. */
    private <T> T call(String right, Supplier<T> call) {
        try {
            return call.get();
        } catch (MeilisearchApiException e) {
            throw refused(right, e);
        } catch (RuntimeException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw new StoppedException("Interrupted while asking Meilisearch at '" + options.address() + "'", e);
            }
            throw new UnavailableException(
                    "Meilisearch at '" + options.address()
                            + "' cannot be reached or did not answer as Meilisearch does ("
                            + e.getClass().getSimpleName() + ")",
                    e);
        }
    }

    private static String code(MeilisearchApiException e) {
        try {
            return e.getCode() == null ? "" : e.getCode();
        } catch (NullPointerException noBody) {
            // It keeps nothing of an answer that is not Meilisearch's, and its getters do not expect that.
            return "";
        }
    }

    private StocktakeException refused(String right, MeilisearchApiException e) {
        String code = code(e);
        String message =
                "Meilisearch at '" + options.address() + "' refused for index '" + options.uid() + "': " + code;
        return switch (code) {
            case "invalid_api_key", "missing_authorization_header", "missing_master_key" ->
                new MisconfiguredException(message + ". Check 'apiKey': it needs the right '" + right + "'");
            case "" ->
                new UnavailableException(
                        "Meilisearch at '" + options.address() + "' refused for index '" + options.uid()
                                + "' without a reason",
                        null);
            default ->
                code.startsWith("invalid_") || code.equals("bad_request")
                        ? new MisconfiguredException(
                                message + ": " + options.address().withoutKey(String.valueOf(e.getMessage())))
                        : new UnavailableException(message, e);
        };
    }
}
