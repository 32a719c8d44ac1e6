package dev.stocktake.testkit;

import org.junit.jupiter.api.Nested;

class InMemoryIndexRebuildContractTest extends RebuildableIndexContract {

    private final InMemoryIndexHarness harness = new InMemoryIndexHarness(index -> index);

    @Override
    protected IndexHarness harness() {
        return harness;
    }

    @Nested
    class WithoutALog extends RebuildableIndexContract {

        private final InMemoryIndexHarness harness = new InMemoryIndexHarness(InMemoryIndex::withoutLog);

        @Override
        protected IndexHarness harness() {
            return harness;
        }
    }
}
