package dev.stocktake.testkit;

class InMemoryIndexLogContractTest extends LoggedIndexContract {

    private final IndexHarness harness = new InMemoryIndexHarness(index -> index);

    @Override
    protected IndexHarness harness() {
        return harness;
    }
}
