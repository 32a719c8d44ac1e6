package dev.stocktake.testkit;

class InMemoryIndexAuditContractTest extends AuditableIndexContract {

    private final IndexHarness harness = new InMemoryIndexHarness(InMemoryIndex::withoutLog);

    @Override
    protected IndexHarness harness() {
        return harness;
    }
}
