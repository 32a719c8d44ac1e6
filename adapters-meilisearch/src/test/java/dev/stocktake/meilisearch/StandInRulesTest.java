package dev.stocktake.meilisearch;

class StandInRulesTest extends ServerRules {

    private final MeilisearchStandIn server = MeilisearchStandIn.manual();

    @Override
    String url() {
        return server.url();
    }

    @Override
    String masterKey() {
        return MeilisearchStandIn.MASTER_KEY;
    }

    @Override
    String freshUid() {
        return "lamps-" + System.identityHashCode(new Object());
    }

    @Override
    void work() {
        server.drain();
    }

    @Override
    void stop() {
        server.close();
    }
}
