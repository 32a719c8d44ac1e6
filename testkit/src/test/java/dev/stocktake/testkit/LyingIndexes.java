package dev.stocktake.testkit;

import dev.stocktake.Document;
import dev.stocktake.FingerprintPage;
import dev.stocktake.IndexIdentity;
import dev.stocktake.LoggedIndex;
import dev.stocktake.LoggedIndex.LogPage;
import dev.stocktake.Outcome;
import dev.stocktake.ProductKey;
import dev.stocktake.RebuildableIndex;
import dev.stocktake.SearchIndex;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Indexes that break their contract. */
final class LyingIndexes {

    private LyingIndexes() {}

    /** How an index lies: by answering one method otherwise. */
    interface Lie {

        /** The lie, or null to let the honest index answer. */
        @Nullable
        Object instead(InMemoryIndex honest, String method, Object[] arguments);
    }

    private static final class LyingIndexHarness implements IndexHarness {

        private final InMemoryIndexHarness honest = new InMemoryIndexHarness(index -> index);
        private final SearchIndex lying;

        private LyingIndexHarness(Lie lie) {
            InMemoryIndex index = (InMemoryIndex) honest.index();
            this.lying = (SearchIndex) Proxy.newProxyInstance(
                    Lie.class.getClassLoader(),
                    new Class<?>[] {RebuildableIndex.class, LoggedIndex.class},
                    (proxy, method, arguments) -> {
                        Object[] given = arguments == null ? new Object[0] : arguments;
                        Object instead = lie.instead(index, method.getName(), given);
                        try {
                            return instead == null ? method.invoke(index, given) : instead;
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        }

        @Override
        public SearchIndex index() {
            return lying;
        }

        @Override
        public Optional<Document> stored(ProductKey key) {
            return honest.stored(key);
        }

        @Override
        public long size() {
            return honest.size();
        }

        @Override
        public Document bad() {
            return honest.bad();
        }

        @Override
        public SearchIndex unreachable() {
            return honest.unreachable();
        }

        @Override
        public void recreate() {
            honest.recreate();
        }

        @Override
        public void writeElsewhere(ProductKey key, Document document) {
            honest.writeElsewhere(key, document);
        }

        @Override
        public void eraseElsewhere(ProductKey key) {
            honest.eraseElsewhere(key);
        }

        @Override
        public void holdBack() {
            honest.holdBack();
        }

        @Override
        public void letGo() {
            honest.letGo();
        }

        @Override
        public void forgetLog() {
            honest.forgetLog();
        }
    }

    @RunByContractRun
    static final class AcceptedIsApplied extends SearchIndexContract {

        private final IndexHarness harness = new LyingIndexHarness((index, method, arguments) -> {
            if (!method.equals("outcomes")) {
                return null;
            }
            Map<Object, Object> outcomes = new HashMap<>();
            ((Collection<?>) arguments[0]).forEach(receipt -> outcomes.put(receipt, Outcome.applied()));
            return outcomes;
        });

        @Override
        protected IndexHarness harness() {
            return harness;
        }
    }

    @RunByContractRun
    static final class PagesWithoutTheirLastEntry extends AuditableIndexContract {

        private final IndexHarness harness = new LyingIndexHarness((index, method, arguments) -> {
            if (!method.equals("fingerprints") || arguments.length != 2) {
                return null;
            }
            FingerprintPage page = index.fingerprints((String) arguments[0], (Integer) arguments[1]);
            return page.next() == null
                    ? page
                    : new FingerprintPage(
                            without(page.entries(), ProductKey.of(page.next())), page.next(), page.version());
        });

        private static <K, V> Map<K, V> without(Map<K, V> map, K key) {
            Map<K, V> rest = new HashMap<>(map);
            rest.remove(key);
            return rest;
        }

        @Override
        protected IndexHarness harness() {
            return harness;
        }
    }

    @RunByContractRun
    static final class CountOfWhatWasAccepted extends AuditableIndexContract {

        private final IndexHarness harness = new LyingIndexHarness((index, method, arguments) ->
                method.equals("count") ? (Object) (index.count() + index.waitingTasks()) : null);

        @Override
        protected IndexHarness harness() {
            return harness;
        }
    }

    @RunByContractRun
    static final class DocumentsWithoutNulls extends AuditableIndexContract {

        private final IndexHarness harness = new LyingIndexHarness((index, method, arguments) -> {
            if (!method.equals("documents") || arguments.length == 0) {
                return null;
            }
            Map<ProductKey, Document> documents = new HashMap<>();
            ((Collection<?>) arguments[0])
                    .forEach(key -> index.document((ProductKey) key)
                            .ifPresent(document -> documents.put((ProductKey) key, withoutNulls(document))));
            return documents;
        });

        private static Document withoutNulls(Document document) {
            Document.Builder rest = Document.builder();
            document.fields().forEach((field, value) -> {
                if (value != null) {
                    rest.put(field, value);
                }
            });
            return rest.build();
        }

        @Override
        protected IndexHarness harness() {
            return harness;
        }
    }

    @RunByContractRun
    static final class OnlyTheFirstTwentyDocuments extends AuditableIndexContract {

        private final IndexHarness harness = new LyingIndexHarness((index, method, arguments) -> {
            if (!method.equals("documents") || arguments.length == 0) {
                return null;
            }
            return index.documents(((Collection<?>) arguments[0])
                    .stream().map(ProductKey.class::cast).limit(20).toList());
        });

        @Override
        protected IndexHarness harness() {
            return harness;
        }
    }

    @RunByContractRun
    static final class LogWithoutHoles extends LoggedIndexContract {

        private final IndexHarness harness = new LyingIndexHarness((index, method, arguments) -> {
            if (!method.equals("writesAfter")) {
                return null;
            }
            LogPage page = index.writesAfter((Long) arguments[0], (Integer) arguments[1]);
            return new LogPage(page.writes(), page.position(), false, page.more());
        });

        @Override
        protected IndexHarness harness() {
            return harness;
        }
    }

    @RunByContractRun
    static final class LogPastWhatIsFinal extends LoggedIndexContract {

        private final IndexHarness harness = new LyingIndexHarness((index, method, arguments) -> {
            if (!method.equals("writesAfter")) {
                return null;
            }
            LogPage page = index.writesAfter((Long) arguments[0], (Integer) arguments[1]);
            return new LogPage(page.writes(), page.position() + index.waitingTasks(), page.hole(), page.more());
        });

        @Override
        protected IndexHarness harness() {
            return harness;
        }
    }

    @RunByContractRun
    static final class SwapThatIsSentTwice extends RebuildableIndexContract {

        private final IndexHarness harness = new LyingIndexHarness((index, method, arguments) -> {
            if (!method.equals("swap")) {
                return null;
            }
            index.swap((String) arguments[0]);
            return index.swap((String) arguments[0]);
        });

        @Override
        protected IndexHarness harness() {
            return harness;
        }
    }

    @RunByContractRun
    static final class DropOfWhateverIsThere extends RebuildableIndexContract {

        private final IndexHarness harness = new LyingIndexHarness((index, method, arguments) -> {
            if (!method.equals("drop")) {
                return null;
            }
            String label = (String) arguments[0];
            IndexIdentity there = index.builds().get(label);
            return there != null && index.drop(label, there);
        });

        @Override
        protected IndexHarness harness() {
            return harness;
        }
    }

    @RunByContractRun
    static final class LogOfTheLiveIndexOnly extends RebuildableIndexContract {

        private final IndexHarness harness = new LyingIndexHarness((index, method, arguments) -> {
            if (!method.equals("writesAfter")) {
                return null;
            }
            LogPage page = index.writesAfter((Long) arguments[0], (Integer) arguments[1]);
            return new LogPage(
                    page.writes().subList(0, Math.min(1, page.writes().size())), page.position(), page.hole(), false);
        });

        @Override
        protected IndexHarness harness() {
            return harness;
        }
    }
}
