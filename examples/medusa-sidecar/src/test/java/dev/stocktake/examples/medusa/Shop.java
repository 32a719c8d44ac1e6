package dev.stocktake.examples.medusa;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import javax.sql.DataSource;

/** A shop in a database of its own on a real PostgreSQL: the small invented one, or a whole one that Medusa made. */
final class Shop {

    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final String WHOLE = "stocktake.medusa";

    private final String name;
    private final DataSource superuser;

    private Shop(String name) {
        this.name = name;
        this.superuser = Server.INSTANCE.getDatabase("postgres", name);
    }

    private static final class Server {

        static final EmbeddedPostgres INSTANCE = start();

        private static EmbeddedPostgres start() {
            try {
                EmbeddedPostgres server = EmbeddedPostgres.builder()
                        .setServerConfig("fsync", "off")
                        .setServerConfig("max_connections", "200")
                        .start();
                try (Connection connection = server.getPostgresDatabase().getConnection();
                        Statement statement = connection.createStatement()) {
                    // Medusa's own user: the owner of the shop, and nothing more.
                    statement.execute("create role medusa login password 'medusa'");
                }
                return server;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (SQLException e) {
                throw new AssertionError(e);
            }
        }
    }

    static int port() {
        return Server.INSTANCE.getPort();
    }

    /** Without a table. */
    static Shop empty() {
        String name = "shop_" + COUNT.incrementAndGet();
        run(Server.INSTANCE.getPostgresDatabase(), "create database " + name + " owner medusa");
        Shop shop = new Shop(name);
        shop.run("alter schema public owner to medusa");
        return shop;
    }

    static Shop invented() {
        Shop shop = empty();
        shop.asOwner(Queries.ours("shop.sql"));
        return shop;
    }

    /** Where a whole shop would be: beside the repository, or where {@code -Dstocktake.medusa} says. */
    static Path wholeShop() {
        String told = System.getProperty(WHOLE, "");
        return told.isEmpty()
                ? Path.of("..", "..", "..", "shared", "medusa").toAbsolutePath().normalize()
                : Path.of(told);
    }

    /** Skips, with a line that says why, where there is none. */
    static Shop whole() {
        Path files = wholeShop();
        assumeTrue(
                Files.exists(files.resolve("data.sql.gz")),
                () -> "Skipped: no Medusa shop in '" + files + "' (set -D" + WHOLE
                        + " to the directory that holds schema.sql and data.sql.gz)");
        Shop shop = empty();
        try (InputStream rows = new GZIPInputStream(Files.newInputStream(files.resolve("data.sql.gz")))) {
            shop.asOwner(Files.readString(files.resolve("schema.sql")));
            shop.asOwner(new String(rows.readAllBytes(), StandardCharsets.UTF_8));
            shop.run("analyze");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return shop;
    }

    /** What every edit is tried on: the invented one has a row for each of them, too. */
    static Shop wholeOrInvented() {
        return Files.exists(wholeShop().resolve("data.sql.gz")) && !Boolean.getBoolean(WHOLE + ".ignored")
                ? whole()
                : invented();
    }

    static String sqlOfWholeShop(String file) {
        try {
            String text = Files.readString(wholeShop().resolve(file)).strip();
            return text.endsWith(";") ? text.substring(0, text.length() - 1) : text;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As Medusa writes it. */
    String url(String user) {
        return "postgres://" + user + ":" + user + "@127.0.0.1:" + port() + "/" + name + "?sslmode=disable";
    }

    String url() {
        return url("medusa");
    }

    String name() {
        return name;
    }

    /** What the sidecar is told, to keep this shop's index on a server. */
    Map<String, String> environment(String meilisearch, String key) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("DATABASE_URL", url());
        environment.put("MEILISEARCH_HOST", meilisearch);
        environment.put("MEILISEARCH_API_KEY", key);
        environment.put("STOCKTAKE_SMART", "100ms");
        environment.put("STOCKTAKE_PORT", "0");
        return environment;
    }

    DataSource superuser() {
        return superuser;
    }

    int run(String sql) {
        return run(superuser, sql);
    }

    /** As the owner of the shop, so that what is made belongs to it. */
    void asOwner(String sql) {
        as("medusa", sql);
    }

    void as(String role, String sql) {
        run(Server.INSTANCE.getDatabase(role, name), sql);
    }

    static int run(DataSource database, String sql) {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            return statement.execute(sql) ? 0 : statement.getUpdateCount();
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    List<String> texts(String sql) {
        try {
            return Databases.list(superuser, sql, row -> row.getString(1));
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    /** Everything that somebody could have made: what is where, of which type, with which triggers, functions and rights. */
    List<String> schema() {
        return texts("""
                select concat_ws('|', n.nspname, c.relname, c.relkind, a.attname, format_type(a.atttypid, a.atttypmod), c.relacl)
                from pg_namespace n left join pg_class c on c.relnamespace = n.oid
                left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
                where n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
                union all select concat_ws('|', tgrelid::regclass, tgname) from pg_trigger where not tgisinternal
                union all select concat_ws('|', pronamespace::regnamespace, proname) from pg_proc
                    where pronamespace::regnamespace::text not in ('pg_catalog', 'information_schema')
                union all select evtname::text from pg_event_trigger
                order by 1""");
    }

    @Override
    public String toString() {
        return name;
    }
}
