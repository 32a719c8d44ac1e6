package dev.stocktake.meilisearch;

import static dev.stocktake.meilisearch.Samples.batch;
import static dev.stocktake.meilisearch.Samples.deletion;
import static dev.stocktake.meilisearch.Samples.lamp;
import static dev.stocktake.meilisearch.Samples.lamps;
import static dev.stocktake.meilisearch.Samples.upsert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stocktake.AuditableIndex;
import dev.stocktake.Document;
import dev.stocktake.Fingerprint;
import dev.stocktake.FingerprintPage;
import dev.stocktake.IndexIdentity;
import dev.stocktake.LoggedIndex.Entry;
import dev.stocktake.LoggedIndex.LogPage;
import dev.stocktake.MisconfiguredException;
import dev.stocktake.Outcome;
import dev.stocktake.ProductKey;
import dev.stocktake.Receipt;
import dev.stocktake.WriteBatch;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What the adapter relies on a server to do. {@link StandInRulesTest} asks the stand-in, {@link ServerRulesIT} a real
 * server: so the two are kept alike where it matters.
 */
abstract class ServerRules {

    private final List<String> made = new ArrayList<>();
    private final List<String> keys = new ArrayList<>();
    private MeilisearchIndex index;
    private Raw admin;
    private String uid;

    abstract String url();

    abstract String masterKey();

    /** A name that no other test uses. */
    abstract String freshUid();

    /** Makes the server work its queue off, if it does not by itself. */
    abstract void work();

    /** Nothing more is asked. */
    void stop() {}

    @BeforeEach
    void prepares() {
        admin = new Raw(url(), masterKey(), () -> {
            work();
            return true;
        });
        uid = uid();
        index = builder(uid, masterKey()).build();
        index.prepare();
    }

    private String uid() {
        String fresh = freshUid();
        made.add(fresh);
        return fresh;
    }

    private MeilisearchIndex.Builder builder(String name, String key) {
        return Samples.index(url(), key, name).sleeper(this::pause);
    }

