package dev.stocktake.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.AuditableIndex;
import dev.stocktake.Fingerprint;
import dev.stocktake.FingerprintPage;
import dev.stocktake.ProductKey;
import dev.stocktake.SearchIndex;
import dev.stocktake.WriteBatch.Upsert;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link AuditableIndex} must promise: it gives back the fingerprints it was sent, by ids and page by page.
 *
 * <p>An adapter's test extends it with the same {@link IndexHarness} as for {@link SearchIndexContract}.
 */
public abstract class AuditableIndexContract extends IndexContract {

    @Override
    final AuditableIndex index() {
        SearchIndex index = super.index();
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
}
