package dev.stocktake.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import dev.stocktake.SyncListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.sql.SQLException;
import java.util.List;

/** A full sync in a JVM of its own that has just started: what a nightly job takes, with all that a JVM takes to begin. */
final class ColdSync {

    private static final ObjectMapper JSON = new ObjectMapper();

    private ColdSync() {}

    /** The processor time of the whole process, in microseconds for each document. */
    static double microsPerDocument(Stage stage, Shop shop) {
        stage.sink().reset(false);
        Jvm.Ended ended = Jvm.run(List.of(), ColdSync.class, stage, shop);
        if (ended.exit() != 0) {
            throw new IllegalStateException("The JVM of its own ended with " + ended.exit());
        }
        try {
            return JSON.readValue(ended.said(), ObjectNode.class).path("micros").asDouble() / shop.products();
        } catch (IOException e) {
            throw new UncheckedIOException("The JVM of its own did not say what it took", e);
        }
    }

    /** Says what it took as JSON. Arguments: database, schema, products, sink. */
    public static void main(String[] args) throws SQLException {
        Shop shop = new Shop(args[1], Integer.parseInt(args[2]));
        try (Database database = Database.open(args[0], "cold");
                Subject subject =
                        Subject.fresh(shop, database.source(), database.source(), args[3], SyncListener.NONE)) {
            subject.fill(shop);
            long nanos = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)
                    .getProcessCpuTime();
            System.out.println(JSON.createObjectNode().put("micros", nanos / 1e3));
        }
    }
}