    private void pause(Duration time) throws InterruptedException {
        work();
        Thread.onSpinWait();
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    @AfterEach
    void dropsWhatItMade() {
        index.close();
        made.forEach(name -> admin.call("DELETE", "/indexes/" + name, null));
        keys.forEach(key -> admin.call("DELETE", "/keys/" + key, null));
        stop();
    }

    private Outcome outcome(Receipt receipt) {
        while (true) {
            work();
            Outcome outcome = index.outcomes(List.of(receipt)).getOrDefault(receipt, Outcome.lost("no answer"));
            if (outcome.kind() != Outcome.Kind.PENDING) {
                return outcome;
            }
        }
    }

    private long written(WriteBatch batch) {
        Receipt receipt = index.write(batch);
        assertThat(outcome(receipt)).isEqualTo(Outcome.applied());
        return receipt.positions().get(receipt.positions().size() - 1);
    }

    private long tasksOfIndex() {
        return admin.get("/tasks?indexUids=" + uid + "&limit=1").path("total").asLong();
    }

    // --- preparing --------------------------------------------------------------------------------------------------

    @Test
    void createsTheIndexWithItsKeyAndSettings() {
        JsonNode settings = admin.get("/indexes/" + uid + "/settings");

        assertThat(admin.get("/indexes/" + uid).path("primaryKey").asText()).isEqualTo("id");
        assertThat(settings.path("searchableAttributes").toString()).isEqualTo("[\"name\"]");
        assertThat(settings.path("displayedAttributes").toString()).isEqualTo("[\"id\",\"name\",\"stock\"]");
    }

    @Test
    void changesNothingWhenNothingDiffers() {
        IndexIdentity before = index.prepare();
        long tasks = tasksOfIndex();

        assertThat(index.prepare()).isEqualTo(before);
        assertThat(tasksOfIndex()).isEqualTo(tasks);
    }

    @Test
    void changesOnlyTheSettingsThatItWasGiven() {
        admin.done(
                "PATCH",
                "/indexes/" + uid + "/settings",
                "{\"stopWords\":[\"the\"],\"sortableAttributes\":[\"stock\"]}");
        try (MeilisearchIndex other = builder(uid, masterKey())
                .filterable("stock")
                .rankingRules("words", "sort", "exactness")
                .build()) {
            other.prepare();
        }
        JsonNode settings = admin.get("/indexes/" + uid + "/settings");
        assertThat(settings.path("stopWords").toString()).isEqualTo("[\"the\"]");
        assertThat(settings.path("sortableAttributes").toString()).isEqualTo("[\"stock\"]");
        assertThat(settings.path("filterableAttributes").toString()).isEqualTo("[\"stock\"]");
        assertThat(settings.path("rankingRules").toString()).isEqualTo("[\"words\",\"sort\",\"exactness\"]");
    }

    @Test
    void leavesFilterableAttributesWithFeaturesAlone() {
        admin.done(
                "PATCH",
                "/indexes/" + uid + "/settings",
                "{\"filterableAttributes\":[{\"attributePatterns\":[\"stock\"],\"features\":{\"facetSearch\":false,"
                        + "\"filter\":{\"equality\":true,\"comparison\":false}}}]}");
        long tasks = tasksOfIndex();
        try (MeilisearchIndex other =
                builder(uid, masterKey()).filterable("stock").build()) {
            other.prepare();
        }
        assertThat(tasksOfIndex()).isEqualTo(tasks);
    }

    @Test
    void namesTheSettingThatTheServerObjectsTo() {
        try (MeilisearchIndex wrong =
                builder(uid, masterKey()).rankingRules("words", "best first").build()) {
            assertThatThrownBy(wrong::prepare)
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("rankingRules");
        }
    }

    @Test
    void refusesAnIndexWithAnotherPrimaryKey() {
        try (MeilisearchIndex other =
                builder(uid, masterKey()).primaryKey("sku").build()) {
            assertThatThrownBy(other::prepare)
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("'primaryKey'")
                    .hasMessageContaining("'id'");
        }
    }

    @Test
    void givesAnIndexWithoutAPrimaryKeyItsOwn() {
        String bare = uid();
        admin.done("POST", "/indexes", "{\"uid\":\"" + bare + "\"}");
        try (MeilisearchIndex other = builder(bare, masterKey()).build()) {
            other.prepare();
        }
        assertThat(admin.get("/indexes/" + bare).path("primaryKey").asText()).isEqualTo("id");
    }

    @Test
    void keepsTheFingerprintFromSearchers() {
        Document lamp = lamp("Reading lamp", 3);
        written(batch("b1", upsert("lamp-1", lamp)));
        String fingerprint = Fingerprint.of(lamp, "1").value();

        JsonNode hits =
                admin.post("/indexes/" + uid + "/search", "{\"q\":\"reading\"}").path("hits");
        assertThat(hits.size()).isEqualTo(1);
        assertThat(hits.toString()).doesNotContain(fingerprint).doesNotContain(MeilisearchIndex.FINGERPRINT_FIELD);
        assertThat(admin.post("/indexes/" + uid + "/search", "{\"q\":\"" + fingerprint + "\"}")
                        .path("hits")
                        .size())
                .isZero();
    }

    // --- rights -----------------------------------------------------------------------------------------------------

    @Test
    void saysWhichSettingIsWrongWhenTheKeyIs() {
        try (MeilisearchIndex wrong = builder(uid, "no-such-key-0123456789").build()) {
            for (org.assertj.core.api.ThrowableAssert.ThrowingCallable call :
                    List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
                            wrong::prepare,
                            wrong::identify,
                            wrong::settledPosition,
                            () -> wrong.write(lamps("b1", 0, 1)),
                            () -> wrong.fingerprints(null, 10))) {
                assertThatThrownBy(call)
                        .isInstanceOf(MisconfiguredException.class)
                        .hasMessageContaining("'apiKey'")
                        .hasMessageNotContaining("no-such-key");
            }
        }
    }

    @Test
    void saysWhichSettingIsMissingWhenThereIsNoKey() {
        try (MeilisearchIndex none = builder(uid, "").build()) {
            assertThatThrownBy(none::prepare)
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("'apiKey'");
        }
    }

