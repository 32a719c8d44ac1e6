package dev.stocktake.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.stocktake.BatchLimits;
import dev.stocktake.Document;
import dev.stocktake.Fingerprint;
import dev.stocktake.FingerprintPage;
import dev.stocktake.IndexIdentity;
import dev.stocktake.MisconfiguredException;
import dev.stocktake.Outcome;
import dev.stocktake.ProductKey;
import dev.stocktake.Receipt;
import dev.stocktake.RefusedException;
import dev.stocktake.StoppedException;
import dev.stocktake.UnavailableException;
import dev.stocktake.UnknownOutcomeException;
import dev.stocktake.WriteBatch;
import java.nio.file.AccessDeniedException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.lucene.document.SortedDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class LuceneIndexTest {

    private final FaultyDirectory directory = new FaultyDirectory();
    private LuceneIndex index = open();

    private LuceneIndex open() {
        return LuceneIndex.builder("products", directory).build();
    }

    @AfterEach
    void close() {
        index.close();
    }

    @Nested
    class Identity {

        @Test
        void isMadeOnceAndKeptOverWritesAndRestarts() {
            assertThat(index.identify()).isEmpty();

            IndexIdentity identity = index.prepare();
            write("1");
            assertThat(index.prepare()).isEqualTo(identity);

            reopen();
            assertThat(index.identify()).contains(identity);
            assertThat(index.prepare()).isEqualTo(identity);
        }

        @Test
        void isAnotherAfterTheDirectoryWasEmptied() throws Exception {
            IndexIdentity before = index.prepare();
            write("1");
            index.close();
            directory.wipe();
            index = open();

            assertThat(index.identify()).isEmpty();
            assertThat(index.prepare()).isNotEqualTo(before);
            assertThat(index.get(ProductKey.of("1"))).isEmpty();
        }

        @Test
        void isAnotherIfTheDirectoryIsEmptiedWhileTheIndexIsOpen() throws Exception {
            IndexIdentity before = index.prepare();
            write("1");
            directory.wipe();

            assertThat(index.identify()).isEmpty();
            assertThatThrownBy(() -> write("2"))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("does not exist");

            assertThat(index.prepare()).isNotEqualTo(before);
            write("3");
            assertThat(keysHeld()).containsExactly("3");
        }

        @Test
        void ofAnIndexThatSomebodyElseMadeAnewIsSeenByThoseWhoOnlySearch() throws Exception {
            index.prepare();
            write("1");
            try (LuceneIndex searcher = open()) {
                assertThat(searcher.get(ProductKey.of("1"))).isPresent();
                index.close();
                directory.wipe();
                index = open();
                index.prepare();
                write("2");

                assertThat(searcher.identify()).isEqualTo(index.identify());
                assertThat(searcher.get(ProductKey.of("1"))).isEmpty();
                assertThat(searcher.get(ProductKey.of("2"))).isPresent();
            }
        }
    }

    @Nested
    class Writing {

        @Test
        void replacesRemovesAndIsVisibleAndKeptAtOnce() {
            index.prepare();
            write("1", "2", "3");
            Receipt receipt = index.write(batch(List.of(upsert("2", "new")), ProductKey.all("1", "unknown")));

            assertThat(index.outcomes(List.of(receipt))).containsEntry(receipt, Outcome.applied());
            assertThat(keysHeld()).containsExactly("2", "3");
            assertThat(name("2")).isEqualTo("new");

            reopen();
            assertThat(keysHeld()).containsExactly("2", "3");
            assertThat(index.outcomes(List.of(receipt))).containsEntry(receipt, Outcome.applied());
        }

        @Test
        void isLostToAnIndexThatWasMadeAnew() throws Exception {
            index.prepare();
            Receipt receipt = write("1");
            directory.wipe();
            index.prepare();

            assertThat(index.outcomes(List.of(receipt)).values())
                    .extracting(Outcome::kind)
                    .containsExactly(Outcome.Kind.LOST);
        }

        @Test
        void needsAnIndex() {
            assertThatThrownBy(() -> write("1"))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("does not exist");
        }

        @Test
        void leavesOutWhatCannotBeIndexedAndSaysWhy() {
            index.close();
            index = LuceneIndex.builder("products", directory)
                    .limits(new BatchLimits(10, 200_000))
                    .build();
            index.prepare();
            Map<String, Object> wide = new LinkedHashMap<>();
            IntStream.range(0, 5_000).forEach(i -> wide.put("field" + i, 1));

            Receipt receipt = index.write(batch(
                    List.of(
                            upsert("1", "fine"),
                            upsert("2", "x".repeat(300_000)),
                            upsert("3", Document.of(Map.of("attributes", wide)))),
                    List.of()));

            assertThat(receipt.refused()).containsOnlyKeys(ProductKey.all("2", "3"));
            assertThat(receipt.refused().get(ProductKey.of("2"))).contains("200000 bytes");
            assertThat(receipt.refused().get(ProductKey.of("3"))).contains("4096 different fields");
            assertThat(keysHeld()).containsExactly("1");
            assertThat(index.outcomes(List.of(receipt))).containsEntry(receipt, Outcome.applied());
        }

        @Test
        void refusesBatchesBeyondTheLimits() {
            index.close();
            index = LuceneIndex.builder("products", directory)
                    .limits(new BatchLimits(2, 2_000))
                    .build();
            index.prepare();

            assertThatThrownBy(() -> write("1", "2", "3"))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("limits");
            assertThatThrownBy(() -> index.write(batch(
                            List.of(upsert("1", "x".repeat(1_500)), upsert("2", "x".repeat(1_500))), List.of())))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("2000 bytes");
            assertThat(keysHeld()).isEmpty();
        }

        @Test
        void takesTextsThatAreTooLongForATerm() {
            index.prepare();
            index.write(batch(List.of(upsert("1", "long " + "y".repeat(100_000))), List.of()));

            assertThat(index.search(Search.of("long")).total()).isEqualTo(1);
            assertThat(String.valueOf(name("1"))).hasSize(100_005);
        }

        @Test
        void takesEveryKey() {
            index.prepare();
            List<ProductKey> odd = List.of(
                    ProductKey.of("x".repeat(ProductKey.MAX_LENGTH)),
                    ProductKey.of("🚲".repeat(ProductKey.MAX_LENGTH / 2)),
                    ProductKey.of("\uD83D"),
                    ProductKey.of("\uFFFD"),
                    ProductKey.of("a b/c\u0000"));
            for (ProductKey key : odd) {
                index.write(batch(List.of(upsert(key.value(), "odd")), List.of()));
            }

            assertThat(index.fingerprints(odd)).containsOnlyKeys(odd);
            assertThat(walk(2)).containsExactlyInAnyOrderElementsOf(odd);
            index.write(batch(List.of(), List.of(ProductKey.of("\uFFFD"))));
            assertThat(walk(2)).hasSize(4).doesNotContain(ProductKey.of("\uFFFD"));
        }
    }

    @Nested
    class Failing {

        @Test
        void inTheMiddleLeavesNothingBehind() {
            index.prepare();
            write("1");
            directory.failWhenCreating(name -> true);

            assertThatThrownBy(() -> index.write(batch(List.of(upsert("2", "half")), ProductKey.all("1"))))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("No space left on device")
                    .hasMessageContaining("products");
            directory.heal();

            assertThat(keysHeld()).containsExactly("1");
            write("3");
            assertThat(keysHeld()).containsExactly("1", "3");
        }

        @Test
        void beforeTheLastStepOfACommitIsCertainlyNothing() {
            index.prepare();
            write("1");
            directory.failWhenSyncing();

            assertThatThrownBy(() -> write("2")).isInstanceOf(UnavailableException.class);
            directory.heal();
            reopen();

            assertThat(keysHeld()).containsExactly("1");
        }

        @Test
        void inTheLastStepOfACommitIsUnknown() {
            index.prepare();
            write("1");
            directory.failInTheLastStepOfACommit();

            assertThatThrownBy(() -> write("2"))
                    .isInstanceOf(UnknownOutcomeException.class)
                    .hasMessageContaining("may be there or not");
            directory.heal();

            write("3");
            assertThat(keysHeld()).contains("1", "3");
        }

        @Test
        void whileItIsCreatedIsTriedAgain() {
            directory.failInTheLastStepOfACommit();
            assertThatThrownBy(index::prepare).isInstanceOf(UnavailableException.class);
            directory.heal();

            index.prepare();
            write("1");
            assertThat(keysHeld()).containsExactly("1");
        }

        @Test
        void forLackOfRightsNamesTheDirectory() {
            index.prepare();
            directory.failWith(() -> new AccessDeniedException("/data/search"));
            directory.failWhenCreating(name -> true);

            assertThatThrownBy(() -> write("1"))
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("directory")
                    .hasMessageContaining("rights");
        }

        @Test
        void becauseAnotherWritesSaysSo() {
            index.prepare();
            try (LuceneIndex second = open()) {
                assertThatThrownBy(second::prepare)
                        .isInstanceOf(UnavailableException.class)
                        .hasMessageContaining("another process");
                assertThat(second.identify()).isEqualTo(index.identify());
                write("1");
                assertThat(second.get(ProductKey.of("1"))).isPresent();

                index.close();
                second.prepare();
                assertThat(second.write(batch(List.of(upsert("2", "two")), List.of()))
                                .positions())
                        .containsExactly(2L);
            }
        }

        @Test
        void becauseItIsClosedSaysSo() {
            index.prepare();
            index.close();
            index.close();

            Stream.<Runnable>of(
                            index::prepare,
                            index::identify,
                            () -> write("1"),
                            () -> index.fingerprints(null, 1),
                            () -> index.search(Search.everything()))
                    .forEach(use -> assertThatThrownBy(use::run)
                            .isInstanceOf(UnavailableException.class)
                            .hasMessageContaining("is closed"));
        }

        @Test
        void becauseTheThreadIsInterruptedKeepsTheFlagAndTheIndex() {
            index.prepare();
            write("1");
            Thread.currentThread().interrupt();

            Throwable thrown = catchThrowable(() -> write("2"));
            boolean flag = Thread.interrupted();

            assertThat(thrown).isInstanceOf(StoppedException.class);
            assertThat(flag).isTrue();
            write("3");
            assertThat(keysHeld()).containsExactly("1", "3");
        }

        @Test
        void onALuceneIndexOfSomebodyElseDoesNotTouchIt() throws Exception {
            try (IndexWriter foreign = new IndexWriter(directory, new IndexWriterConfig())) {
                foreign.addDocument(List.of(new StringField("id", "1", StringField.Store.YES)));
            }

            assertThatThrownBy(index::prepare)
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("did not make");
            assertThatThrownBy(() -> write("1")).isInstanceOf(MisconfiguredException.class);
        }
    }

    @Nested
    class Fingerprints {

        @Test
        void areGivenBackByKeyAndPageByPage() {
            index.prepare();
            List<String> all =
                    IntStream.range(0, 25).mapToObj(Integer::toString).toList();
            all.forEach(id -> write(id));
            index.write(batch(List.of(), ProductKey.all("7", "13")));

            Map<ProductKey, Fingerprint> some = index.fingerprints(ProductKey.all("24", "3", "7", "nobody"));
            assertThat(some)
                    .containsOnlyKeys(ProductKey.all("3", "24"))
                    .containsEntry(ProductKey.of("3"), upsert("3", "name 3").fingerprint());
            for (int limit : List.of(1, 2, 22, 23, 24, 1_000)) {
                assertThat(walk(limit)).as("limit %s", limit).hasSize(23).doesNotHaveDuplicates();
            }
        }

        @Test
        void areAnEmptyPageWhereNothingIs() {
            assertThat(index.fingerprints(null, 5).entries()).isEmpty();
            index.prepare();
            FingerprintPage page = index.fingerprints(null, 5);

            assertThat(page.entries()).isEmpty();
            assertThat(page.next()).isNull();
        }

        @Test
        void doNotSlipPastWhenTheWalkIsOvertakenByWrites() {
            index.prepare();
            IntStream.range(100, 120).forEach(i -> write("" + i));
            FingerprintPage first = index.fingerprints(null, 10);
            String cursor = first.next();
            assertThat(cursor).isEqualTo("109");
            index.write(batch(List.of(upsert("110", "again")), ProductKey.all("101", "109")));

            FingerprintPage second = index.fingerprints(cursor, 100);

            assertThat(second.entries()).hasSize(10).containsKey(ProductKey.of("110"));
            assertThat(second.version()).isEqualTo(first.version());
        }

        @Test
        void areUnknownForDocumentsThatWereNotWrittenByUs() throws Exception {
            index.prepare();
            write("1");
            index.close();
            try (IndexWriter foreign = new IndexWriter(directory, new IndexWriterConfig())) {
                BytesRef key = IndexFields.bytes(ProductKey.of("alien"));
                foreign.addDocument(List.of(
                        new StringField(IndexFields.KEY, key, StringField.Store.YES),
                        new SortedDocValuesField(IndexFields.KEY, key)));
            }
            index = open();

            assertThat(index.fingerprints(null, 10).entries())
                    .containsEntry(ProductKey.of("alien"), Fingerprint.UNKNOWN)
                    .hasSize(2);
            assertThat(index.search(Search.everything()).total()).isEqualTo(2);
        }
    }

    @Nested
    class Settings {

        @Test
        void thatChangedAreAppliedToWhatIsThere() {
            IndexIdentity identity = index.prepare();
            write("1", "2");
            Map<ProductKey, Fingerprint> before = index.fingerprints(ProductKey.all("1", "2"));
            index.close();
            index = LuceneIndex.builder("products", directory)
                    .searchable("brand")
                    .sortable("name")
                    .build();

            assertThat(index.prepare()).isEqualTo(identity);

            assertThat(index.search(Search.of("name")).total()).isZero();
            assertThat(index.search(Search.everything().descending("name")).hits())
                    .extracting(hit -> hit.key().value())
                    .containsExactly("2", "1");
            assertThat(index.fingerprints(ProductKey.all("1", "2"))).isEqualTo(before);
        }

        @Test
        void areAllCheckedAtOnce() {
            assertThatThrownBy(() -> LuceneIndex.builder(" ", directory)
                            .searchable("a", "a")
                            .sortable("*")
                            .build())
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("name must")
                    .hasMessageContaining("searchable names a field twice")
                    .hasMessageContaining("sortable must");
        }
    }

    private void reopen() {
        index.close();
        index = open();
    }

    private Receipt write(String... ids) {
        return index.write(batch(
                Stream.of(ids).map(id -> upsert(id, "name " + id)).toList(), List.of()));
    }

    private static WriteBatch batch(List<WriteBatch.Upsert> upserts, List<ProductKey> deletions) {
        return new WriteBatch("b", upserts, deletions);
    }

    private static WriteBatch.Upsert upsert(String id, String name) {
        return upsert(id, Document.of(Map.of("name", name)));
    }

    private static WriteBatch.Upsert upsert(String id, Document document) {
        return new WriteBatch.Upsert(ProductKey.of(id), document, Fingerprint.of(document, "1"));
    }

    private @Nullable Object name(String id) {
        return index.get(ProductKey.of(id)).orElseThrow().get("name");
    }

    private List<String> keysHeld() {
        return walk(100).stream().map(ProductKey::value).sorted().toList();
    }

    private List<ProductKey> walk(int limit) {
        List<ProductKey> keys = new ArrayList<>();
        FingerprintPage page = index.fingerprints(null, limit);
        keys.addAll(page.entries().keySet());
        while (page.next() != null) {
            page = index.fingerprints(page.next(), limit);
            keys.addAll(page.entries().keySet());
        }
        return keys;
    }
}
