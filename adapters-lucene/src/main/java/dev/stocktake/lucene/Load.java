package dev.stocktake.lucene;

import dev.stocktake.BatchLimits;
import dev.stocktake.ProductKey;
import dev.stocktake.RefusedException;
import dev.stocktake.WriteBatch;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.IndexWriter;

/**
 * A batch as Lucene takes it.
 *
 * @param refused products left out, with the reason
 */
record Load(Map<ProductKey, Document> upserts, List<ProductKey> deletions, Map<ProductKey, String> refused)
        implements Store.Change {

    /** @throws RefusedException if the batch is too large as a whole */
    static Load of(WriteBatch batch, DocumentMapper mapper, BatchLimits limits) {
        if (batch.size() > limits.maxProducts()) {
            throw new RefusedException(
                    "Batch '" + batch.id() + "' holds " + batch.size() + " products; 'limits' allows "
                            + limits.maxProducts(),
                    null);
        }
        Map<ProductKey, Document> upserts = new LinkedHashMap<>();
        Map<ProductKey, String> refused = new LinkedHashMap<>();
        long bytes = 0;
        for (WriteBatch.Upsert upsert : batch.upserts()) {
            DocumentMapper.Spelt spelt = upsert.spelt() instanceof DocumentMapper.Spelt before
                    ? before
                    : mapper.spell(upsert, limits.maxBytes());
            DocumentMapper.Entry entry = spelt.entry();
            if (entry == null) {
                refused.put(upsert.key(), spelt.problem());
            } else {
                upserts.put(upsert.key(), entry.fields());
                bytes += entry.size();
            }
            if (bytes > limits.maxBytes()) {
                throw new RefusedException(
                        "Batch '" + batch.id() + "' has more than " + limits.maxBytes()
                                + " bytes, which 'limits' allows",
                        null);
            }
        }
        return new Load(upserts, batch.deletions(), refused);
    }

    boolean isEmpty() {
        return upserts.isEmpty() && deletions.isEmpty();
    }

    @Override
    public void apply(IndexWriter writer) throws IOException {
        for (ProductKey key : deletions) {
            writer.deleteDocuments(IndexFields.keyTerm(key));
        }
        for (Map.Entry<ProductKey, Document> upsert : upserts.entrySet()) {
            writer.updateDocument(IndexFields.keyTerm(upsert.getKey()), upsert.getValue());
        }
    }
}