    @Test
    void worksWithAKeyForItsIndexOnly() {
        String key =
                key("documents.add", "documents.get", "documents.delete", "indexes.get", "tasks.get", "settings.get");
        written(lamps("b1", 0, 3));
        try (MeilisearchIndex confined = builder(uid, key).build()) {
            assertThat(confined.prepare()).isEqualTo(index.identify().orElseThrow());
            long before = confined.settledPosition();
            Receipt receipt = confined.write(lamps("b2", 3, 6));
            assertThat(outcome(receipt)).isEqualTo(Outcome.applied());
            assertThat(confined.writesAfter(before, 10).writes())
                    .containsExactly(new Entry(receipt.positions().get(0), "b2", true));
            assertThat(confined.fingerprints(null, 10).entries()).hasSize(6);
        }
    }

    @Test
    void saysWhichRightTheKeyLacks() {
        String key = key("documents.get", "indexes.get", "tasks.get");
        try (MeilisearchIndex reader = builder(uid, key).build()) {
            assertThatThrownBy(() -> reader.write(lamps("b1", 0, 1)))
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("'documents.add'");
            assertThatThrownBy(() -> reader.write(deletion("b1", "x")))
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("'documents.delete'");
            assertThatThrownBy(reader::prepare)
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("'settings.get'");
        }
        try (MeilisearchIndex absent = builder(uid + "x", key).build()) {
            assertThatThrownBy(absent::prepare)
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("'indexes.create'");
        }
    }

    private String key(String... actions) {
        JsonNode key = admin.post(
                "/keys",
                "{\"actions\":[\"" + String.join("\",\"", actions) + "\"],\"indexes\":[\"" + uid
                        + "*\"],\"expiresAt\":null}");
        assertThat(key.path("key").asText()).isNotEmpty();
        keys.add(key.path("key").asText());
        return key.path("key").asText();
    }

    // --- writing and reading back -----------------------------------------------------------------------------------

    @Test
    void readsBackWhatItWrote() {
        WriteBatch many = lamps("b1", 0, 60);
        written(many);

        Map<ProductKey, Fingerprint> expected = new HashMap<>();
        many.upserts().forEach(upsert -> expected.put(upsert.key(), upsert.fingerprint()));
        assertThat(index.fingerprints(expected.keySet())).isEqualTo(expected);
        assertThat(index.fingerprints(ProductKey.all("lamp-3", "unknown"))).hasSize(1);
    }

    @Test
    void keepsNumbersAndNestedValues() {
        Document document = Document.builder()
                .put("big", Long.MAX_VALUE)
                .put("small", Long.MIN_VALUE)
                .put("price", new BigDecimal("19.90"))
                .put("tiny", new BigDecimal("1E-400"))
                .put("wide", new BigDecimal("1.5E+300"))
                .put("nothing", null)
                .put("emoji", "💡 \u0000 \u2028 \"x\"")
                .put("list", List.of(1, Map.of("a", true)))
                .build();
        written(batch("b1", upsert("n", document)));

        JsonNode stored = admin.get("/indexes/" + uid + "/documents/n");
        assertThat(stored.path("big").asLong()).isEqualTo(Long.MAX_VALUE);
        assertThat(stored.path("small").asLong()).isEqualTo(Long.MIN_VALUE);
        assertThat(stored.path("price").asDouble()).isEqualTo(19.9);
        assertThat(stored.path("wide").asDouble()).isEqualTo(1.5e300);
        assertThat(stored.path("nothing").isNull()).isTrue();
        assertThat(stored.path("emoji").asText()).isEqualTo("💡 \u0000 \u2028 \"x\"");
        assertThat(stored.path("list").toString()).isEqualTo("[1,{\"a\":true}]");
    }

    @Test
    void takesCompressedDocuments() {
        try (MeilisearchIndex zipped = builder(uid, masterKey()).gzip(true).build()) {
            assertThat(outcome(zipped.write(lamps("b1", 0, 2_000)))).isEqualTo(Outcome.applied());
            assertThat(zipped.fingerprints(ProductKey.all("lamp-1999"))).hasSize(1);
        }
    }

    @Test
    void findsAwkwardKeysAgain() {
        List<String> keys = List.of(
                "a/b c",
                "b64-",
                "b64-YQ",
                "ключ",
                "😀",
                "\u0001x",
                "007",
                "7",
                "-",
                "_",
                "é".repeat(190),
                "a".repeat(400));
        WriteBatch.Upsert[] upserts =
                keys.stream().map(key -> upsert(key, lamp(key, 1))).toArray(WriteBatch.Upsert[]::new);
        written(batch("b1", upserts));

        assertThat(index.fingerprints(ProductKey.all(keys.toArray(String[]::new))))
                .hasSize(keys.size());
        assertThat(index.fingerprints(null, 100).entries().keySet())
                .containsExactlyInAnyOrder(
                        ProductKey.all(keys.toArray(String[]::new)).toArray(ProductKey[]::new));
        written(new WriteBatch("b2", List.of(), ProductKey.all(keys.toArray(String[]::new))));
        assertThat(index.fingerprints(null, 100).entries()).isEmpty();
    }

