package dev.stocktake.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.Document;
import dev.stocktake.Fingerprint;
import dev.stocktake.KeyPage;
import dev.stocktake.ProductKey;
import dev.stocktake.ProductSource;
import dev.stocktake.Projection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TimeZone;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What every {@link ProductSource} must promise: fresh, pure, total, gapless.
 *
 * <p>An adapter's test extends it and says how products come into its database. The document of a product must have a
 * field {@value #TITLE}.
 */
public abstract class ProductSourceContract extends PortContract {

    /** The field that holds what {@link #save} was given. */
    public static final String TITLE = "title";

    private static final long SEED = 20_301;

    // --- what an adapter's test provides
    // ------------------------------------------------------------------------------

    /** The source under test, over a catalogue that is empty when a test begins; always the same one within a test. */
    protected abstract ProductSource source();

    /** Inserts or updates a product, and commits. */
    protected abstract void save(ProductKey key, String title);

    /** Deletes a product, and commits. */
    protected abstract void delete(ProductKey key);

    /** Makes a product one that must not be in the index, and commits. */
    protected void unpublish(ProductKey key) {
        throw unsupported(Capability.UNPUBLISHED_PRODUCTS);
    }

    /** Damages a product's row so that no document can be made of it, and commits. */
    protected void damage(ProductKey key) {
        throw unsupported(Capability.UNREADABLE_PRODUCTS);
    }

    /**
     * Begins a transaction on this thread whose view of the database is fixed (repeatable read, or its equal in the host's
     * framework), does the work in it, and rolls back.
     */
    protected void inCallersTransaction(Runnable work) {
        throw unsupported(Capability.CALLERS_TRANSACTION);
    }

    /** Distinct keys that the database can hold, as many traps as possible; at least five. */
    protected List<ProductKey> awkwardKeys() {
        return AwkwardKeys.all();
    }

    /** The key of an ordinary product. */
    protected ProductKey key(int number) {
        return ProductKey.of(number);
    }

    /** How many products the walks go over; at least 100. */
    protected int many() {
        return 1_000;
    }

    // --- fresh
    // --------------------------------------------------------------------------------------------------------

    @Test
    void readsWhatWasJustCommitted() {
        save(key(1), "Desk");
        assertThat(title(key(1))).isEqualTo("Desk");

        save(key(1), "Standing desk");
        assertThat(title(key(1))).isEqualTo("Standing desk");
    }

    @Test
    void readsWhatWasCommittedWhileItsCallerStillSeesAnOlderState() {
        needs(Capability.CALLERS_TRANSACTION);
        save(key(1), "Desk");

        inCallersTransaction(() -> {
            assertThat(title(key(1))).isEqualTo("Desk");
            onAnotherThread(() -> save(key(1), "Standing desk"));
            assertThat(title(key(1))).isEqualTo("Standing desk");
        });
    }

    // --- pure
    // ---------------------------------------------------------------------------------------------------------

    @Test
    void makesTheSameDocumentOfTheSameRows() {
        save(key(1), "Desk");
        Fingerprint first = fingerprint(key(1));

        assertThat(fingerprint(key(1))).isEqualTo(first);
    }

    @Test
    void makesTheSameDocumentAmongOtherProducts() {
        List<ProductKey> keys = saveMany(20);
        Map<ProductKey, Projection> together = source().read(keys);
        List<ProductKey> reversed = new ArrayList<>(keys);
        Collections.reverse(reversed);

        assertThat(source().read(reversed)).isEqualTo(together);
        keys.forEach(key -> assertThat(source().read(List.of(key))).containsEntry(key, together.get(key)));
    }

    @Test
    void makesTheSameDocumentInAnyLocaleAndTimeZone() {
        save(key(1), "Iridium Ink I");
        Fingerprint here = fingerprint(key(1));
        Locale locale = Locale.getDefault();
        TimeZone zone = TimeZone.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("tr-TR"));
            TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kathmandu"));
            assertThat(fingerprint(key(1))).isEqualTo(here);
        } finally {
            Locale.setDefault(locale);
            TimeZone.setDefault(zone);
        }
    }

    // --- total
    // --------------------------------------------------------------------------------------------------------

    @Test
    void answersForEveryKeyAndForNoOther() {
        save(key(1), "Desk");
        save(key(2), "Chair");
        save(key(3), "Lamp");

        Map<ProductKey, Projection> answer = source().read(List.of(key(1), key(3), key(99)));

        assertThat(answer).containsOnlyKeys(key(1), key(3), key(99));
        assertThat(answer.get(key(99))).isInstanceOf(Projection.Absent.class);
    }

    @Test
    void answersNothingWhenAskedForNothing() {
        assertThat(source().read(List.of())).isEmpty();
        assertThat(source().present(List.of())).isEmpty();
    }

    @Test
    void saysThatADeletedProductIsAbsent() {
        save(key(1), "Desk");
        delete(key(1));

        assertThat(source().read(List.of(key(1))).get(key(1))).isInstanceOf(Projection.Absent.class);
        assertThat(source().present(List.of(key(1)))).isEmpty();
    }

    @Test
    void saysThatAnUnpublishedProductIsAbsent() {
        needs(Capability.UNPUBLISHED_PRODUCTS);
        save(key(1), "Desk");
        save(key(2), "Chair");
        unpublish(key(1));

        Map<ProductKey, Projection> answer = source().read(List.of(key(1), key(2)));

        assertThat(answer.get(key(1))).isInstanceOf(Projection.Absent.class);
        assertThat(answer.get(key(2))).isInstanceOf(Projection.Present.class);
        assertThat(source().present(List.of(key(1), key(2)))).containsExactly(key(2));
    }

    @Test
    void failsOneProductWhenOneRowIsUnreadable() {
        needs(Capability.UNREADABLE_PRODUCTS);
        save(key(1), "Desk");
        save(key(2), "Chair");
        save(key(3), "Lamp");
        damage(key(2));

        Map<ProductKey, Projection> answer = source().read(List.of(key(1), key(2), key(3)));

        assertThat(answer.get(key(1))).isInstanceOf(Projection.Present.class);
        assertThat(answer.get(key(2)))
                .isInstanceOfSatisfying(
                        Projection.Unreadable.class,
                        unreadable -> assertThat(unreadable.problem()).isNotBlank());
        assertThat(answer.get(key(3))).isInstanceOf(Projection.Present.class);
        assertThat(source().present(List.of(key(2))))
                .as("nothing is removed by mistake")
                .containsExactly(key(2));
    }

    @Test
    void agreesWithItselfWhichProductsArePresent() {
        List<ProductKey> keys = saveMany(20);
        delete(keys.get(3));
        keys.add(key(99));

        Set<ProductKey> present = new HashSet<>(source().present(keys));

        source().read(keys)
                .forEach((key, projection) ->
                        assertThat(projection instanceof Projection.Absent).isEqualTo(!present.contains(key)));
    }

    @Test
    void tellsAwkwardKeysApart() {
        List<ProductKey> keys = awkwardKeys();
        keys.forEach(key -> save(key, "Product " + key));

        Map<ProductKey, Projection> answer = source().read(keys);

        assertThat(answer).containsOnlyKeys(keys);
        keys.forEach(key -> assertThat(titleOf(answer.get(key))).as(key.value()).isEqualTo("Product " + key));
    }

    // --- gapless
    // ------------------------------------------------------------------------------------------------------

    @Test
    void walksAnEmptyCatalogueInOnePage() {
        KeyPage page = source().keys(null, 10);

        assertThat(page.keys()).isEmpty();
        assertThat(page.end()).isTrue();
    }

    @Test
    void walksEveryKeyOnceInPagesOfAnySize() {
        List<ProductKey> keys = saveMany(24);

        for (int limit : List.of(1, 5, 23, 24, 25)) {
            assertThat(walk(limit)).as("pages of %s", limit).containsExactlyInAnyOrderElementsOf(keys);
        }
    }

    @Test
    void keepsPagesWithinTheLimitAndSaysWhereTheyBegin() {
        saveMany(7);

        KeyPage first = source().keys(null, 3);
        KeyPage second = source().keys(first.keys().get(2), 3);

        assertThat(first.keys()).hasSize(3);
        assertThat(first.after()).isNull();
        assertThat(first.end()).isFalse();
        assertThat(second.keys()).hasSize(3).doesNotContainAnyElementsOf(first.keys());
        assertThat(second.after()).isEqualTo(first.keys().get(2));
    }

    @Test
    void goesOnBehindAKeyThatIsNoLongerThere() {
        saveMany(9);
        List<ProductKey> all = walk(100);
        delete(all.get(4));

        assertThat(source().keys(all.get(4), 100).keys()).containsExactlyElementsOf(all.subList(5, all.size()));
    }

    @Test
    void meetsEveryProductThatLivedThroughoutAWalkWhileOthersComeAndGo() {
        Random random = new Random(SEED);
        List<ProductKey> lasting = new ArrayList<>();
        List<ProductKey> fleeting = new ArrayList<>();
        for (int i = 0; i < many(); i++) {
            save(key(i), "Product " + i);
            (random.nextInt(4) == 0 ? fleeting : lasting).add(key(i));
        }
        int[] next = {many()};

        List<ProductKey> met = walk(many() / 20, () -> {
            for (int i = 0; i < 5; i++) {
                delete(fleeting.get(random.nextInt(fleeting.size())));
                save(key(next[0]++), "Newcomer");
            }
            return true;
        });

        assertThat(met).as("seed %s", SEED).containsAll(lasting).doesNotHaveDuplicates();
    }

    // --- the order of keys
    // --------------------------------------------------------------------------------------------

    @Test
    void comparesKeysInTheOrderOfItsWalk() {
        awkwardKeys().forEach(key -> save(key, "Product"));
        List<ProductKey> walked = walk(7);

        assertThat(walked).containsExactlyInAnyOrderElementsOf(awkwardKeys());
        for (int i = 0; i < walked.size(); i++) {
            for (int j = 0; j < walked.size(); j++) {
                assertThat(Integer.signum(source().compare(walked.get(i), walked.get(j))))
                        .as("'%s' to '%s', which are %s. and %s. of the walk", walked.get(i), walked.get(j), i, j)
                        .isEqualTo(Integer.compare(i, j));
            }
        }
    }

    // --- helpers
    // ------------------------------------------------------------------------------------------------------

    private List<ProductKey> saveMany(int count) {
        List<ProductKey> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            save(key(i), "Product " + i);
            keys.add(key(i));
        }
        return keys;
    }

    private List<ProductKey> walk(int limit) {
        return walk(limit, () -> true);
    }

    private List<ProductKey> walk(int limit, BooleanSupplier betweenPages) {
        List<ProductKey> met = new ArrayList<>();
        KeyPage page = source().keys(null, limit);
        met.addAll(page.keys());
        while (!page.end() && betweenPages.getAsBoolean()) {
            page = source().keys(met.get(met.size() - 1), limit);
            met.addAll(page.keys());
        }
        return met;
    }

    private Fingerprint fingerprint(ProductKey key) {
        return Fingerprint.of(document(source().read(List.of(key)).get(key)), "1");
    }

    private Object title(ProductKey key) {
        return titleOf(source().read(List.of(key)).get(key));
    }

    private static Object titleOf(@Nullable Projection projection) {
        Object title = document(projection).get(TITLE);
        assertThat(title).as("field '%s'", TITLE).isNotNull();
        return String.valueOf(title);
    }

    private static Document document(@Nullable Projection projection) {
        if (projection instanceof Projection.Present present) {
            return present.document();
        }
        throw new AssertionError("There should be a document, not " + projection);
    }

    private static void onAnotherThread(Runnable work) {
        Crowd.of(1).run(number -> work.run());
    }
}
