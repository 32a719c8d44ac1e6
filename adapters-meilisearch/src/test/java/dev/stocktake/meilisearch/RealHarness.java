package dev.stocktake.meilisearch;

import dev.stocktake.testkit.Capability;
import java.util.Map;

/** A real server. */
final class RealHarness extends ServerHarness {

    RealHarness() {
        super(RealServer.url(), RealServer.key(), RealServer.freshUid());
    }

    @Override
    void work() {
        // It works by itself.
    }

    @Override
    public Map<Capability, String> missing() {
        return Map.of(Capability.HELD_BACK_WRITES, "a real Meilisearch cannot be told to wait");
    }
}
