package dev.stocktake.meilisearch;

import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

@EnabledIfEnvironmentVariable(
        named = RealServer.URL,
        matches = ".+",
        disabledReason =
                "no real Meilisearch: set STOCKTAKE_MEILISEARCH_URL, and STOCKTAKE_MEILISEARCH_KEY to its master key")
class ServerRulesIT extends ServerRules {

    @Override
    String url() {
        return RealServer.url();
    }

    @Override
    String masterKey() {
        return RealServer.key();
    }

    @Override
    String freshUid() {
        return RealServer.freshUid();
    }

    @Override
    void work() {
        // It works by itself.
    }
}
