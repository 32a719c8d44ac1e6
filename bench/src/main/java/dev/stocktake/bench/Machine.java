package dev.stocktake.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.SQLException;

/** Where the figures come from. */
final class Machine {

    private Machine() {}

    static ObjectNode describe(Plan plan, Stage stage) throws SQLException {
        try (Connection connection = stage.setUp().source().getConnection()) {
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("case", "machine")
                    .put("mode", plan.mode())
                    .put("rounds", plan.rounds())
                    .put("seed", Stage.SEED)
                    .put("processors", Runtime.getRuntime().availableProcessors())
                    .put(
                            "load",
                            Results.rounded(
                                    ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()))
                    .put("java", Runtime.version().toString())
                    .put("heapMiB", Runtime.getRuntime().maxMemory() >> 20)
                    .put("postgresql", connection.getMetaData().getDatabaseProductVersion())
                    .put("postgresqlSettings", "durable, no parallel plans")
                    .put("sink", "null sink: applies at once and holds nothing");
        }
    }
}