    @Test
    void findsAndRemovesDocumentsOfOthers() {
        String[] ids = {"b64-rubbish", "x".repeat(511), "plain"};
        admin.done(
                "POST",
                "/indexes/" + uid + "/documents",
                "[{\"id\":\"" + ids[0] + "\",\"stocktake_fingerprint\":7},{\"id\":\"" + ids[1] + "\"},{\"id\":\""
                        + ids[2] + "\"},{\"id\":12345678901234567}]");

        Map<ProductKey, Fingerprint> found = index.fingerprints(null, 10).entries();
        assertThat(found).hasSize(4).containsKey(ProductKey.of(12345678901234567L));
        assertThat(found.values()).containsOnly(Fingerprint.UNKNOWN);
        assertThat(index.fingerprints(found.keySet())).isEqualTo(found);
        written(new WriteBatch("b1", List.of(), List.copyOf(found.keySet())));
        assertThat(index.fingerprints(null, 10).entries()).isEmpty();
    }

    @Test
    void givesBackWhatNoDocumentOfOursCouldHold() {
        String deep = "[".repeat(70) + "7" + "]".repeat(70);
        admin.done(
                "POST",
                "/indexes/" + uid + "/documents",
                "[{\"id\":5,\"deep\":" + deep + ",\"n\":1e3},{\"id\":\"x\",\"stocktake_key\":\"y\"}]");

        Map<ProductKey, Document> found = index.documents(ProductKey.all("5", "x", "y"));
        assertThat(found).containsOnlyKeys(ProductKey.of("5"), ProductKey.of("x"));
        assertThat(found.getOrDefault(ProductKey.of("5"), lamp("", 0)).fields())
                .containsOnlyKeys("id", "deep", "n")
                .containsEntry("id", 5L);
        assertThat(found.getOrDefault(ProductKey.of("x"), lamp("", 0)).fields()).isEmpty();
        assertThat(index.count()).isEqualTo(2);
    }

    @Test
    void tellsWhichFieldsOfADocumentSomebodyElseChanged() {
        Document sent = Document.builder()
                .put("id", "lamp/1")
                .put("name", "Lamp")
                .put("stock", 3)
                .put("price", new BigDecimal("19.90"))
                .build();
        written(batch("b1", upsert("lamp/1", sent)));
        String id = DocumentIds.of(ProductKey.of("lamp/1")).orElseThrow();
        admin.done("PUT", "/indexes/" + uid + "/documents", "[{\"id\":\"" + id + "\",\"stock\":4,\"colour\":\"red\"}]");

        Document found = index.documents(ProductKey.all("lamp/1")).getOrDefault(ProductKey.of("lamp/1"), sent);
        assertThat(sent.differences(found)).containsExactly("stock", "colour");
        assertThat(index.fingerprints(ProductKey.all("lamp/1"))).containsValue(Fingerprint.of(sent, "1"));
    }

    @Test
    void walksPageByPageAndTellsWhenTheListingMoved() {
        written(lamps("b1", 0, 25));
        Map<ProductKey, Fingerprint> all = new HashMap<>();
        FingerprintPage page = index.fingerprints(null, 10);
        String version = page.version();
        all.putAll(page.entries());
        while (page.next() != null) {
            page = index.fingerprints(page.next(), 10);
            assertThat(page.version()).isEqualTo(version);
            all.putAll(page.entries());
        }
        assertThat(all).hasSize(25);

        written(deletion("b2", "lamp-3"));
        assertThat(index.fingerprints(null, 10).version()).isNotEqualTo(version);
    }

    @Test
    void walksNothingInAnEmptyIndex() {
        assertThat(index.fingerprints(null, 10).entries()).isEmpty();
        assertThat(index.fingerprints(null, 10).next()).isNull();
    }

