package dev.stocktake.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stocktake.AuditableIndex;
import dev.stocktake.Fingerprint;
import dev.stocktake.FingerprintPage;
import dev.stocktake.IndexIdentity;
import dev.stocktake.LoggedIndex;
import dev.stocktake.Outcome;
import dev.stocktake.ProductKey;
import dev.stocktake.RebuildableIndex;
import dev.stocktake.Receipt;
import dev.stocktake.RefusedException;
import dev.stocktake.SearchIndex;
import dev.stocktake.UnavailableException;
import dev.stocktake.WriteBatch;
import dev.stocktake.WriteBatch.Upsert;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link RebuildableIndex} must promise: builds are indexes of their own, a swap exchanges whole contents with their
 * identities, and nothing is dropped but what is meant.
 *
 * <p>An adapter's test extends it with the same {@link IndexHarness} as for {@link SearchIndexContract}.
 */
public abstract class RebuildableIndexContract extends IndexContract {

    private static final String BUILD = "b1";
    private static final String OTHER = "7zz0qx4k9m2b8v1c6n3l5j0a";
    private static final int MANY = 1_000;

    @Override
    final RebuildableIndex index() {
        SearchIndex index = super.index();
        if (index instanceof RebuildableIndex rebuildable) {
            return rebuildable;
        }
        throw new AssertionError("The harness gives a " + index.getClass().getName() + ", which cannot be rebuilt");
    }

    private AuditableIndex build() {
        return index().build(BUILD);
    }

    private IndexIdentity identity() {
        return index().identify().orElseThrow();
    }

    private void putInto(SearchIndex index, ProductKey key, String title) {
        applied(index.write(new WriteBatch(nextBatch(), List.of(upsert(key, title)), List.of())));
    }

    private void swapped(String label) {
        applied(index().swap(label));
    }

    private @Nullable Fingerprint held(AuditableIndex index, ProductKey key) {
        return index.fingerprints(List.of(key)).get(key);
    }

