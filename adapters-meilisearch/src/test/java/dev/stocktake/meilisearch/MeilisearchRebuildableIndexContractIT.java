package dev.stocktake.meilisearch;

import dev.stocktake.testkit.IndexHarness;
import dev.stocktake.testkit.RebuildableIndexContract;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

@EnabledIfEnvironmentVariable(named = RealServer.URL, matches = ".+", disabledReason = RealServer.NONE)
class MeilisearchRebuildableIndexContractIT extends RebuildableIndexContract {

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
