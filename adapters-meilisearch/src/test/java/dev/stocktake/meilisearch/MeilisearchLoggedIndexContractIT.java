package dev.stocktake.meilisearch;

import dev.stocktake.testkit.IndexHarness;
import dev.stocktake.testkit.LoggedIndexContract;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

@EnabledIfEnvironmentVariable(named = RealServer.URL, matches = ".+", disabledReason = RealServer.NONE)
class MeilisearchLoggedIndexContractIT extends LoggedIndexContract {

    private final RealHarness harness = new RealHarness();

    @Override
    protected IndexHarness harness() {
        return harness;
    }

    @AfterEach
    void closes() {
        harness.close();
    }
}
