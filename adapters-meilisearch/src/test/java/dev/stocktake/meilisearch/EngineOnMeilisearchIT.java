package dev.stocktake.meilisearch;

import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

@EnabledIfEnvironmentVariable(named = RealServer.URL, matches = ".+", disabledReason = RealServer.NONE)
class EngineOnMeilisearchIT extends EngineRules {

    private final RealHarness harness = new RealHarness();

    @Override
    ServerHarness harness() {
        return harness;
    }
}
