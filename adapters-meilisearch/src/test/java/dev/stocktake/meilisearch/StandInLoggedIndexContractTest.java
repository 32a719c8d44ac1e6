package dev.stocktake.meilisearch;

import dev.stocktake.testkit.IndexHarness;
import dev.stocktake.testkit.LoggedIndexContract;
import org.junit.jupiter.api.AfterEach;

class StandInLoggedIndexContractTest extends LoggedIndexContract {

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