    @Test
    void queuesNothingFromARequestThatBreaksOff() throws IOException {
        long tasks = tasksOfIndex();
        String lines = "{\"id\":\"a\",\"name\":\"A\"}\n{\"id\":\"b\",\"name\":\"B\"}\n";
        URI address = URI.create(url());
        try (Socket socket = new Socket(address.getHost(), address.getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(("POST /indexes/" + uid + "/documents HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + masterKey()
                            + "\r\nContent-Type: application/x-ndjson\r\nContent-Length: " + (lines.length() + 30)
                            + "\r\n\r\n"
                            + lines)
                    .getBytes(StandardCharsets.US_ASCII));
            out.flush();
            socket.shutdownOutput();
            // Until the server has seen the end and let go.
            while (socket.getInputStream().read() >= 0) {}
        }
        written(deletion("b1", "zzz"));
        assertThat(tasksOfIndex()).isEqualTo(tasks + 1);
        assertThat(index.fingerprints(null, 10).entries()).isEmpty();
    }

    // --- failing ----------------------------------------------------------------------------------------------------

    @Test
    void knowsTheDocumentThatABatchFailedFor() {
        try (MeilisearchIndex wide =
                builder(uid, masterKey()).filterable("_geo").build()) {
            wide.prepare();
        }
        Document bad = Document.builder().put("_geo", Map.of("lat", 1)).build();
        Receipt receipt = index.write(batch("b1", upsert("good", lamp("Good", 1)), upsert("bad", bad)));

        Outcome outcome = outcome(receipt);
        assertThat(outcome.kind()).as(outcome.reason()).isEqualTo(Outcome.Kind.REFUSED);
        assertThat(outcome.reason()).contains("bad");
        assertThat(index.fingerprints(null, 10).entries()).isEmpty();
    }

    @Test
    void doesNotTakeATaskForAppliedThatItsIndexDidNotOutlive() {
        admin.done("DELETE", "/indexes/" + uid, null);
        String key = key("documents.add", "documents.delete", "tasks.get");
        try (MeilisearchIndex late = builder(uid, key).build()) {
            assertThat(outcome(late.write(lamps("b1", 0, 1))).kind()).isEqualTo(Outcome.Kind.FAILED);
            assertThat(outcome(late.write(deletion("b2", "x"))).kind()).isEqualTo(Outcome.Kind.FAILED);
        }
        assertThat(index.identify()).isEmpty();
    }

    @Test
    void doesNotMakeAnIndexWithAnotherPrimaryKeyByALateWrite() {
        admin.done("DELETE", "/indexes/" + uid, null);
        outcome(index.write(
                batch("b1", upsert("x", Document.builder().put("valid", 1).build()))));

        assertThat(admin.get("/indexes/" + uid).path("primaryKey").asText("id")).isEqualTo("id");
    }

    // --- identity ---------------------------------------------------------------------------------------------------

    @Test
    void keepsItsIdentityWhileItIsWrittenAndChangesItWhenItIsMadeAnew() {
        IndexIdentity before = index.identify().orElseThrow();
        written(lamps("b1", 0, 3));
        assertThat(index.identify()).contains(before);

        admin.done("DELETE", "/indexes/" + uid, null);
        assertThat(index.identify()).isEmpty();
        assertThat(index.prepare()).isNotEqualTo(before);
    }

    @Test
    void changesItsIdentityAndItsHistoryWhenItIsSwapped() {
        written(lamps("b1", 0, 3));
        IndexIdentity before = index.identify().orElseThrow();
        long position = index.settledPosition();
        String other = uid();
        admin.done("POST", "/indexes", "{\"uid\":\"" + other + "\",\"primaryKey\":\"id\"}");
        long swap = admin.done("POST", "/swap-indexes", "[{\"indexes\":[\"" + uid + "\",\"" + other + "\"]}]")
                .path("uid")
                .asLong();

        assertThat(index.identify()).isNotEmpty().isNotEqualTo(java.util.Optional.of(before));
        LogPage page = index.writesAfter(position, 100);
        assertThat(page.hole()).isFalse();
        assertThat(page.writes()).containsExactly(new Entry(swap, null, true));
    }

    // --- builds -----------------------------------------------------------------------------------------------------

    private AuditableIndex builtBeside() {
        AuditableIndex build = index.build("b1");
        made.add(build.name());
        build.prepare();
        assertThat(outcome(build.write(lamps("built", 0, 5)))).isEqualTo(Outcome.applied());
        return build;
    }

    @Test
    void exchangesContentsWithTheirSettingsAndTimesOfCreation() {
        admin.done("PATCH", "/indexes/" + uid + "/settings", "{\"synonyms\":{\"lamp\":[\"light\"]}}");
        written(lamps("b1", 0, 3));
        IndexIdentity old = index.identify().orElseThrow();
        AuditableIndex build = builtBeside();
        IndexIdentity built = build.identify().orElseThrow();
        assertThat(admin.get("/indexes/" + build.name() + "/settings"))
                .isEqualTo(admin.get("/indexes/" + uid + "/settings"));

        assertThat(outcome(index.swap("b1"))).isEqualTo(Outcome.applied());

        assertThat(index.identify()).contains(built);
        assertThat(index.builds()).isEqualTo(Map.of("b1", old));
        assertThat(index.count()).isEqualTo(5);
        assertThat(build.count()).isEqualTo(3);
        assertThat(index.drop("b1", built)).isFalse();
        assertThat(index.drop("b1", old)).isTrue();
        assertThat(index.builds()).isEmpty();
        assertThat(index.count()).isEqualTo(5);
    }

    @Test
    void failsASwapWithABuildThatIsNotThere() {
        Outcome outcome = outcome(index.swap("none"));

        assertThat(outcome.kind()).isEqualTo(Outcome.Kind.FAILED);
        assertThat(outcome.reason()).contains("index_not_found").contains(uid + "__stocktake_none");
    }

    @Test
    void rebuildsWithAKeyForItsIndexAndBuildsThoughThatDoesNotSeeTheSwap() {
        String key = key(
                "documents.add",
                "documents.get",
                "documents.delete",
                "indexes.get",
                "indexes.create",
                "indexes.update",
                "indexes.delete",
                "indexes.swap",
                "tasks.get",
                "settings.get",
                "settings.update");
        IndexIdentity old = index.identify().orElseThrow();
        AuditableIndex build = builtBeside();
        try (MeilisearchIndex confined = builder(uid, key).build()) {
            confined.prepare();
            confined.build("b1").prepare();
            long before = confined.settledPosition();
            Receipt swap = confined.swap("b1");
            assertThat(finalOutcome(confined, swap)).isEqualTo(Outcome.applied());
            assertThat(confined.identify()).isNotEqualTo(java.util.Optional.of(old));
            Receipt missing = confined.swap("none");
            assertThat(finalOutcome(confined, missing).kind()).isEqualTo(Outcome.Kind.FAILED);
            Receipt write = confined.write(lamps("b9", 5, 6));
            assertThat(finalOutcome(confined, write)).isEqualTo(Outcome.applied());

            LogPage page = confined.writesAfter(before, 100);
            assertThat(page.hole()).isFalse();
            assertThat(page.writes())
                    .containsExactly(new Entry(write.positions().get(0), "b9", true));
            assertThat(confined.drop("b1", old)).isTrue();
            assertThat(build.identify()).isEmpty();
        }
    }

    private Outcome finalOutcome(MeilisearchIndex asked, Receipt receipt) {
        while (true) {
            work();
            Outcome outcome = asked.outcomes(List.of(receipt)).getOrDefault(receipt, Outcome.lost("no answer"));
            if (outcome.kind() != Outcome.Kind.PENDING) {
                return outcome;
            }
        }
    }

    /** By this the version is found out with a key that may not ask for it. */
    @Test
    void refusesAParameterThatOnlyNewServersKnowInItsOwnWordsAndQueuesNothing() {
        long tasks = tasksOfIndex();
        assertThat(admin.post("/indexes/" + uid + "/documents?skipCreation=perhaps", "[]")
                        .path("code")
                        .asText())
                .isEqualTo("invalid_skip_creation");
        assertThat(tasksOfIndex()).isEqualTo(tasks);
    }

    @Test
    void readsTheLogOnOverSwapsAndRemovals() {
        long start = index.settledPosition();
        IndexIdentity old = index.identify().orElseThrow();
        long one = written(lamps("l1", 0, 1));
        AuditableIndex build = index.build("b1");
        made.add(build.name());
        build.prepare();
        Receipt built = build.write(lamps("b1", 0, 2));
        outcome(built);
        outcome(index.swap("b1"));
        long two = written(lamps("l2", 2, 3));
        assertThat(index.drop("b1", old)).isTrue();

        LogPage page = index.writesAfter(start, 100);
        assertThat(page.hole()).isFalse();
        assertThat(page.writes())
                .containsExactly(
                        new Entry(one, "l1", true),
                        new Entry(built.positions().get(0), "b1", true),
                        new Entry(two, "l2", true));
        assertThat(index.writesAfter(page.position(), 100).hole()).isFalse();
    }

    // --- the log ----------------------------------------------------------------------------------------------------

    @Test
    void tellsItsOwnWritesInOrder() {
        long start = index.settledPosition();
        long one = written(lamps("b1", 0, 2));
        long two = written(deletion("b2", "lamp-1"));
        Receipt both = index.write(new WriteBatch("b3", lamps("b3", 5, 6).upserts(), ProductKey.all("lamp-0")));
        outcome(both);

        LogPage page = index.writesAfter(start, 100);
        assertThat(page.writes())
                .containsExactly(
                        new Entry(one, "b1", true),
                        new Entry(two, "b2", true),
                        new Entry(both.positions().get(0), "b3", true),
                        new Entry(both.positions().get(1), "b3", true));
        assertThat(page.hole()).isFalse();
        assertThat(page.more()).isFalse();
        assertThat(page.position()).isGreaterThanOrEqualTo(both.positions().get(1));
        assertThat(index.writesAfter(page.position(), 100).writes()).isEmpty();
        assertThat(index.writesAfter(page.position(), 100).hole()).isFalse();
    }

    @Test
    void tellsWritesOfOthersAndDropsAndClears() {
        long start = index.settledPosition();
        long added = admin.done("POST", "/indexes/" + uid + "/documents?customMetadata=mine", "[{\"id\":1}]")
                .path("uid")
                .asLong();
        long merged = admin.done("PUT", "/indexes/" + uid + "/documents", "[{\"id\":1,\"a\":2}]")
                .path("uid")
                .asLong();
        admin.done("PATCH", "/indexes/" + uid + "/settings", "{\"stopWords\":[\"a\"]}");
        long cleared = admin.done("DELETE", "/indexes/" + uid + "/documents", null)
                .path("uid")
                .asLong();
        long failed = admin.done("POST", "/indexes/" + uid + "/documents", "[{\"id\":\"not an id\"}]")
                .path("uid")
                .asLong();
        long dropped = admin.done("DELETE", "/indexes/" + uid, null).path("uid").asLong();

        assertThat(index.writesAfter(start, 100).writes())
                .containsExactly(
                        new Entry(added, "mine", true),
                        new Entry(merged, null, true),
                        new Entry(cleared, null, true),
                        new Entry(failed, null, false),
                        new Entry(dropped, null, true));
    }

    @Test
    void tellsALongLogPageByPage() {
        long start = index.settledPosition();
        List<Long> expected = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            expected.add(written(lamps("b" + i, i, i + 1)));
        }
        List<Long> read = new ArrayList<>();
        long position = start;
        LogPage page;
        do {
            page = index.writesAfter(position, 2);
            assertThat(page.hole()).isFalse();
            page.writes().forEach(entry -> read.add(entry.position()));
            position = page.position();
        } while (page.more());
        assertThat(read).isEqualTo(expected);
    }

