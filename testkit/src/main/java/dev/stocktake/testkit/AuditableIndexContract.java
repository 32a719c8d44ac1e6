package dev.stocktake.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stocktake.AuditableIndex;
import dev.stocktake.Document;
import dev.stocktake.Fingerprint;
import dev.stocktake.FingerprintPage;
import dev.stocktake.ProductKey;
import dev.stocktake.SearchIndex;
import dev.stocktake.UnavailableException;
import dev.stocktake.WriteBatch.Upsert;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link AuditableIndex} must promise: it gives back the fingerprints it was sent, by ids and page by
 * page, and the documents.
 *
 * <p>An adapter's test extends it with the same {@link IndexHarness} as for {@link SearchIndexContract}.
 */
public abstract class AuditableIndexContract extends IndexContract {

    @Override
    final AuditableIndex index() {
        return auditable(super.index());
    }

    private static AuditableIndex auditable(SearchIndex index) {
        if (index instanceof AuditableIndex auditable) {
            return auditable;
        }
        throw new AssertionError("The harness gives a " + index.getClass().getName() + ", which cannot be audited");
    }

    // --- by ids
    // -------------------------------------------------------------------------------------------------------

    @Test
    void givesBackTheFingerprintsItWasSent() {
        put(A, "Lamp");
        put(B, "Desk");

        assertThat(index().fingerprints(List.of(A, B, C)))
                .isEqualTo(Map.of(A, fingerprint(lamp("Lamp")), B, fingerprint(lamp("Desk"))));
    }

    @Test
    void givesBackTheLastFingerprint() {
        put(A, "Lamp");
        put(A, "Floor lamp");

        assertThat(index().fingerprints(List.of(A))).isEqualTo(Map.of(A, fingerprint(lamp("Floor lamp"))));
    }

    @Test
    void givesNoFingerprintOfWhatWasRemoved() {
        put(A, "Lamp");
        applied(remove(A));

        assertThat(index().fingerprints(List.of(A))).isEmpty();
    }

    @Test
    void givesNothingWhenAskedForNothing() {
        put(A, "Lamp");

        assertThat(index().fingerprints(List.of())).isEmpty();
    }

    @Test
    void givesThousandsOfFingerprintsAtOnce() {
        List<ProductKey> keys = many(2_500);
        putAll(keys);
        List<ProductKey> asked = new ArrayList<>(keys);
        asked.add(A);

        assertThat(index().fingerprints(asked)).containsOnlyKeys(keys);
    }

    @Test
    void showsNoFingerprintThatIsNotYetApplied() {
        needs(Capability.HELD_BACK_WRITES);
        put(A, "Lamp");
        harness().holdBack();
        write(upsert(A, "Floor lamp"), upsert(B, "Desk"));

        assertThat(index().fingerprints(List.of(A, B))).isEqualTo(Map.of(A, fingerprint(lamp("Lamp"))));
        harness().letGo();
    }

    @Test
    void givesTheFingerprintsOfAwkwardKeys() {
        List<ProductKey> keys = awkwardKeys();
        Map<ProductKey, Fingerprint> sent = putAwkward(keys);

        assertThat(index().fingerprints(keys)).isEqualTo(sent);
        keys.forEach(key -> assertThat(index().fingerprints(List.of(key)))
                .as(key.value())
                .isEqualTo(Map.of(key, fingerprint(lamp("Lamp " + key)))));
    }

    private Map<ProductKey, Fingerprint> putAwkward(List<ProductKey> keys) {
        Map<ProductKey, Fingerprint> sent = new LinkedHashMap<>();
        List<Upsert> upserts = new ArrayList<>();
        for (ProductKey key : keys) {
            Upsert upsert = upsert(key, "Lamp " + key);
            upserts.add(upsert);
            sent.put(key, upsert.fingerprint());
        }
        applied(write(upserts, List.of()));
        return sent;
    }

