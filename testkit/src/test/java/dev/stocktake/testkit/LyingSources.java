package dev.stocktake.testkit;

import dev.stocktake.Document;
import dev.stocktake.KeyPage;
import dev.stocktake.ProductKey;
import dev.stocktake.ProductSource;
import dev.stocktake.Projection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sources that break their contract. */
final class LyingSources {

    private LyingSources() {}

    /** Passes everything on; a liar overrides what it lies about. */
    abstract static class LyingSource implements ProductSource {

        final InMemoryProductSource honest = new InMemoryProductSource();

        @Override
        public Map<ProductKey, Projection> read(Collection<ProductKey> keys) {
            return honest.read(keys);
        }

        @Override
        public KeyPage keys(@Nullable ProductKey after, int limit) {
            return honest.keys(after, limit);
        }

        @Override
        public int compare(ProductKey left, ProductKey right) {
            return honest.compare(left, right);
        }
    }

    abstract static class LyingSourceContract extends ProductSourceContract {

        abstract LyingSource lying();

        @Override
        protected ProductSource source() {
            return lying();
        }

        @Override
        protected void save(ProductKey key, String title) {
            lying().honest.put(key, Document.of(Map.of(TITLE, title)));
        }

        @Override
        protected void delete(ProductKey key) {
            lying().honest.remove(key);
        }

        @Override
        protected Map<Capability, String> missing() {
            return Map.of(
                    Capability.CALLERS_TRANSACTION, "not the matter here",
                    Capability.UNPUBLISHED_PRODUCTS, "not the matter here",
                    Capability.UNREADABLE_PRODUCTS, "not the matter here");
        }
    }

    @RunByContractRun
    static final class CachingSource extends LyingSourceContract {

        private final LyingSource source = new LyingSource() {
            private final Map<ProductKey, Projection> cache = new HashMap<>();

            @Override
            public Map<ProductKey, Projection> read(Collection<ProductKey> keys) {
                honest.read(keys).forEach(cache::putIfAbsent);
                Map<ProductKey, Projection> answer = new HashMap<>(cache);
                answer.keySet().retainAll(keys);
                return answer;
            }
        };

        @Override
        LyingSource lying() {
            return source;
        }
    }

    @RunByContractRun
    static final class OffsetSource extends LyingSourceContract {

        private final LyingSource source = new LyingSource() {
            private int offset;

            @Override
            public KeyPage keys(@Nullable ProductKey after, int limit) {
                offset = after == null ? 0 : offset;
                List<ProductKey> all = new ArrayList<>(honest.documents().keySet());
                int end = Math.min(all.size(), offset + limit);
                List<ProductKey> page = all.subList(Math.min(offset, end), end);
                offset = end;
                return KeyPage.of(after, page, end == all.size());
            }
        };

        @Override
        LyingSource lying() {
            return source;
        }
    }

    @RunByContractRun
    static final class MisorderedSource extends LyingSourceContract {

        private final LyingSource source = new LyingSource() {
            @Override
            public int compare(ProductKey left, ProductKey right) {
                return String.CASE_INSENSITIVE_ORDER.compare(left.value(), right.value());
            }
        };

        @Override
        LyingSource lying() {
            return source;
        }
    }
}
