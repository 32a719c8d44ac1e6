package dev.stocktake.meilisearch;

import dev.stocktake.MisconfiguredException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses a server that is too old. Thread-safe; asks until it has an answer.
 *
 * <p>Only a key for all indexes may ask for the version. For any other it is found out by a parameter that came with the
 * oldest version that will do: with a value that is wrong, each server refuses it in its own words and does nothing.
 */
final class ServerVersion {

    private static final Logger log = LoggerFactory.getLogger(MeilisearchIndex.class);
    private static final Pattern VERSION = Pattern.compile("(\\d{1,6})\\.(\\d{1,6}).*");
    private static final int OLDEST_MINOR = 31;

    private final MeilisearchIndex.Options options;
    private final Http http;
    private final Translator translator;
    private volatile boolean checked;

    ServerVersion(MeilisearchIndex.Options options, MeilisearchIndex.Wire wire) {
        this.options = options;
        this.http = wire.http();
        this.translator = wire.translator();
    }

    /** @throws MisconfiguredException if it is too old */
    void check() {
        if (checked) {
            return;
        }
        Answer answer = http.get("/version", options.timeouts().request());
        if (answer.status() == 401 || answer.status() == 403) {
            byItsWords(answer);
        } else if (answer.ok()) {
            byNumber(answer.json().path("pkgVersion").asText());
        } else {
            throw translator.question(answer, "version");
        }
        checked = true;
    }

    private void byNumber(String version) {
        Matcher parts = VERSION.matcher(version);
        if (!parts.matches()) {
            throw new MisconfiguredException(
                    "'" + options.address() + "' does not tell its version as Meilisearch does; check 'url'");
        }
        if (Integer.parseInt(parts.group(1)) < 1
                || parts.group(1).equals("1") && Integer.parseInt(parts.group(2)) < OLDEST_MINOR) {
            throw tooOld("has version " + version);
        }
    }

    private void byItsWords(Answer refusal) {
        Answer answer = http.ask(
                "/indexes/" + options.uid() + "/documents?skipCreation=perhaps",
                Payload.json("[]".getBytes(StandardCharsets.UTF_8)),
                options.timeouts().request());
        switch (answer.code()) {
            case "invalid_skip_creation" -> log.debug("{} is new enough by its words", options.address());
            case "bad_request" -> throw tooOld("does not know 'skipCreation'");
            default ->
                log.warn(
                        "The version of Meilisearch at '{}' could not be checked, it must be 1.{} or later: {}",
                        options.address(),
                        OLDEST_MINOR,
                        options.address().withoutKey(refusal.text()));
        }
    }

    private MisconfiguredException tooOld(String how) {
        return new MisconfiguredException("Meilisearch at '" + options.address() + "' " + how
                + ", so it loses track of its tasks when indexes are swapped; Stocktake needs 1." + OLDEST_MINOR
                + " or later");
    }
}