    // --- page by page
    // -------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"0, 3", "1, 3", "2, 3", "3, 3", "4, 3", "6, 3", "7, 3", "5, 1", "5, 100"})
    void listsEveryDocumentOnce(int documents, int limit) {
        List<ProductKey> keys = many(documents);
        putAll(keys);

        List<ProductKey> listed = new ArrayList<>();
        Set<String> versions = new HashSet<>();
        for (FingerprintPage page : walk(limit)) {
            assertThat(page.entries()).hasSizeLessThanOrEqualTo(limit);
            page.entries().forEach((key, fingerprint) -> {
                listed.add(key);
                assertThat(fingerprint).isEqualTo(fingerprint(lamp("Lamp " + key)));
            });
            versions.add(page.version());
        }

        assertThat(listed).containsExactlyInAnyOrderElementsOf(keys);
        assertThat(versions).as("nothing moved").hasSize(1);
    }

    @Test
    void listsAwkwardKeys() {
        Map<ProductKey, Fingerprint> sent = putAwkward(awkwardKeys());

        Map<ProductKey, Fingerprint> listed = new LinkedHashMap<>();
        walk(7).forEach(page -> listed.putAll(page.entries()));

        assertThat(listed).isEqualTo(sent);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5, 11})
    void missesNothingOrSaysThatTheListingMoved(int removed) {
        List<ProductKey> keys = many(12);
        putAll(keys);
        List<ProductKey> inItsOrder = new ArrayList<>();
        walk(100).forEach(page -> inItsOrder.addAll(page.entries().keySet()));
        ProductKey gone = keys.get(removed);

        Set<ProductKey> listed = new HashSet<>();
        Set<String> versions = new HashSet<>();
        FingerprintPage page = index().fingerprints(null, 5);
        read(page, listed, versions);
        applied(remove(gone));
        while (page.next() != null) {
            page = index().fingerprints(page.next(), 5);
            read(page, listed, versions);
        }

        if (versions.size() == 1) {
            Set<ProductKey> lasting = new HashSet<>(keys);
            lasting.remove(gone);
            assertThat(listed).as("of a listing that is said not to have moved").containsAll(lasting);
        }
    }

    private static void read(FingerprintPage page, Set<ProductKey> listed, Set<String> versions) {
        listed.addAll(page.entries().keySet());
        versions.add(page.version());
    }

    private List<FingerprintPage> walk(int limit) {
        List<FingerprintPage> pages = new ArrayList<>();
        @Nullable String cursor = null;
        do {
            FingerprintPage page = index().fingerprints(cursor, limit);
            pages.add(page);
            cursor = page.next();
        } while (cursor != null);
        return pages;
    }

    // --- how many
    // -----------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 1_500})
    void countsWhatItHolds(int documents) {
        putAll(many(documents));

        assertThat(index().count()).isEqualTo(documents);
    }

    @Test
    void countsNeitherWhatWasRemovedNorWhatWasReplaced() {
        putAll(many(5));
        applied(remove(many(2).get(0), many(2).get(1), A));
        putAll(many(5).subList(2, 4));

        assertThat(index().count()).isEqualTo(3);
    }

    @Test
    void countsNothingThatIsNotYetApplied() {
        needs(Capability.HELD_BACK_WRITES);
        put(A, "Lamp");
        harness().holdBack();
        write(upsert(A, "Floor lamp"), upsert(B, "Desk"));

        assertThat(index().count()).isEqualTo(1);
        harness().letGo();
    }

    @Test
    void holdsNothingWhenItIsMadeAnew() {
        needs(Capability.RECREATION);
        put(A, "Lamp");
        harness().recreate();

        assertThat(index().count()).isZero();
        assertThat(index().documents(List.of(A))).isEmpty();
    }

    @Test
    @Tag(UNPREPARED)
    void holdsNothingBeforeItIsPrepared() {
        assertThat(index().count()).isZero();
        assertThat(index().documents(List.of(A))).isEmpty();
        assertThat(index().fingerprints(List.of(A))).isEmpty();
        assertThat(index().fingerprints(null, 10).entries()).isEmpty();
    }

    @Test
    void saysThatItCannotBeReached() {
        needs(Capability.UNREACHABLE);
        AuditableIndex nowhere = auditable(harness().unreachable());

        List.<ThrowingCallable>of(
                        nowhere::count,
                        () -> nowhere.documents(List.of(A)),
                        () -> nowhere.fingerprints(List.of(A)),
                        () -> nowhere.fingerprints(null, 10))
                .forEach(question -> assertThatThrownBy(question).isInstanceOf(UnavailableException.class));
    }

    // --- documents
    // ----------------------------------------------------------------------------------------------------

    @Test
    void givesBackTheDocumentsItWasSentAndNoOther() {
        put(A, "Lamp");
        put(B, "Desk");

        assertGivesBack(Map.of(A, lamp("Lamp"), B, lamp("Desk")), List.of(A, B, C));
        assertGivesBack(Map.of(B, lamp("Desk")), List.of(B));
        assertGivesBack(Map.of(), List.of(C));
        assertGivesBack(Map.of(), List.of());
    }

    @Test
    void givesBackTheLastDocumentAndNoneThatWasRemoved() {
        put(A, "Lamp");
        put(A, "Floor lamp");
        put(B, "Desk");
        applied(remove(B));

        assertGivesBack(Map.of(A, lamp("Floor lamp")), List.of(A, B));
    }

    @Test
    void givesThousandsOfDocumentsAtOnce() {
        List<ProductKey> keys = many(2_500);
        putAll(keys);
        List<ProductKey> asked = new ArrayList<>(keys);
        asked.add(A);
        Map<ProductKey, Document> expected = new LinkedHashMap<>();
        keys.forEach(key -> expected.put(key, lamp("Lamp " + key)));

        assertGivesBack(expected, asked);
    }

    @Test
    void givesBackTheDocumentsOfAwkwardKeys() {
        List<ProductKey> keys = awkwardKeys();
        putAwkward(keys);
        Map<ProductKey, Document> expected = new LinkedHashMap<>();
        keys.forEach(key -> expected.put(key, lamp("Lamp " + key)));

        assertGivesBack(expected, keys);
    }

    static List<Document> awkwardDocuments() {
        Map<String, @Nullable Object> deep = new LinkedHashMap<>();
        deep.put("nothing", null);
        deep.put("list", Arrays.asList(1, null, "x", List.of(), Map.of("k", List.of(true, false))));
        return List.of(
                Document.builder().build(),
                Document.builder().put("nothing", null).put("empty", "").build(),
                Document.builder().put("deep", deep).put("none", Map.of()).build(),
                Document.builder()
                        .put("title", "Lämp 灯 🦆 \u0000 \u2028 \"'\\ \ud83e\udd86 a\u0308 ä")
                        .put("灯 with blanks", "<b>&amp;</b>\r\n\t")
                        .build(),
                Document.builder()
                        .put("largest", Long.MAX_VALUE)
                        .put("smallest", Long.MIN_VALUE)
                        .put("beyond a double", 9_007_199_254_740_993L)
                        .put("beyond a long", new BigInteger("18446744073709551615"))
                        .put("huge", BigInteger.TWO.pow(200).add(BigInteger.ONE))
                        .build(),
                Document.builder()
                        .put("amount", new BigDecimal("19.90"))
                        .put("whole", new BigDecimal("7.00"))
                        .put("digits", new BigDecimal("0.12345678901234567890123"))
                        .put("tiny", new BigDecimal("1E-300"))
                        .put("wide", new BigDecimal("-1.5E+300"))
                        .put("zero", new BigDecimal("0.000"))
                        .build(),
                Document.builder().put("long", "Lamp ".repeat(50_000)).build(),
                Document.builder().put("doubles", doubles()).build());
    }

    /** As computed ratings, weights and coordinates look: up to 17 digits each. */
    private static List<Double> doubles() {
        Random random = new Random(17);
        List<Double> doubles = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            doubles.add(random.nextGaussian() * Math.pow(10, random.nextInt(40) - 20));
        }
        return doubles;
    }

    @ParameterizedTest
    @MethodSource("awkwardDocuments")
    void givesBackWhateverADocumentCanHold(Document document) {
        applied(write(upsert(A, document), upsert(B, "Desk")));

        assertGivesBack(Map.of(A, document, B, lamp("Desk")), List.of(A, B));
    }

    @Test
    void givesBackAnIdOnlyWhereTheDocumentHasOne() {
        Map<ProductKey, Document> expected = new LinkedHashMap<>();
        for (String key : List.of("17", "x", "a/b", "ü".repeat(ProductKey.MAX_LENGTH - 1))) {
            expected.put(ProductKey.of(key), with(lamp("With"), "id", key));
            expected.put(ProductKey.of(key + "0"), lamp("Without"));
        }
        expected.put(ProductKey.of(18), with(lamp("Number"), "id", 18));
        applied(write(
                expected.entrySet().stream()
                        .map(entry -> upsert(entry.getKey(), entry.getValue()))
                        .toList(),
                List.of()));

        assertGivesBack(expected, expected.keySet());
    }

    @Test
    void showsNoDocumentThatIsNotYetApplied() {
        needs(Capability.HELD_BACK_WRITES);
        put(A, "Lamp");
        harness().holdBack();
        write(upsert(A, "Floor lamp"), upsert(B, "Desk"));

        assertGivesBack(Map.of(A, lamp("Lamp")), List.of(A, B));
        harness().letGo();
    }

    private static Document with(Document document, String field, @Nullable Object value) {
        Document.Builder more = Document.builder();
        document.fields().forEach(more::put);
        return more.put(field, value).build();
    }

    private void assertGivesBack(Map<ProductKey, Document> expected, Collection<ProductKey> asked) {
        Map<ProductKey, Document> found = index().documents(asked);

        assertThat(found.keySet()).isEqualTo(expected.keySet());
        found.forEach((key, document) -> assertThat(
                        expected.getOrDefault(key, document).differences(document))
                .as("of what came back for product '%s'", key)
                .isEmpty());
    }

    // --- other people's writes
    // ----------------------------------------------------------------------------------------

    @Test
    void listsForeignDocumentsWithoutAFingerprint() {
        needs(Capability.FOREIGN_WRITES);
        put(A, "Lamp");
        harness().writeElsewhere(B, lamp("Somebody else's desk"));

        Map<ProductKey, Fingerprint> expected = Map.of(A, fingerprint(lamp("Lamp")), B, Fingerprint.UNKNOWN);
        assertThat(index().fingerprints(List.of(A, B, C))).isEqualTo(expected);
        assertThat(walk(10).get(0).entries()).isEqualTo(expected);
    }

    @Test
    void noticesThatADocumentWasReplacedByOthers() {
        needs(Capability.FOREIGN_WRITES);
        put(A, "Lamp");
        harness().writeElsewhere(A, lamp("Altered"));

        assertThat(index().fingerprints(List.of(A))).isEqualTo(Map.of(A, Fingerprint.UNKNOWN));
    }

    @Test
    void noticesThatADocumentWasRemovedByOthers() {
        needs(Capability.FOREIGN_WRITES);
        put(A, "Lamp");
        harness().eraseElsewhere(A);

        assertThat(index().fingerprints(List.of(A))).isEmpty();
        assertThat(walk(10).get(0).entries()).isEmpty();
    }

    @Test
    void countsAndGivesBackWhatOthersWrote() {
        needs(Capability.FOREIGN_WRITES);
        put(A, "Lamp");
        put(C, "Chair");
        harness().writeElsewhere(A, with(lamp("Altered"), "stock", null));
        harness().writeElsewhere(B, with(lamp("Somebody else's desk"), "extra", List.of(Map.of("a", 1))));
        harness().eraseElsewhere(C);

        assertThat(index().count()).isEqualTo(2);
        assertGivesBack(
                Map.of(
                        A, with(lamp("Altered"), "stock", null),
                        B, with(lamp("Somebody else's desk"), "extra", List.of(Map.of("a", 1)))),
                List.of(A, B, C));
        assertThat(lamp("Lamp").differences(index().documents(List.of(A)).getOrDefault(A, lamp("Lamp"))))
                .containsExactly("title", "stock");
    }
}
