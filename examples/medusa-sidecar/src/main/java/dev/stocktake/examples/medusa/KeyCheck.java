package dev.stocktake.examples.medusa;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stocktake.examples.medusa.Finding.Level;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether server and key will do, before anything is written. What a key may do cannot be asked with it. So the server is
 * asked for what it refuses whoever asks: to write an index whose name is none. It looks at the key first, and says which of
 * the two it refuses for.
 */
final class KeyCheck {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Pattern VERSION = Pattern.compile("(\\d{1,6})\\.(\\d{1,6})\\..*");
    private static final int OLDEST_MINOR = 31;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Settings settings;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();

    KeyCheck(Settings settings) {
        this.settings = settings;
    }

    /** A right, and the request for which the server must look at it. */
    private record Probe(String right, String method, String path, String body) {}

    /** What was answered. */
    private record Answer(int status, String code, JsonNode body) {}

    List<Finding> look() {
        try {
            return List.of(version(), rights());
        } catch (IOException e) {
            return List.of(new Finding(
                    Level.UNREACHABLE,
                    "key",
                    "Meilisearch at " + settings.meilisearch() + " does not answer any more (" + Databases.oneLine(e)
                            + ")."));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of(new Finding(Level.UNREACHABLE, "key", "Looking at the key was interrupted."));
        }
    }

    private Finding version() throws IOException, InterruptedException {
        Answer answer = ask(new Probe("version", "GET", "/version", ""));
        String told = answer.body().path("pkgVersion").asText("");
        Matcher parts = VERSION.matcher(told);
        if (parts.matches()) {
            boolean old = Integer.parseInt(parts.group(1)) < 1
                    || parts.group(1).equals("1") && Integer.parseInt(parts.group(2)) < OLDEST_MINOR;
            return old
                    ? tooOld("is version " + told)
                    : new Finding(Level.OK, "server", "Meilisearch is version " + told + ".");
        }
        // Only a key for all indexes may ask for the version. This parameter came with the oldest one that will do.
        String code = ask(new Probe("", "POST", "/indexes/" + noIndex() + "/documents?skipCreation=perhaps", "[]"))
                .code();
        return switch (code) {
            case "invalid_skip_creation" ->
                new Finding(Level.OK, "server", "Meilisearch is version 1." + OLDEST_MINOR + " or later.");
            case "bad_request" -> tooOld("is older");
            default ->
                new Finding(
                        Level.NOTE,
                        "server",
                        "The version of Meilisearch could not be looked at with this key; it must be 1." + OLDEST_MINOR
                                + " or later.");
        };
    }

    private static Finding tooOld(String how) {
        return new Finding(
                Level.WRONG,
                "server",
                "Meilisearch " + how + ", and Stocktake needs 1." + OLDEST_MINOR + " or later. Upgrade it.");
    }

    private Finding rights() throws IOException, InterruptedException {
        List<String> lacking = new ArrayList<>();
        List<String> unknown = new ArrayList<>(List.of("indexes.create", "indexes.update"));
        for (Probe probe : probes()) {
            Answer answer = ask(probe);
            if (answer.status() == 401 || answer.status() == 403) {
                lacking.add(probe.right());
            } else if (answer.status() >= 500 || answer.code().isEmpty() && answer.status() != 200) {
                unknown.add(probe.right());
            }
        }
        if (!lacking.isEmpty()) {
            return new Finding(
                    Level.WRONG,
                    "key",
                    "MEILISEARCH_API_KEY lacks the right " + String.join(", ", lacking) + " for the index '"
                            + settings.index() + "' or its builds (" + settings.index()
                            + "__stocktake_...). Give the key these rights, for the pattern " + settings.index()
                            + "*; see docs/meilisearch.md.");
        }
        return new Finding(
                Level.OK,
                "key",
                "The key may read and write the index and its builds. Not probed, as it cannot be without doing it: "
                        + String.join(", ", unknown) + ".");
    }

    private List<Probe> probes() {
        String none = "/indexes/" + noIndex();
        return List.of(
                new Probe("settings.get", "GET", "/indexes/" + settings.index() + "/settings", ""),
                new Probe("tasks.get", "GET", "/tasks?limit=1", ""),
                new Probe("documents.get", "POST", none + "/documents/fetch", "{}"),
                new Probe("documents.add", "POST", none + "/documents", "[]"),
                new Probe("documents.delete", "POST", none + "/documents/delete-batch", "[]"),
                new Probe("settings.update", "PATCH", none + "/settings", "{}"),
                new Probe("indexes.delete", "DELETE", none, ""),
                new Probe("indexes.swap", "POST", "/swap-indexes", "[{\"indexes\": [\"" + settings.index() + "\"]}]"));
    }

    /** Covered by whatever pattern covers the builds, and no name of an index: nothing can come of it. */
    private String noIndex() {
        return settings.index() + "__stocktake_!";
    }

    private Answer ask(Probe probe) throws IOException, InterruptedException {
        String base = settings.meilisearch().toString().replaceAll("/+$", "");
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + probe.path()))
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .method(
                        probe.method(),
                        probe.body().isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(probe.body()));
        if (!settings.apiKey().isEmpty()) {
            request.header("Authorization", "Bearer " + settings.apiKey());
        }
        HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        JsonNode body = body(response.body());
        return new Answer(response.statusCode(), body.path("code").asText(""), body);
    }

    private static JsonNode body(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            return JSON.missingNode();
        }
    }
}
