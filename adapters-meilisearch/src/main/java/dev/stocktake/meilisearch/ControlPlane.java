package dev.stocktake.meilisearch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.meilisearch.sdk.Client;
import com.meilisearch.sdk.Config;
import com.meilisearch.sdk.exceptions.MeilisearchApiException;
import com.meilisearch.sdk.model.TaskInfo;
import dev.stocktake.IndexIdentity;
import dev.stocktake.MisconfiguredException;
import dev.stocktake.Sleeper;
import dev.stocktake.StocktakeException;
import dev.stocktake.StoppedException;
import dev.stocktake.UnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings an index into being and its settings up to date, by the vendor's client.
 *
 * <p>All it does may be done twice, so that client's habit of silently sending again does no harm here. Settings are read
 * by our own client: the vendor's cannot read filterable attributes with features.
 */
final class ControlPlane {

    private static final Logger log = LoggerFactory.getLogger(MeilisearchIndex.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern VERSION = Pattern.compile("(\\d{1,6})\\.(\\d{1,6}).*");
    private static final int OLDEST_MINOR = 31;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final MeilisearchIndex.Options options;
    private final Http http;
    private final Translator translator;
    private final Listing listing;
    private final TaskQueue queue;
    private final Sleeper sleeper;
    private final Client client;
    private volatile boolean versionChecked;

    ControlPlane(MeilisearchIndex.Options options, MeilisearchIndex.Wire wire, Listing listing, Sleeper sleeper) {
        this.options = options;
        this.http = wire.http();
        this.translator = wire.translator();
        this.queue = wire.queue();
        this.listing = listing;
        this.sleeper = sleeper;
        this.client = new Client(
                new Config(options.address().base(), options.address().key()));
    }

    IndexIdentity prepare() {
        JsonNode found = listing.index().orElse(null);
        // After the first question, which tells a wrong key from one that may only not ask for the version.
        if (!versionChecked) {
            checkVersion();
            versionChecked = true;
        }
        JsonNode index = found == null ? create() : found;
        checkPrimaryKey(index);
        settings();
        return Listing.identity(index);
    }

    private void checkVersion() {
        String version;
        try {
            version = JSON.readTree(call("version", client::getVersion))
                    .path("pkgVersion")
                    .asText();
        } catch (MisconfiguredException e) {
            log.warn(
                    "The version of Meilisearch at '{}' could not be checked, it must be 1.{} or later: {}",
                    options.address(),
                    OLDEST_MINOR,
                    e.getMessage());
            return;
        } catch (JsonProcessingException e) {
            version = "";
        }
        Matcher parts = VERSION.matcher(version);
        if (!parts.matches()) {
            throw new MisconfiguredException(
                    "'" + options.address() + "' does not tell its version as Meilisearch does;" + " check 'url'");
        }
        if (Integer.parseInt(parts.group(1)) < 1
                || parts.group(1).equals("1") && Integer.parseInt(parts.group(2)) < OLDEST_MINOR) {
            throw new MisconfiguredException("Meilisearch at '" + options.address() + "' has version " + version
                    + ", which loses track of its tasks when indexes are swapped; Stocktake needs 1." + OLDEST_MINOR
                    + " or later");
        }
    }

    private JsonNode create() {
        Task done = await(call("indexes.create", () -> client.createIndex(options.uid(), options.primaryKey())));
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

    private void checkPrimaryKey(JsonNode index) {
        String actual = index.path("primaryKey").asText("");
        if (actual.isEmpty() || index.path("primaryKey").isNull()) {
            Task done = await(call("indexes.update", () -> client.updateIndex(options.uid(), options.primaryKey())));
            if (!done.succeeded()) {
                throw failed("has no primary key and did not take '" + options.primaryKey() + "'", done);
            }
        } else if (!actual.equals(options.primaryKey())) {
            throw new MisconfiguredException("Index '" + options.uid() + "' has the primary key '" + actual + "', not '"
                    + options.primaryKey() + "'; set 'primaryKey' to it, or 'uid' to another index");
        }
    }

    private void settings() {
        Answer answer = http.get(
                "/indexes/" + options.uid() + "/settings", options.timeouts().request());
        if (!answer.ok() || !answer.json().isObject()) {
            throw translator.question(answer, "settings.get");
        }
        options.attributes().changes(answer.json()).ifPresent(changes -> {
            Task done = await(
                    call("settings.update", () -> client.index(options.uid()).updateSettings(changes)));
            if (!done.succeeded()) {
                throw failed("did not take its settings", done);
            }
            log.info("Changed the settings of index '{}' at '{}'", options.uid(), options.address());
        });
    }

    private StocktakeException failed(String what, Task task) {
        String message = "Index '" + options.uid() + "' " + what + ": task " + task.uid() + " " + task.status() + ", "
                + task.errorCode() + " " + task.errorMessage();
        return task.errorCode().startsWith("invalid_")
                ? new MisconfiguredException(message)
                : new UnavailableException(message, null);
    }

    private Task await(TaskInfo info) {
        long uid = info.getTaskUid();
        Duration waited = Duration.ZERO;
        Duration pause = FIRST_PAUSE;
        while (true) {
            Optional<Task> task =
                    queue.byUids(List.of(uid)).stream().filter(Task::isFinal).findFirst();
            if (task.isPresent()) {
                return task.get();
            }
            if (waited.compareTo(options.timeouts().prepare()) >= 0) {
                throw new UnavailableException(
                        "Index '" + options.uid() + "' is still being prepared after " + waited.toSeconds()
                                + " s (task " + uid + "); Meilisearch goes on with it, run again later",
                        null);
            }
            sleep(pause);
            waited = waited.plus(pause);
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    private void sleep(Duration pause) {
        try {
            sleeper.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoppedException("Interrupted while index '" + options.uid() + "' was being prepared", e);
        }
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
