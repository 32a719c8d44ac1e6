package dev.stocktake.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Does a full sync fit into a small heap, whatever the size of the catalogue? Runs each in a JVM of its own. */
final class HeapCase implements Case {

    static final String LIMIT = "-Xmx128m";

    static final String LIVE = "liveHeapMiB";

    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public String name() {
        return "heap";
    }

    @Override
    public void run(Stage stage, Plan plan, Results results) throws SQLException {
        List<Integer> sizes = new ArrayList<>();
        sizes.add(plan.small());
        sizes.addAll(plan.catalogues());
        for (int products : sizes) {
            Shop shop = stage.shop(products);
            stage.sink().reset(false);
            ObjectNode line = Results.line(name(), products).put("limit", LIMIT);
            line.setAll(probe(stage, shop));
            results.add(line);
            if (line.has(LIVE)) {
                results.figure(
                        name(),
                        products,
                        "live heap, MiB",
                        Spread.of(line.path(LIVE).asDouble()),
                        "<= 64");
            }
        }
    }

    private static ObjectNode probe(Stage stage, Shop shop) {
        Jvm.Ended ended = Jvm.run(List.of(LIMIT, "-XX:+ExitOnOutOfMemoryError"), HeapProbe.class, stage, shop);
        if (ended.exit() != 0) {
            return JSON.createObjectNode().put("succeeded", false).put("exit", ended.exit());
        }
        try {
            return JSON.readValue(ended.said(), ObjectNode.class);
        } catch (IOException e) {
            throw new UncheckedIOException("The JVM with " + LIMIT + " did not say how it went", e);
        }
    }
}
