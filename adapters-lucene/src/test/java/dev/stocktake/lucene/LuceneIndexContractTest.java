package dev.stocktake.lucene;

import dev.stocktake.testkit.AuditableIndexContract;
import dev.stocktake.testkit.IndexHarness;
import dev.stocktake.testkit.RebuildableIndexContract;
import dev.stocktake.testkit.SearchIndexContract;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;

class LuceneIndexContractTest {

    @Nested
    class Writing extends SearchIndexContract {

        private final LuceneHarness harness = new LuceneHarness();

        @Override
        protected IndexHarness harness() {
            return harness;
        }

        @AfterEach
        void close() {
            harness.close();
        }
    }

    @Nested
    class Auditing extends AuditableIndexContract {

        private final LuceneHarness harness = new LuceneHarness();

        @Override
        protected IndexHarness harness() {
            return harness;
        }

        @AfterEach
        void close() {
            harness.close();
        }
    }

    @Nested
    class Rebuilding extends RebuildableIndexContract {

        private final LuceneHarness harness = new LuceneHarness();

        @Override
        protected IndexHarness harness() {
            return harness;
        }

        @AfterEach
        void close() {
            harness.close();
        }
    }
}
