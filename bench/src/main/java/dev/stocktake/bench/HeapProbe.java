package dev.stocktake.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stocktake.SyncListener;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncProgress;
import dev.stocktake.SyncReport;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A full sync that stops again and again to collect the garbage, and looks at what is left: what the sync really holds on
 * to, and what it has written into the ledger. Not measured by the clock.
 */
final class HeapProbe implements SyncListener {

    private static final int LOOKS = 20;

    private final Database database;
    private final Shop shop;
    private final int step;
    private long next;
    private int looks;
    private long liveMost;
    private long rowsMost;

    private HeapProbe(Database database, Shop shop) {
        this.database = database;
        this.shop = shop;
        this.step = Math.max(1, shop.products() / LOOKS);
    }

    /** Says what it found as JSON. Arguments: database, schema, products, sink. */
    public static void main(String[] args) throws SQLException, IOException {
        Shop shop = new Shop(args[1], Integer.parseInt(args[2]));
        try (Database database = Database.open(args[0], "probe")) {
            HeapProbe probe = new HeapProbe(database, shop);
            try (Subject subject = Subject.fresh(shop, database.source(), database.source(), args[3], probe)) {
                SyncReport report = subject.run(SyncPolicy.full().inPlace());
                System.out.println(probe.found(report));
            }
        }
    }

    /** What is handed over or confirmed is still held: the best moment to look. */
    @Override
    public void progressed(SyncProgress progress) {
        if (progress.counts().found() >= next) {
            next = progress.counts().found() + step;
            looks++;
            liveMost = Math.max(liveMost, live());
            rowsMost = Math.max(rowsMost, rows());
        }
    }

    private ObjectNode found(SyncReport report) throws IOException {
        return JsonNodeFactory.instance
                .objectNode()
                .put("succeeded", report.counts().written() == shop.products())
                .put(HeapCase.LIVE, mebibytes(liveMost))
                .put("looks", looks)
                .put("residentMiB", mebibytes(resident()))
                .put("ledgerRowsMost", rowsMost)
                .put("ledgerRowsAfter", rows());
    }

    private static long live() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Everything in every table of the ledger. */
    private long rows() {
        try (Connection connection = database.source().getConnection();
                Statement statement = connection.createStatement();
                ResultSet count = statement.executeQuery(ledgerCount(connection))) {
            count.next();
            return count.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException("The ledger's rows cannot be counted", e);
        }
    }

    private String ledgerCount(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet tables = statement.executeQuery(
                        "select string_agg('select count(*) n from ' || quote_ident(schemaname) || '.' || quote_ident(tablename),"
                                + " ' union all ') from pg_tables where schemaname = '" + Subject.ledgerSchema(shop)
                                + "'")) {
            tables.next();
            return "select sum(n) from (" + tables.getString(1) + ") counts";
        }
    }

    private static long resident() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElse(0);
    }

    private static double mebibytes(long bytes) {
        return Results.rounded(bytes / 1024.0 / 1024);
    }
}