    @Test
    void staysBehindNothingWhenOtherIndexesAreBusy() {
        long start = index.settledPosition();
        String other = uid();
        admin.done("POST", "/indexes", "{\"uid\":\"" + other + "\",\"primaryKey\":\"id\"}");
        long busy = admin.done("POST", "/indexes/" + other + "/documents", "[{\"id\":1}]")
                .path("uid")
                .asLong();

        LogPage page = index.writesAfter(start, 100);
        assertThat(page.writes()).isEmpty();
        assertThat(page.hole()).isFalse();
        assertThat(page.position()).isGreaterThanOrEqualTo(busy);
        assertThat(index.writesAfter(page.position(), 100).hole()).isFalse();
    }

    @Test
    void saysThatTheLogHasAHoleWhenItsPlaceWasForgotten() {
        long position = written(lamps("b1", 0, 2));
        assertThat(index.writesAfter(position, 100).hole()).isFalse();
        written(lamps("b2", 2, 4));
        admin.await(admin.call("DELETE", "/tasks?uids=" + position, null)
                .path("taskUid")
                .asLong());

        LogPage page = index.writesAfter(position, 100);
        assertThat(page.hole()).isTrue();
        assertThat(index.writesAfter(page.position(), 100).hole()).isFalse();
    }

    @Test
    void saysThatTheLogHasAHoleWhenWritesBehindItsPlaceWereDeleted() {
        String other = uid();
        long place = admin.done("POST", "/indexes", "{\"uid\":\"" + other + "\",\"primaryKey\":\"id\"}")
                .path("uid")
                .asLong();
        long foreign = admin.done("POST", "/indexes/" + uid + "/documents", "[{\"id\":1}]")
                .path("uid")
                .asLong();
        forget("indexUids=" + uid + "&uids=" + foreign);

        LogPage page = index.writesAfter(place, 100);
        assertThat(page.hole()).isTrue();
        written(lamps("b1", 0, 1));
        assertThat(index.writesAfter(page.position(), 100).hole()).isFalse();
    }

