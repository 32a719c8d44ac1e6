package dev.stocktake.meilisearch;

import dev.stocktake.testkit.AuditableIndexContract;
import dev.stocktake.testkit.IndexHarness;
import org.junit.jupiter.api.AfterEach;

class StandInAuditableIndexContractTest extends AuditableIndexContract {

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
