package dev.stocktake.meilisearch;

import dev.stocktake.Sleeper;

/** The stand-in, which works while the contracts wait. */
final class StandInHarness extends ServerHarness {

    private final MeilisearchStandIn server;
    private boolean held;

    StandInHarness() {
        this(MeilisearchStandIn.manual());
    }

    private StandInHarness(MeilisearchStandIn server) {
        super(server.url(), MeilisearchStandIn.MASTER_KEY, "lamps");
        this.server = server;
    }

    MeilisearchStandIn server() {
        return server;
    }

    @Override
    void work() {
        if (!held) {
            server.drain();
        }
    }

    @Override
    public void holdBack() {
        held = true;
    }

    @Override
    public void letGo() {
        held = false;
    }

    @Override
    public Sleeper sleeper() {
        return time -> work();
    }

    @Override
    void close() {
        super.close();
        server.close();
    }
}
