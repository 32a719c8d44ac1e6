package dev.stocktake.lucene;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stocktake.AuditableIndex;
import dev.stocktake.Document;
import dev.stocktake.Fingerprint;
import dev.stocktake.IndexIdentity;
import dev.stocktake.MisconfiguredException;
import dev.stocktake.Outcome;
import dev.stocktake.ProductKey;
import dev.stocktake.Receipt;
import dev.stocktake.StocktakeException;
import dev.stocktake.UnavailableException;
import dev.stocktake.UnknownOutcomeException;
import dev.stocktake.WriteBatch;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.lucene.store.Directory;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LuceneRebuildTest {

    private static LuceneIndex open(Directory directory) {
        return LuceneIndex.builder("products", directory).build();
    }

    private static WriteBatch batch(int products, String name) {
        return batch(0, products, name);
    }

    private static WriteBatch batch(int from, int to, String name) {
        return new WriteBatch(
                "b",
                IntStream.range(from, to)
                        .mapToObj(i -> {
                            Document document = Document.of(Map.of("name", name, "i", i));
                            return new WriteBatch.Upsert(ProductKey.of(i), document, Fingerprint.of(document, "1"));
                        })
                        .toList(),
                List.of());
    }

    private static Map<String, String> holds(AuditableIndex index) {
        return index.documents(IntStream.range(0, 30).mapToObj(ProductKey::of).toList()).entrySet().stream()
                .collect(Collectors.toMap(
                        entry -> entry.getKey().value(),
                        entry -> String.valueOf(entry.getValue().get("name")),
                        (a, b) -> a,
                        TreeMap::new));
    }

    private static List<String> files(Directory directory) throws IOException {
        return List.of(directory.listAll());
    }

    @Nested
    class OnDisk {

        private final FaultyDirectory directory = new FaultyDirectory();

        @Test
        void liesAsItAlwaysDidUntilTheFirstBuild() throws Exception {
            try (LuceneIndex index = open(directory)) {
                index.prepare();
                index.write(batch(3, "old"));
                assertThat(files(directory)).noneMatch(file -> file.startsWith(SlotDirectory.OURS));
            }
        }

        @Test
        void leavesNothingOfContentThatWasDropped() throws Exception {
            try (LuceneIndex index = open(directory)) {
                IndexIdentity first = index.prepare();
                index.write(batch(3, "old"));
                for (int i = 1; i < 6; i++) {
                    IndexIdentity last = index.identify().orElseThrow();
                    index.build("b" + i).prepare();
                    index.build("b" + i).write(batch(i, "new"));
                    index.swap("b" + i);
                    assertThat(index.drop("b" + i, last)).isTrue();
                }

                assertThat(first).isNotEqualTo(index.identify().orElseThrow());
                assertThat(holds(index)).hasSize(5).containsValue("new");
                List<String> slots = files(directory).stream()
                        .map(SlotDirectory::slotOf)
                        .filter(slot -> slot != null)
                        .distinct()
                        .toList();
                assertThat(slots).hasSize(1).doesNotContain(SlotDirectory.FIRST);
                assertThat(files(directory).stream().filter(file -> file.contains("names")))
                        .hasSize(2);
            }
        }

        @Test
        void isFoundAgainAfterARestart() {
            IndexIdentity old;
            IndexIdentity built;
            Receipt swap;
            try (LuceneIndex index = open(directory)) {
                old = index.prepare();
                index.write(batch(3, "old"));
                built = index.build("b1").prepare();
                index.build("b1").write(batch(2, "new"));
                swap = index.swap("b1");
            }
            try (LuceneIndex index = open(directory)) {
                assertThat(index.identify()).contains(built);
                assertThat(index.builds()).isEqualTo(Map.of("b1", old));
                assertThat(holds(index)).hasSize(2).containsValue("new");
                assertThat(holds(index.build("b1"))).hasSize(3).containsValue("old");
                assertThat(index.outcomes(List.of(swap))).containsEntry(swap, Outcome.applied());
                assertThat(index.write(batch(1, "newer")).positions().get(0))
                        .isGreaterThan(swap.positions().get(0));
            }
        }

        @Test
        void forgetsNoPositionWithContentThatWasDropped() {
            try (LuceneIndex index = open(directory)) {
                index.prepare();
                IndexIdentity built = index.build("b1").prepare();
                Receipt last = index.build("b1").write(batch(2, "new"));
                assertThat(index.drop("b1", built)).isTrue();

                assertThat(index.outcomes(List.of(last))).containsEntry(last, Outcome.applied());
                assertThat(index.write(batch(1, "x")).positions().get(0))
                        .isGreaterThan(last.positions().get(0));
            }
        }

        @Test
        void followsChangedSettingsInTheBuildAlone() {
            try (LuceneIndex index = open(directory)) {
                index.prepare();
                index.write(batch(3, "old"));
            }
            try (LuceneIndex index = LuceneIndex.builder("products", directory)
                    .searchable("nothing")
                    .build()) {
                index.build("b1").prepare();
                index.build("b1").write(batch(3, "new"));
                assertThat(index.search(Search.of("old")).total()).isZero();
                index.swap("b1");
                assertThat(index.search(Search.of("new")).total()).isZero();
                index.swap("b1");
                assertThat(index.count()).isEqualTo(3);
            }
        }

        @Test
        void ofOneWritesNobodyElseBuilds() {
            LuceneIndex index = open(directory);
            try (LuceneIndex other = open(directory)) {
                index.prepare();
                IndexIdentity built = index.build("b1").prepare();
                List<Runnable> changes = List.of(
                        () -> other.build("b2").prepare(),
                        () -> other.build("b1").write(batch(1, "x")),
                        () -> other.swap("b1"),
                        () -> other.drop("b1", built));
                assertThat(changes)
                        .allSatisfy(change -> assertThatThrownBy(change::run)
                                .isInstanceOf(UnavailableException.class)
                                .hasMessageContaining("another process"));
                assertThat(other.builds()).isEqualTo(Map.of("b1", built));

                index.close();
                other.swap("b1");
                assertThat(other.identify()).contains(built);
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"rubbish, and more of it than a header has", "short", ""})
        void isNotReadWhereItIsBroken(String instead) throws Exception {
            try (LuceneIndex index = open(directory)) {
                index.prepare();
                index.build("b1").prepare();
            }
            String names = files(directory).stream()
                    .filter(file -> file.contains("names"))
                    .findFirst()
                    .orElseThrow();
            directory.deleteFile(names);
            try (org.apache.lucene.store.IndexOutput out =
                    directory.createOutput(names, org.apache.lucene.store.IOContext.DEFAULT)) {
                out.writeBytes(instead.getBytes(US_ASCII), instead.length());
            }
            try (LuceneIndex index = open(directory)) {
                assertThatThrownBy(index::prepare)
                        .isInstanceOf(MisconfiguredException.class)
                        .hasMessageContaining("Move it away");
            }
        }
    }

    @Nested
    class Failing {

        private final FaultyDirectory directory = new FaultyDirectory();
        private final LuceneIndex index = open(directory);
        private final IndexIdentity old = index.prepare();
        private final IndexIdentity built = index.build("b1").prepare();

        @Test
        void beforeTheLastStepOfASwapIsCertainlyNothing() {
            directory.failWhenSyncing();
            assertThatThrownBy(() -> index.swap("b1")).isInstanceOf(UnavailableException.class);
            assertThat(index.identify()).contains(old);
            directory.heal();

            index.swap("b1");
            assertThat(index.identify()).contains(built);
        }

        @Test
        void inTheLastStepOfASwapIsUnknown() {
            directory.failInTheLastStepOfACommit();
            assertThatThrownBy(() -> index.swap("b1"))
                    .isInstanceOf(UnknownOutcomeException.class)
                    .hasMessageContaining("swap with build 'b1'");
            directory.heal();

            assertThat(index.identify()).contains(old);
            index.swap("b1");
            assertThat(index.identify()).contains(built);
            assertThat(index.builds()).isEqualTo(Map.of("b1", old));
        }

        @Test
        void inTheLastStepOfARemovalCanBeDoneAgain() {
            directory.failInTheLastStepOfACommit();
            assertThatThrownBy(() -> index.drop("b1", built)).isInstanceOf(UnavailableException.class);
            directory.heal();

            assertThat(index.drop("b1", built)).isTrue();
            assertThat(index.builds()).isEmpty();
        }

        @Test
        void whileABuildIsMadeLeavesNone() throws Exception {
            directory.failInTheLastStepOfACommit();
            assertThatThrownBy(() -> index.build("b2").prepare()).isInstanceOf(UnavailableException.class);
            directory.heal();
            assertThat(index.builds()).isEqualTo(Map.of("b1", built));

            IndexIdentity second = index.build("b2").prepare();
            assertThat(index.builds()).isEqualTo(Map.of("b1", built, "b2", second));
            assertThat(files(directory).stream()
                            .map(SlotDirectory::slotOf)
                            .filter(slot -> slot != null)
                            .distinct())
                    .hasSize(3);
        }
    }

    /** The live index and its builds, as they must be. */
    private record Model(Map<String, String> live, Map<String, Map<String, String>> builds) {

        static Model of(LuceneIndex index) {
            Map<String, Map<String, String>> builds = new TreeMap<>();
            index.builds().keySet().forEach(label -> builds.put(label, holds(index.build(label))));
            return new Model(holds(index), builds);
        }

        Model live(int from, int to, String name) {
            return new Model(with(live, from, to, name), builds);
        }

        Model build(String label, int from, int to, String name) {
            Map<String, Map<String, String>> changed = new TreeMap<>(builds);
            changed.put(label, with(builds.getOrDefault(label, Map.of()), from, to, name));
            return new Model(live, changed);
        }

        private static Map<String, String> with(Map<String, String> before, int from, int to, String name) {
            Map<String, String> after = new TreeMap<>(before);
            IntStream.range(from, to).forEach(i -> after.put(String.valueOf(i), name));
            return after;
        }

        Model swapped(String label) {
            Map<String, Map<String, String>> changed = new TreeMap<>(builds);
            changed.put(label, live);
            return new Model(builds.getOrDefault(label, Map.of()), changed);
        }

        Model without(String label) {
            Map<String, Map<String, String>> changed = new TreeMap<>(builds);
            changed.remove(label);
            return new Model(live, changed);
        }
    }

    private record Step(Consumer<LuceneIndex> action, UnaryOperator<Model> effect) {

        static Step live(int from, int to, String name) {
            return new Step(index -> index.write(batch(from, to, name)), model -> model.live(from, to, name));
        }

        static Step build(String label, int from, int to, String name) {
            return new Step(
                    index -> index.build(label).write(batch(from, to, name)),
                    model -> model.build(label, from, to, name));
        }

        static Step made(String label) {
            return new Step(index -> index.build(label).prepare(), model -> model.build(label, 0, 0, ""));
        }

        static Step swapped(String label) {
            return new Step(index -> index.swap(label), model -> model.swapped(label));
        }

        static Step without(String label) {
            return new Step(
                    index -> assertThat(index.drop(label, index.builds().get(label)))
                            .isTrue(),
                    model -> model.without(label));
        }
    }

    /** Nothing is replaced, so that nothing is merged: Lucene waits after a merge that failed. */
    private static final List<Step> STORY = List.of(
            new Step(LuceneIndex::prepare, model -> model),
            Step.live(0, 5, "old"),
            Step.made("b1"),
            Step.build("b1", 0, 4, "new"),
            Step.live(5, 7, "old, added"),
            Step.build("b1", 4, 6, "new, added"),
            Step.swapped("b1"),
            Step.live(6, 7, "added since"),
            Step.without("b1"),
            Step.made("b2"),
            Step.build("b2", 0, 3, "third"),
            Step.swapped("b2"),
            Step.swapped("b2"),
            Step.made("b1"),
            Step.without("b2"),
            Step.without("b1"));

    @Test
    void isTheOneOrTheOtherWhereverTheMachineStops() throws Exception {
        int stops = 0;
        CrashingDirectory directory;
        do {
            directory = new CrashingDirectory(stops++);
            List<Model> possible = play(directory);
            Random random = new Random(stops);
            List<Directory> disks =
                    List.of(directory.afterAKill(), directory.afterAPowerCut(), directory.afterAPowerCut(random));
            for (Directory disk : disks) {
                try (LuceneIndex index = open(disk)) {
                    assertThat(Model.of(index)).as("stopped at step %s", stops).isIn(possible);
                }
            }
            goesOn(disks.get(stops % disks.size()), possible, stops);
        } while (directory.stopped());
        assertThat(stops).as("steps at which it could stop").isGreaterThan(100);
    }

    /** What may be there: as before the step that was interrupted, or as after it. */
    private static List<Model> play(CrashingDirectory directory) {
        Model model = new Model(Map.of(), Map.of());
        LuceneIndex index = open(directory);
        try {
            for (Step step : STORY) {
                Model after = step.effect().apply(model);
                try {
                    step.action().accept(index);
                } catch (StocktakeException e) {
                    return List.of(model, after);
                }
                if (directory.stopped()) {
                    return List.of(after);
                }
                model = after;
            }
            return List.of(model);
        } finally {
            try {
                index.close();
            } catch (StocktakeException e) {
                // It stopped.
            }
        }
    }

    private static void goesOn(Directory found, List<Model> possible, int stop) throws IOException {
        try (LuceneIndex index = open(found)) {
            index.prepare();
            assertThat(Model.of(index)).as("stopped at step %s, prepared", stop).isIn(possible);
            index.build("next").prepare();
            index.build("next").write(batch(6, "next"));
            index.swap("next");
            assertThat(holds(index)).hasSize(6).containsValue("next");
            Map<String, IndexIdentity> builds = index.builds();
            builds.forEach(
                    (label, identity) -> assertThat(index.drop(label, identity)).isTrue());
            assertThat(files(found).stream()
                            .map(SlotDirectory::slotOf)
                            .filter(slot -> slot != null)
                            .distinct())
                    .as("stopped at step %s, files: %s", stop, files(found))
                    .hasSize(1);
            assertThat(holds(index)).hasSize(6).containsValue("next");
        }
    }

    @Test
    void isNeverEmptyOrHalfToSearchersWhileOneBuildAfterTheOtherTakesItsPlace() throws Exception {
        int products = 20;
        FaultyDirectory directory = new FaultyDirectory();
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try (LuceneIndex index = open(directory);
                LuceneIndex elsewhere = open(directory)) {
            index.prepare();
            index.write(batch(products, "0"));
            List<Future<Long>> searches = Stream.of(index, index, elsewhere)
                    .map(searched -> threads.submit(() -> {
                        long count = 0;
                        do {
                            Hits hits = searched.search(Search.everything().limit(products));
                            assertThat(hits.total()).isEqualTo(products);
                            assertThat(hits.hits().stream()
                                            .map(hit -> String.valueOf(
                                                    hit.document().get("name")))
                                            .distinct())
                                    .as("names of one moment")
                                    .hasSize(1);
                            assertThat(searched.get(ProductKey.of(7))).isPresent();
                            assertThat(searched.count()).isEqualTo(products);
                            count++;
                        } while (!done.get());
                        return count;
                    }))
                    .toList();
            for (int i = 1; i <= 40; i++) {
                IndexIdentity last = index.identify().orElseThrow();
                AuditableIndex build = index.build("b" + i);
                build.prepare();
                build.write(batch(products, String.valueOf(i)));
                index.swap("b" + i);
                assertThat(index.drop("b" + i, last)).isTrue();
            }
            done.set(true);
            for (Future<Long> search : searches) {
                assertThat(search.get()).isPositive();
            }
            assertThat(holds(elsewhere)).containsValue("40");
        } finally {
            done.set(true);
            threads.shutdownNow();
        }
    }
}
