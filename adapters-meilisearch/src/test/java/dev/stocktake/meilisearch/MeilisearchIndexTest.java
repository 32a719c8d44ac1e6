package dev.stocktake.meilisearch;

import static dev.stocktake.meilisearch.Samples.batch;
import static dev.stocktake.meilisearch.Samples.deletion;
import static dev.stocktake.meilisearch.Samples.lamp;
import static dev.stocktake.meilisearch.Samples.lamps;
import static dev.stocktake.meilisearch.Samples.upsert;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stocktake.Document;
import dev.stocktake.Fingerprint;
import dev.stocktake.FingerprintPage;
import dev.stocktake.IndexIdentity;
import dev.stocktake.Outcome;
import dev.stocktake.ProductKey;
import dev.stocktake.Receipt;
import dev.stocktake.WriteBatch;
import dev.stocktake.WriteBatch.Upsert;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class MeilisearchIndexTest {

    private final MeilisearchStandIn server = MeilisearchStandIn.manual();
    private final MeilisearchIndex index =
            Samples.index(server).sleeper(time -> server.drain()).build();

    @BeforeEach
    void prepares() {
        index.prepare();
        server.forgetRequests();
    }

    @AfterEach
    void closes() {
        index.close();
        server.close();
    }

    private Outcome outcome(Receipt receipt) {
        return index.outcomes(List.of(receipt)).getOrDefault(receipt, Outcome.lost("no answer"));
    }

    private Outcome written(WriteBatch batch) {
        Receipt receipt = index.write(batch);
        server.drain();
        return outcome(receipt);
    }

    private JsonNode stored(String id) {
        return server.document("lamps", id).orElseThrow();
    }

    @Nested
    class Writing {

        @Test
        void isAppliedWhenTheTaskHasSucceededAndNotBefore() {
            Receipt receipt = index.write(batch("b1", upsert("lamp-1", lamp("Reading lamp", 3))));
            assertThat(outcome(receipt).kind()).isEqualTo(Outcome.Kind.PENDING);
            server.beginBatch();
            assertThat(outcome(receipt).kind()).isEqualTo(Outcome.Kind.PENDING);
            server.tick();

            assertThat(outcome(receipt)).isEqualTo(Outcome.applied());
            assertThat(stored("lamp-1").path("name").asText()).isEqualTo("Reading lamp");
        }

        @Test
        void sendsOneRequestForAllDocumentsAndOneForAllDeletions() {
            WriteBatch some = lamps("b1", 0, 50);
            index.write(new WriteBatch("b1", some.upserts(), ProductKey.all("x", "y")));

            assertThat(server.requests())
                    .containsExactly(
                            "POST /indexes/lamps/documents?{primaryKey=id, customMetadata=b1}",
                            "POST /indexes/lamps/documents/delete-batch?{customMetadata=b1}");
        }

        @Test
        void sendsWhatItHasSpeltBefore() {
            WriteBatch plain = lamps("b1", 0, 50);
            List<Upsert> spelt = plain.upserts().stream()
                    .map(upsert -> new Upsert(
                            upsert.key(),
                            // What was spelt is sent, and nothing is spelt again.
                            lamp("never seen", 0),
                            upsert.fingerprint(),
                            index.spell(upsert.key(), upsert.document(), upsert.fingerprint())))
                    .toList();

            assertThat(written(new WriteBatch("b1", spelt, List.of()))).isEqualTo(Outcome.applied());
            assertThat(stored("lamp-7").path("name").asText()).isEqualTo("Lamp 7");
            assertThat(index.documents(ProductKey.all("lamp-7"))).containsValue(lamp("Lamp 7", 7));
        }

        @Test
        void refusesWhenItSendsWhatItFoundUnfitWhenItSpeltIt() {
            Upsert bad = upsert("bad", lamp("half \ud83d", 1));
            Object spelt = index.spell(bad.key(), bad.document(), bad.fingerprint());

            Receipt receipt = index.write(batch(
                    "b1",
                    new Upsert(bad.key(), bad.document(), bad.fingerprint(), spelt),
                    upsert("good", lamp("Lamp", 1))));
            server.drain();

            assertThat(receipt.refused()).containsOnlyKeys(bad.key());
            assertThat(outcome(receipt)).isEqualTo(Outcome.applied());
            assertThat(stored("good").path("name").asText()).isEqualTo("Lamp");
        }

        @Test
        void sendsNothingForNothing() {
            Receipt receipt = index.write(new WriteBatch("b1", List.of(), List.of()));

            assertThat(receipt.positions()).isEmpty();
            assertThat(outcome(receipt)).isEqualTo(Outcome.applied());
            assertThat(server.requests()).isEmpty();
        }

        @Test
        void asksForManyTasksInOneRequest() {
            List<Receipt> receipts = List.of(
                    index.write(lamps("b1", 0, 2)), index.write(lamps("b2", 2, 4)), index.write(lamps("b3", 4, 6)));
            server.drain();
            server.forgetRequests();

            assertThat(index.outcomes(receipts))
                    .hasSize(3)
                    .allSatisfy((receipt, outcome) -> assertThat(outcome).isEqualTo(Outcome.applied()));
            assertThat(server.requests()).hasSize(1);
        }

        @Test
        void replacesDocumentsWhole() {
            written(batch(
                    "b1",
                    upsert(
                            "lamp-1",
                            Document.builder()
                                    .put("name", "Old")
                                    .put("color", "red")
                                    .build())));
            written(batch("b2", upsert("lamp-1", lamp("New", 1))));

            assertThat(stored("lamp-1").has("color")).isFalse();
        }

        @Test
        void removesDocuments() {
            written(lamps("b1", 0, 3));

            assertThat(written(deletion("b2", "lamp-1", "unknown"))).isEqualTo(Outcome.applied());
            assertThat(server.size("lamps")).isEqualTo(2);
        }

        @Test
        void keepsNumbersExact() {
            written(batch(
                    "b1",
                    upsert(
                            "n",
                            Document.builder()
                                    .put("big", Long.MAX_VALUE)
                                    .put("price", new BigDecimal("19.90"))
                                    .put("nothing", null)
                                    .put("list", List.of(1, Map.of("a", true)))
                                    .build())));

            JsonNode stored = stored("n");
            assertThat(stored.path("big").asLong()).isEqualTo(Long.MAX_VALUE);
            assertThat(stored.path("price").asDouble()).isEqualTo(19.9);
            assertThat(stored.path("nothing").isNull()).isTrue();
            assertThat(stored.path("list").toString()).isEqualTo("[1,{\"a\":true}]");
        }

        @Test
        void splitsWhatIsTooLargeForOneRequest() {
            try (MeilisearchIndex small = Samples.index(server)
                    .limits(new dev.stocktake.BatchLimits(100, 1_000))
                    .build()) {
                Receipt receipt = small.write(lamps("b1", 0, 30));
                server.drain();

                assertThat(receipt.positions()).hasSizeGreaterThan(2);
                assertThat(small.outcomes(List.of(receipt))).containsEntry(receipt, Outcome.applied());
                assertThat(server.size("lamps")).isEqualTo(30);
            }
        }

        @Test
        void compressesWhereAsked() {
            try (MeilisearchIndex zipped = Samples.index(server).gzip(true).build()) {
                zipped.write(lamps("b1", 0, 500));
                server.drain();

                assertThat(server.size("lamps")).isEqualTo(500);
            }
        }
    }

    @Nested
    class Ids {

        @Test
        void areWrittenInAnAllowedFormAndFoundAgain() {
            Document document = lamp("Floor lamp", 2);
            written(batch("b1", upsert("floor/lamp #1", document)));

            assertThat(index.fingerprints(ProductKey.all("floor/lamp #1", "floor")))
                    .containsExactly(Map.entry(ProductKey.of("floor/lamp #1"), Fingerprint.of(document, "1")));
            assertThat(written(deletion("b2", "floor/lamp #1"))).isEqualTo(Outcome.applied());
            assertThat(server.size("lamps")).isZero();
        }

        @Test
        void keepTheSpellingOfTheDocumentIfItIsTheSameId() {
            written(batch(
                    "b1",
                    upsert(
                            "17",
                            Document.builder()
                                    .put("id", 17)
                                    .put("name", "Seventeen")
                                    .build())));

            assertThat(stored("17").path("id").isIntegralNumber()).isTrue();
        }
    }

    @Nested
    class Refusing {

        private String reason(WriteBatch.Upsert upsert) {
            Receipt receipt =
                    index.write(new WriteBatch("b1", List.of(upsert, upsert("good", lamp("Good", 1))), List.of()));
            server.drain();
            assertThat(outcome(receipt)).isEqualTo(Outcome.applied());
            assertThat(server.document("lamps", "good")).isPresent();
            return receipt.refused().getOrDefault(upsert.key(), "not refused");
        }

        @Test
        void leavesOutAnIdThatIsNoUnicode() {
            assertThat(reason(upsert("a\ud800", lamp("Half", 1)))).contains("Unicode");
        }

        @Test
        void leavesOutADocumentWithTheReservedField() {
            assertThat(reason(upsert(
                            "x", Document.builder().put("stocktake_key", "mine").build())))
                    .contains("reserved");
        }

        @Test
        void leavesOutADocumentWhoseIdFieldIsSomethingElse() {
            assertThat(reason(upsert("x", Document.builder().put("id", "other").build())))
                    .contains("'primaryKey'");
        }

        @Test
        void leavesOutANumberBeyondWhatTheServerReads() {
            assertThat(reason(upsert(
                            "x",
                            Document.builder()
                                    .put("dim", Map.of("w", new BigDecimal("1e400")))
                                    .build())))
                    .contains("'dim.w'");
            assertThat(reason(upsert(
                            "y",
                            Document.builder().put("most", Double.MAX_VALUE).build())))
                    .contains("'most'");
        }

        @Test
        void leavesOutTextThatIsNoUnicode() {
            assertThat(reason(upsert(
                            "x", Document.builder().put("name", "a\ud800b").build())))
                    .contains("Unicode");
            assertThat(reason(upsert("x", Document.builder().put("a\ud800b", 1).build())))
                    .contains("Unicode");
        }

        @Test
        void leavesOutADocumentWhoseIdFieldIsNothing() {
            assertThat(reason(upsert("x", Document.builder().put("id", null).build())))
                    .contains("'primaryKey'");
        }

        @Test
        void leavesOutADocumentOf200MegabytesWithoutCopyingIt() {
            String megabyte = "x".repeat(1_000_000);
            assertThat(reason(upsert(
                            "x",
                            Document.builder()
                                    .put("pages", Collections.nCopies(200, megabyte))
                                    .build())))
                    .contains("20000000 bytes", "shorten it", "'limits'");
        }

        @Test
        void leavesOutADocumentThatIsTooLarge() {
            try (MeilisearchIndex small = Samples.index(server)
                    .limits(new dev.stocktake.BatchLimits(100, 1_000))
                    .build()) {
                Receipt receipt = small.write(batch(
                        "b1", upsert("large", lamp("x".repeat(2_000_000), 1)), upsert("good", lamp("Good", 1))));

                assertThat(receipt.refused().get(ProductKey.of("large"))).contains("1000 bytes");
                assertThat(receipt.positions()).hasSize(1);
            }
        }

        @Test
        void leavesOutADocumentWithTooManyFields() {
            Map<String, Object> fields = new HashMap<>();
            for (int i = 0; i < 65_535; i++) {
                fields.put("f" + i, 1);
            }
            assertThat(reason(upsert("x", Document.of(fields)))).contains("65538 fields");
        }
    }

    @Nested
    class Failing {

        @Test
        void isRefusedWhereTheServerNamesADocumentOfTheBatch() {
            filterByPlace();
            Receipt bad = index.write(batch(
                    "b1",
                    upsert("x", Document.builder().put("_geo", Map.of("lat", 1)).build())));
            Receipt innocent = index.write(lamps("b2", 0, 2));
            server.drain();

            assertThat(outcome(bad).kind()).isEqualTo(Outcome.Kind.REFUSED);
            assertThat(outcome(bad).reason()).contains("invalid_document_geo_field");
            assertThat(outcome(innocent).kind()).isEqualTo(Outcome.Kind.FAILED);
            assertThat(server.size("lamps")).isZero();
        }

        private void filterByPlace() {
            try (MeilisearchIndex wide = Samples.index(server)
                    .filterable("_geo")
                    .sleeper(time -> server.drain())
                    .build()) {
                wide.prepare();
            }
        }

        @Test
        void isRefusedWhereTheServerNamesNobodyAndTheBatchRanAlone() {
            server.failNextBatch("max_fields_limit_exceeded", "A document cannot contain more than 65,535 fields.");
            assertThat(written(lamps("b1", 0, 2)).kind()).isEqualTo(Outcome.Kind.REFUSED);
        }

        @Test
        void isNoRefusalWhereTheServerNamesNobodyAndTheBatchHadCompany() {
            server.failNextBatch("max_fields_limit_exceeded", "A document cannot contain more than 65,535 fields.");
            Receipt one = index.write(lamps("b1", 0, 2));
            Receipt two = index.write(lamps("b2", 2, 4));
            server.drain();

            assertThat(outcome(one).kind()).isEqualTo(Outcome.Kind.FAILED);
            assertThat(outcome(two).kind()).isEqualTo(Outcome.Kind.FAILED);
        }

        @Test
        void isAFailureWhereTheServerHasTroubleOfItsOwn() {
            server.failNextBatch("internal", "An unexpected crash occurred when processing the task");
            Outcome outcome = written(lamps("b1", 0, 2));

            assertThat(outcome.kind()).isEqualTo(Outcome.Kind.FAILED);
            assertThat(outcome.reason()).contains("internal", "unexpected crash");
        }

        @Test
        void isLostWhereTheTaskIsForgotten() {
            Receipt receipt = index.write(lamps("b1", 0, 2));
            server.drain();
            server.purge(100);

            assertThat(outcome(receipt).kind()).isEqualTo(Outcome.Kind.LOST);
        }

        @Test
        void isLostWhereTheTaskIsAnotherAfterARestore() {
            MeilisearchStandIn.Backup backup = server.backup();
            Receipt receipt = index.write(lamps("b1", 0, 2));
            server.drain();
            server.restore(backup);
            index.write(lamps("b2", 2, 4));
            server.drain();

            assertThat(outcome(receipt).kind()).isEqualTo(Outcome.Kind.LOST);
        }

        @Test
        void survivesAProcessThatDiesBeforeItNotesTheBatch() {
            Receipt receipt = index.write(lamps("b1", 0, 2));
            server.tickAndDie();
            assertThat(outcome(receipt).kind()).isEqualTo(Outcome.Kind.PENDING);
            server.drain();

            assertThat(outcome(receipt)).isEqualTo(Outcome.applied());
        }
    }

    @Nested
    class Listing {

        @Test
        void tellsTheFingerprintOfEachDocumentAndOfNoOther() {
            written(lamps("b1", 0, 30));

            Map<ProductKey, Fingerprint> found = index.fingerprints(ProductKey.all("lamp-3", "lamp-29", "lamp-30"));

            assertThat(found)
                    .containsOnlyKeys(ProductKey.all("lamp-3", "lamp-29").toArray(ProductKey[]::new));
            assertThat(found).containsEntry(ProductKey.of("lamp-3"), Fingerprint.of(lamp("Lamp 3", 3), "1"));
        }

        @Test
        void findsMoreDocumentsThanTheServersUsualPage() {
            WriteBatch many = lamps("b1", 0, 100);
            written(many);

            assertThat(index.fingerprints(
                            many.upserts().stream().map(WriteBatch.Upsert::key).toList()))
                    .hasSize(100);
        }

        @Test
        void walksEverythingPageByPage() {
            written(lamps("b1", 0, 25));
            Map<ProductKey, Fingerprint> all = new HashMap<>();
            FingerprintPage page = index.fingerprints(null, 10);
            String version = page.version();
            all.putAll(page.entries());
            while (page.next() != null) {
                page = index.fingerprints(page.next(), 10);
                all.putAll(page.entries());
                assertThat(page.version()).isEqualTo(version);
            }
            assertThat(all).hasSize(25);
        }

        @Test
        void tellsWhenTheListingMoved() {
            written(lamps("b1", 0, 25));
            String version = index.fingerprints(null, 10).version();
            written(deletion("b2", "lamp-3"));

            assertThat(index.fingerprints("10", 10).version()).isNotEqualTo(version);
        }

        @Test
        void tellsWhenTheListingMovesDuringThePage() {
            written(lamps("b1", 0, 25));
            String version = index.fingerprints(null, 10).version();
            Runnable release = server.holdNext("POST /indexes/lamps/documents/fetch");
            index.write(deletion("b2", "lamp-3"));
            Thread other = new Thread(() -> {
                while (server.requests().stream().noneMatch(line -> line.contains("fetch"))) {
                    Thread.onSpinWait();
                }
                server.drain();
                release.run();
            });
            server.forgetRequests();
            other.start();

            assertThat(index.fingerprints("10", 10).version()).isNotEqualTo(version);
        }

        @Test
        void isEmptyWhereThereIsNoIndex() {
            try (MeilisearchIndex none = Samples.index(server.url(), MeilisearchStandIn.MASTER_KEY, "none")
                    .build()) {
                assertThat(none.identify()).isEmpty();
                assertThat(none.fingerprints(ProductKey.all("a"))).isEmpty();
                assertThat(none.fingerprints(null, 10).entries()).isEmpty();
                assertThat(none.fingerprints(null, 10).next()).isNull();
            }
        }
    }

    @Nested
    class GivingBack {

        private long fetches() {
            return server.requests().stream()
                    .filter(line -> line.contains("documents/fetch"))
                    .count();
        }

        @Test
        void asksOnceForADocumentAndOnceForTheirNumber() {
            written(lamps("b1", 0, 3));
            server.forgetRequests();

            assertThat(index.documents(ProductKey.all("lamp-1"))).hasSize(1);
            assertThat(index.count()).isEqualTo(3);
            assertThat(server.requests()).hasSize(2);
        }

        @Test
        void asksForMoreAtOnceWhereDocumentsAreSmall() {
            WriteBatch many = lamps("b1", 0, 2_500);
            written(many);

            assertThat(index.documents(
                            many.upserts().stream().map(WriteBatch.Upsert::key).toList()))
                    .hasSize(2_500);
            assertThat(fetches()).isEqualTo(5);
        }

        @Test
        void asksForFewerAtOnceWhereDocumentsAreLarge() {
            WriteBatch.Upsert[] large = new WriteBatch.Upsert[11];
            for (int i = 0; i < large.length; i++) {
                large[i] = upsert("large-" + i, lamp("x".repeat(3_300_000), i));
            }
            written(batch("b1", large));

            Map<ProductKey, Document> found = index.documents(
                    List.of(large).stream().map(WriteBatch.Upsert::key).toList());
            assertThat(found)
                    .hasSize(11)
                    .allSatisfy((key, document) ->
                            assertThat(document.get("name")).asString().hasSize(3_300_000));
            assertThat(fetches()).isEqualTo(12);
        }

        @Test
        void givesTextBackThatIsLongerThanJsonReadersUsuallyTake() {
            try (MeilisearchIndex wide = Samples.index(server)
                    .limits(new dev.stocktake.BatchLimits(10, 40_000_000))
                    .build()) {
                wide.write(batch("b1", upsert("long", lamp("x".repeat(21_000_000), 1))));
                server.drain();

                assertThat(wide.documents(ProductKey.all("long"))).hasSize(1);
            }
        }
    }

    @Nested
    class Identity {

        @Test
        void staysWhenTheIndexIsWritten() {
            IndexIdentity before = index.identify().orElseThrow();
            written(lamps("b1", 0, 3));
            server.restart();

            assertThat(index.identify()).contains(before);
            assertThat(index.prepare()).isEqualTo(before);
        }
    }
}