    @Test
    void hasNoHoleWhereOthersTidyUp() {
        String other = uid();
        long place = written(lamps("b1", 0, 1));
        admin.done("POST", "/indexes", "{\"uid\":\"" + other + "\",\"primaryKey\":\"id\"}");
        forget("indexUids=" + other);
        forget("types=settingsUpdate,dumpCreation");
        forget("beforeFinishedAt=2020-01-01&statuses=succeeded,failed,canceled");
        long next = written(lamps("b2", 0, 1));

        assertThat(index.writesAfter(place, 100).hole()).isFalse();
        assertThat(index.writesAfter(place, 100).writes()).containsExactly(new Entry(next, "b2", true));
    }

    @Test
    void readsOnWhereADeletionNamesATaskTwice() {
        String other = uid();
        long place = written(lamps("b1", 0, 1));
        long theirs = admin.done("POST", "/indexes", "{\"uid\":\"" + other + "\",\"primaryKey\":\"id\"}")
                .path("uid")
                .asLong();
        forget("indexUids=" + other + "," + other + "&uids=" + theirs + "," + theirs);
        long next = written(lamps("b2", 0, 1));

        assertThat(index.writesAfter(place, 100).hole()).isFalse();
        assertThat(index.writesAfter(place, 100).writes()).containsExactly(new Entry(next, "b2", true));
    }

