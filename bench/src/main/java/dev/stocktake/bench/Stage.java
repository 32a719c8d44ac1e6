package dev.stocktake.bench;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Everything that is there before anybody runs: a database server with its pools, a null sink, and shops. */
final class Stage implements AutoCloseable {

    static final int SEED = 20_261_101;

    private final Path scratch;
    private final Postgres server;
    private final Sink sink;
    private final Database setUp;
    private final Database source;
    private final Database ledger;
    private final Map<Integer, Shop> shops = new HashMap<>();

    private Stage(Path scratch, Postgres server, Sink sink) {
        this.scratch = scratch;
        this.server = server;
        this.sink = sink;
        this.setUp = Database.open(server.url(), "set-up");
        this.source = Database.open(server.url(), "source");
        this.ledger = Database.open(server.url(), "ledger");
    }

    /** @param scratch where the database's files go, and those of others, for as long as they run */
    static Stage set(Path scratch) {
        return new Stage(scratch, Postgres.start(scratch), Sink.start());
    }

    /** The shop with so many products; made when it is asked for the first time. */
    Shop shop(int products) throws SQLException {
        Shop known = shops.get(products);
        if (known == null) {
            known = Shop.open(setUp.source(), "shop_" + products, products, SEED);
            shops.put(products, known);
        }
        return known;
    }

    Meter meter() {
        return new Meter(server, sink, List.of(source), List.of(ledger));
    }

    /** Where files may lie for a while. */
    Path scratch() {
        return scratch;
    }

    Postgres server() {
        return server;
    }

    String databaseUrl() {
        return server.url();
    }

    Sink sink() {
        return sink;
    }

    /** Not measured. */
    Database setUp() {
        return setUp;
    }

    /** Products are read through this one. */
    Database source() {
        return source;
    }

    /** Ledgers use this one. */
    Database ledger() {
        return ledger;
    }

    @Override
    public void close() {
        ledger.close();
        source.close();
        setUp.close();
        sink.close();
        server.close();
    }
}
