package dev.stocktake.bench;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * A floor: what the database gives out by {@code COPY} is sent on as it is. While one request is on its way the next is
 * read, as in a pipe. No keys, no ledger, no fingerprints, nothing awaited: nobody should be much faster.
 */
final class CopyFloor implements Contestant {

    private static final int BODY = 8 * 1024 * 1024;

    private final String name;
    private final String settings;
    private final String query;
    private final Database database;
    private final Sink sink;

    private CopyFloor(String name, String settings, String query, Database database, Sink sink) {
        this.name = name;
        this.settings = settings;
        this.query = query;
        this.database = database;
        this.sink = sink;
    }

    /** The documents as the database itself builds them. */
    static CopyFloor json(Shop shop, Database database, Sink sink) {
        return new CopyFloor("copy-json", "", FloorSql.json(shop), database, sink);
    }

    /** The rows of which the documents are made, joined. */
    static CopyFloor flat(Shop shop, Database database, Sink sink) {
        return new CopyFloor("copy-flat", "", FloorSql.flat(shop), database, sink);
    }

    /** The same rows by the plan that reads every table once in the order of its keys, which is the cheapest there is. */
    static CopyFloor merged(Shop shop, Database database, Sink sink) {
        return new CopyFloor(
                "copy-merged",
                "set local enable_hashjoin = off; set local enable_nestloop = off; set local enable_sort = off",
                FloorSql.flat(shop),
                database,
                sink);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void prepare() {
        sink.reset(false);
    }

    @Override
    public void run() throws SQLException {
        try (Connection connection = database.source().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            if (!settings.isEmpty()) {
                statement.execute(settings);
            }
            CopyOut rows = connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    // With characters that no text holds, CSV is the bare JSON.
                    .copyOut("copy (" + query + ") to stdout (format csv, quote e'\\x01', delimiter e'\\x02')");
            send(rows);
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    private void send(CopyOut rows) throws SQLException {
        ByteArrayOutputStream body = new ByteArrayOutputStream(BODY + 64 * 1024);
        CompletableFuture<?> onItsWay = CompletableFuture.completedFuture(null);
        for (byte[] row = rows.readFromCopy(); row != null; row = rows.readFromCopy()) {
            body.writeBytes(row);
            if (body.size() >= BODY) {
                onItsWay.join();
                onItsWay = post(body);
                body.reset();
            }
        }
        onItsWay.join();
        post(body).join();
    }

    private CompletableFuture<?> post(ByteArrayOutputStream body) {
        return sink.post("/floor", BodyPublishers.ofByteArray(body.toByteArray()))
                .thenAccept(CopyFloor::check);
    }

    private static void check(HttpResponse<?> answer) {
        if (answer.statusCode() != 200) {
            throw new IllegalStateException("The sink answered " + answer.statusCode());
        }
    }
}
