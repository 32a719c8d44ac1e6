package dev.stocktake.meilisearch;

import dev.stocktake.testkit.IndexHarness;
import dev.stocktake.testkit.RebuildableIndexContract;
import org.junit.jupiter.api.AfterEach;

class StandInRebuildableIndexContractTest extends RebuildableIndexContract {

    private final StandInHarness harness = new StandInHarness();

    @Override
    protected IndexHarness harness() {
        return harness;
    }

    @AfterEach
    void closes() {
        harness.close();
    }
}
