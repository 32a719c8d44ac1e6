package dev.stocktake.testkit;

class InMemoryIndexSearchContractTest extends SearchIndexContract {

    private final IndexHarness harness = new InMemoryIndexHarness(InMemoryIndex::writeOnly);

    @Override
    protected IndexHarness harness() {
        return harness;
    }
}