    // --- builds
    // -------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"", "A", "a-b", "a_b", "ä", "a b", "1234567890123456789012345", "../a"})
    void takesNothingElseForALabel(String label) {
        assertThatThrownBy(() -> index().build(label)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void makesNoBuildThatNobodyPrepared() {
        AuditableIndex build = build();

        assertThat(build.identify()).isEmpty();
        assertThat(build.count()).isZero();
        assertThat(index().builds()).isEmpty();
    }

    @Test
    void preparesABuildBesideTheLiveIndex() {
        put(A, "Lamp");
        IndexIdentity live = identity();

        IndexIdentity prepared = build().prepare();

        assertThat(prepared).isNotEqualTo(live);
        assertThat(build().identify()).contains(prepared);
        assertThat(build().count()).isZero();
        assertThat(build().name()).isNotEqualTo(index().name());
        assertThat(index().builds()).isEqualTo(Map.of(BUILD, prepared));
        assertThat(identity()).isEqualTo(live);
        assertStored(A, "Lamp");
    }

    @Test
    @Tag(UNPREPARED)
    void hasNoBuildsBeforeThereIsAnIndex() {
        assertThat(index().builds()).isEmpty();
    }

    @Test
    void keepsABuildThatIsPreparedAgain() {
        IndexIdentity prepared = build().prepare();
        putInto(build(), A, "Lamp");

        assertThat(build().prepare()).isEqualTo(prepared);
        assertThat(held(build(), A)).isEqualTo(fingerprint(lamp("Lamp")));
    }

    @Test
    void keepsBuildsApart() {
        AuditableIndex one = build();
        AuditableIndex two = index().build(OTHER);
        IndexIdentity first = one.prepare();
        IndexIdentity second = two.prepare();
        put(A, "Live lamp");
        putInto(one, A, "First lamp");
        putInto(two, A, "Second lamp");
        putInto(two, B, "Second desk");

        assertStored(A, "Live lamp");
        assertNotStored(B);
        assertThat(first).isNotEqualTo(second);
        assertThat(index().builds()).isEqualTo(Map.of(BUILD, first, OTHER, second));
        assertThat(held(index(), A)).isEqualTo(fingerprint(lamp("Live lamp")));
        assertThat(held(one, A)).isEqualTo(fingerprint(lamp("First lamp")));
        assertThat(held(two, A)).isEqualTo(fingerprint(lamp("Second lamp")));
        assertThat(List.of(index().count(), one.count(), two.count())).containsExactly(1L, 1L, 2L);
        assertThat(two.documents(List.of(A, B))).containsOnlyKeys(A, B);
    }

    @Test
    void keepsAllIdentitiesWhileItIsWritten() {
        IndexIdentity live = identity();
        IndexIdentity built = build().prepare();
        put(A, "Lamp");
        putInto(build(), A, "Lamp");
        applied(build().write(new WriteBatch(nextBatch(), List.of(), List.of(A))));

        assertThat(identity()).isEqualTo(live);
        assertThat(build().identify()).contains(built);
    }

    @Test
    void tellsTheOutcomesOfABuildsWrites() {
        build().prepare();
        Receipt receipt = build().write(new WriteBatch(nextBatch(), List.of(upsert(A, "Lamp")), List.of()));
        applied(receipt);

        assertThat(index().outcomes(List.of(receipt)).get(receipt)).isEqualTo(Outcome.applied());
        assertThat(index().build(BUILD).outcomes(List.of(receipt)).get(receipt)).isEqualTo(Outcome.applied());
    }

    @Test
    void showsNothingOfAWriteToABuildThatIsNotThere() {
        put(B, "Desk");
        try {
            await(build().write(new WriteBatch(nextBatch(), List.of(upsert(A, "Lamp")), List.of())));
        } catch (UnavailableException | RefusedException expected) {
            // certainly not applied
        }

        assertNotStored(A);
        assertThat(harness().size()).isEqualTo(1);
    }

    // --- swap
    // ---------------------------------------------------------------------------------------------------------

    @Test
    void exchangesWholeContents() {
        put(A, "Old lamp");
        put(B, "Old desk");
        IndexIdentity old = identity();
        IndexIdentity built = build().prepare();
        putInto(build(), A, "New lamp");
        putInto(build(), C, "New chair");

        swapped(BUILD);

        assertThat(identity()).isEqualTo(built);
        assertThat(build().identify()).contains(old);
        assertThat(index().builds()).isEqualTo(Map.of(BUILD, old));
        assertStored(A, "New lamp");
        assertNotStored(B);
        assertStored(C, "New chair");
        assertThat(harness().size()).isEqualTo(2);
        assertThat(held(build(), A)).isEqualTo(fingerprint(lamp("Old lamp")));
        assertThat(held(build(), B)).isEqualTo(fingerprint(lamp("Old desk")));
        assertThat(held(build(), C)).isNull();
    }

    @Test
    void exchangesEverythingOfAThousandDocuments() {
        List<ProductKey> keys = many(MANY);
        putAll(keys.subList(0, MANY / 2));
        build().prepare();
        int most = Math.min(build().limits().maxProducts(), 250);
        for (int from = 0; from < MANY; from += most) {
            List<Upsert> part = keys.subList(from, Math.min(MANY, from + most)).stream()
                    .map(key -> upsert(key, "New lamp " + key))
                    .toList();
            applied(build().write(new WriteBatch(nextBatch(), part, List.of())));
        }

        swapped(BUILD);

        assertThat(index().count()).isEqualTo(MANY);
        assertThat(build().count()).isEqualTo(MANY / 2);
        assertThat(listed(index())).containsOnlyKeys(keys);
        assertThat(listed(build())).containsOnlyKeys(keys.subList(0, MANY / 2));
    }

    private static Map<ProductKey, Fingerprint> listed(AuditableIndex index) {
        Map<ProductKey, Fingerprint> all = new LinkedHashMap<>();
        String cursor = null;
        do {
            FingerprintPage page = index.fingerprints(cursor, 300);
            all.putAll(page.entries());
            cursor = page.next();
        } while (cursor != null);
        return all;
    }

    @Test
    void isUndoneByAnotherSwapAndTheIdentitiesTell() {
        put(A, "Old lamp");
        IndexIdentity old = identity();
        IndexIdentity built = build().prepare();
        putInto(build(), A, "New lamp");

        swapped(BUILD);
        swapped(BUILD);

        assertThat(identity()).isEqualTo(old);
        assertThat(build().identify()).contains(built);
        assertStored(A, "Old lamp");
        assertThat(held(build(), A)).isEqualTo(fingerprint(lamp("New lamp")));
    }

    @Test
    void writesWhatTheNameMeansSinceTheSwap() {
        put(A, "Old lamp");
        build().prepare();
        putInto(build(), A, "New lamp");
        swapped(BUILD);

        put(B, "Desk of the new content");
        putInto(build(), C, "Chair of the old content");

        assertStored(A, "New lamp");
        assertStored(B, "Desk of the new content");
        assertNotStored(C);
        assertThat(listed(build())).containsOnlyKeys(A, C);
    }

    @Test
    void appliesWhatWasAcceptedBeforeToWhatTheNameMeantThen() {
        needs(Capability.HELD_BACK_WRITES);
        put(A, "Old lamp");
        build().prepare();
        putInto(build(), A, "New lamp");
        harness().holdBack();
        Receipt before = write(upsert(B, "Desk of the old content"));
        Receipt built = build().write(new WriteBatch(nextBatch(), List.of(upsert(C, "Chair")), List.of()));
        Receipt swap = index().swap(BUILD);
        Receipt after = write(upsert(B, "Desk of the new content"));
        assertThat(outcome(swap).kind()).isEqualTo(Outcome.Kind.PENDING);
        harness().letGo();

        List.of(before, built, swap, after).forEach(this::applied);
        assertStored(A, "New lamp");
        assertStored(B, "Desk of the new content");
        assertStored(C, "Chair");
        assertThat(held(build(), B)).isEqualTo(fingerprint(lamp("Desk of the old content")));
        assertThat(held(build(), C)).isNull();
    }

    @Test
    void exchangesNothingForABuildThatIsNotThere() {
        put(A, "Lamp");
        IndexIdentity live = identity();

        try {
            Outcome outcome = await(index().swap(OTHER));
            assertThat(outcome.kind()).isIn(Outcome.Kind.FAILED, Outcome.Kind.REFUSED);
            assertThat(outcome.reason()).isNotBlank();
        } catch (RefusedException e) {
            assertThat(e).hasMessageContaining(OTHER);
        }

        assertThat(identity()).isEqualTo(live);
        assertStored(A, "Lamp");
        assertThat(index().builds()).isEmpty();
    }

    @Test
    void goesOnWithTheNextBuildAfterASwap() {
        put(A, "First lamp");
        IndexIdentity first = identity();
        IndexIdentity second = build().prepare();
        putInto(build(), A, "Second lamp");
        swapped(BUILD);
        IndexIdentity third = index().build(OTHER).prepare();
        putInto(index().build(OTHER), A, "Third lamp");
        swapped(OTHER);

        assertThat(identity()).isEqualTo(third);
        assertThat(index().builds()).isEqualTo(Map.of(BUILD, first, OTHER, second));
        assertStored(A, "Third lamp");
    }

    @Test
    void keepsEverythingWhenTheLiveIndexIsPreparedAfterASwap() {
        put(A, "Old lamp");
        IndexIdentity built = build().prepare();
        putInto(build(), A, "New lamp");
        swapped(BUILD);

        assertThat(index().prepare()).isEqualTo(built);
        assertStored(A, "New lamp");
    }

    // --- drop
    // ---------------------------------------------------------------------------------------------------------

    @Test
    void dropsABuildThatIsTheOneThatIsMeant() {
        put(A, "Lamp");
        IndexIdentity built = build().prepare();
        putInto(build(), B, "Desk");

        assertThat(index().drop(BUILD, built)).isTrue();

        assertThat(build().identify()).isEmpty();
        assertThat(build().count()).isZero();
        assertThat(index().builds()).isEmpty();
        assertStored(A, "Lamp");
        assertNotStored(B);
    }

    @Test
    void dropsNothingElse() {
        put(A, "Old lamp");
        IndexIdentity old = identity();
        IndexIdentity built = build().prepare();
        putInto(build(), A, "New lamp");

        assertThat(index().drop(BUILD, old)).isFalse();
        assertThat(index().drop(OTHER, built)).isFalse();
        swapped(BUILD);
        assertThat(index().drop(BUILD, built)).as("the build is live now").isFalse();

        assertStored(A, "New lamp");
        assertThat(held(build(), A)).isEqualTo(fingerprint(lamp("Old lamp")));
        assertThat(index().drop(BUILD, old)).isTrue();
        assertThat(index().drop(BUILD, old)).as("once more").isFalse();
        assertStored(A, "New lamp");
    }

    @Test
    void givesAnotherIdentityToABuildThatIsMadeAnew() {
        IndexIdentity first = build().prepare();
        putInto(build(), A, "Lamp");
        assertThat(index().drop(BUILD, first)).isTrue();

        IndexIdentity second = build().prepare();

        assertThat(second).isNotEqualTo(first);
        assertThat(build().count()).isZero();
        assertThat(index().drop(BUILD, first)).isFalse();
        assertThat(index().builds()).isEqualTo(Map.of(BUILD, second));
    }

    // --- the log of writes
    // --------------------------------------------------------------------------------------------

    /** Where there is one. */
    @Test
    void showsTheWritesOfBuildsInItsLogWhateverWasSwapped() {
        if (!(super.index() instanceof LoggedIndex log)) {
            return;
        }
        long start = log.settledPosition();
        build().prepare();
        List<Long> written = new ArrayList<>();
        List<SearchIndex> targets = List.of(index(), build(), build(), index());
        for (SearchIndex target : targets) {
            Receipt receipt = target.write(new WriteBatch(nextBatch(), List.of(upsert(A, "Lamp")), List.of()));
            applied(receipt);
            written.addAll(receipt.positions());
        }
        swapped(BUILD);
        Receipt after = build().write(new WriteBatch("after.the.swap", List.of(upsert(B, "Desk")), List.of()));
        applied(after);
        written.addAll(after.positions());

        LoggedIndex.LogPage page = log.writesAfter(start, 100);

        assertThat(page.writes()).extracting(LoggedIndex.Entry::position).containsExactlyElementsOf(written);
        assertThat(page.writes()).allMatch(LoggedIndex.Entry::applied);
        assertThat(page.writes().get(4).batchId()).isEqualTo("after.the.swap");
        assertThat(page.hole()).isFalse();
        assertThat(page.position()).isGreaterThanOrEqualTo(written.get(4));
    }

    // --- no answer
    // ----------------------------------------------------------------------------------------------------

    @Test
    void saysThatNothingWasDoneWhenNoIndexAnswers() {
        needs(Capability.UNREACHABLE);
        if (!(harness().unreachable() instanceof RebuildableIndex unreachable)) {
            throw new AssertionError("The adapter that is pointed nowhere must be of the same kind");
        }

        assertThatThrownBy(() -> unreachable.swap(BUILD)).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(unreachable::builds).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> unreachable.build(BUILD).prepare()).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> unreachable.drop(BUILD, new IndexIdentity("any")))
                .isInstanceOf(UnavailableException.class);
    }
}
