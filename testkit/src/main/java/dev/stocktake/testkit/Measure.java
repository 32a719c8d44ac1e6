package dev.stocktake.testkit;

import dev.stocktake.BatchLimits;
import dev.stocktake.ProductKey;
import dev.stocktake.RefusedException;
import dev.stocktake.WriteBatch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A batch held against an index's limits.
 *
 * @param fitting what can be sent
 * @param refused documents that are too large alone
 */
record Measure(WriteBatch fitting, Map<ProductKey, String> refused) {

    /** @throws RefusedException if the batch is too large as a whole */
    static Measure of(WriteBatch batch, BatchLimits limits) {
        if (batch.size() > limits.maxProducts()) {
            throw new RefusedException(
                    "Batch '" + batch.id() + "' holds " + batch.size() + " products; at most " + limits.maxProducts()
                            + " fit into one request",
                    null);
        }
        return limits.maxBytes() == Long.MAX_VALUE ? new Measure(batch, Map.of()) : weighed(batch, limits.maxBytes());
    }

    private static Measure weighed(WriteBatch batch, long maxBytes) {
        List<WriteBatch.Upsert> fitting = new ArrayList<>();
        Map<ProductKey, String> refused = new LinkedHashMap<>();
        long sum = 0;
        for (WriteBatch.Upsert upsert : batch.upserts()) {
            long bytes = upsert.document().toString().length();
            if (bytes > maxBytes) {
                refused.put(upsert.key(), "The document has " + bytes + " bytes; the index takes " + maxBytes);
            } else {
                fitting.add(upsert);
                sum += bytes;
            }
        }
        if (sum > maxBytes) {
            throw new RefusedException(
                    "Batch '" + batch.id() + "' has " + sum + " bytes; the index takes " + maxBytes, null);
        }
        return new Measure(new WriteBatch(batch.id(), fitting, batch.deletions()), refused);
    }
}