    @Test
    void hasNoHoleWhereADeletionFoundNothingBehindItsPlace() {
        long place = written(lamps("b1", 0, 1));
        long next = written(lamps("b2", 0, 1));
        forget("statuses=canceled&indexUids=" + uid);

        assertThat(index.writesAfter(place, 100).hole()).isFalse();
        assertThat(index.writesAfter(place, 100).writes()).containsExactly(new Entry(next, "b2", true));
    }

    private void forget(String filter) {
        admin.await(
                admin.call("DELETE", "/tasks?" + filter, null).path("taskUid").asLong());
    }

    @Test
    void countsATaskWhoseNumberIsNotYetGivenOutAsAHole() {
        LogPage page = index.writesAfter(2_000_000_000L, 100);

        assertThat(page.hole()).isTrue();
        assertThat(index.writesAfter(page.position(), 100).hole()).isFalse();
    }

    @Test
    void losesAWriteWhoseTaskWasForgotten() {
        Receipt receipt = index.write(lamps("b1", 0, 1));
        outcome(receipt);
        admin.await(admin.call("DELETE", "/tasks?uids=" + receipt.positions().get(0), null)
                .path("taskUid")
                .asLong());

        assertThat(outcome(receipt).kind()).isEqualTo(Outcome.Kind.LOST);
    }

    /** Names the codes that only a real server can vouch for. */
    @Test
    void asksForManyTasksAtOnce() {
        List<Receipt> receipts = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            receipts.add(index.write(lamps("b" + i, i, i + 1)));
        }
        outcome(receipts.get(4));

        Map<Receipt, Outcome> outcomes = index.outcomes(receipts);
        assertThat(outcomes.keySet()).isEqualTo(Set.copyOf(receipts));
        assertThat(outcomes.values()).containsOnly(Outcome.applied());
    }
}
