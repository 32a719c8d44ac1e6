package dev.stocktake.lucene;

import dev.stocktake.Fingerprint;
import dev.stocktake.ProductKey;
import dev.stocktake.WriteBatch;
import java.io.IOException;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.Bits;

/**
 * Maps every document anew, as the settings have changed. The documents themselves are stored, so the database is not asked.
 */
record Reindexing(Directory directory, DocumentMapper mapper) implements Store.Change {

    @Override
    public void apply(IndexWriter writer) throws IOException {
        try (DirectoryReader committed = DirectoryReader.open(directory)) {
            for (LeafReaderContext leaf : committed.leaves()) {
                remap(leaf, writer);
            }
        }
    }

    private void remap(LeafReaderContext leaf, IndexWriter writer) throws IOException {
        Bits live = leaf.reader().getLiveDocs();
        StoredFields stored = leaf.reader().storedFields();
        BinaryDocValues fingerprints = DocValues.getBinary(leaf.reader(), IndexFields.FINGERPRINT);
        for (int doc = 0; doc < leaf.reader().maxDoc(); doc++) {
            boolean known = fingerprints.advanceExact(doc);
            if (live == null || live.get(doc)) {
                Fingerprint fingerprint =
                        known ? Fingerprint.parse(fingerprints.binaryValue().utf8ToString()) : Fingerprint.UNKNOWN;
                remap(stored.document(doc), fingerprint, writer);
            }
        }
    }

    private void remap(org.apache.lucene.document.Document entry, Fingerprint fingerprint, IndexWriter writer)
            throws IOException {
        ProductKey key = IndexFields.key(entry.getBinaryValue(IndexFields.KEY));
        try {
            WriteBatch.Upsert upsert = new WriteBatch.Upsert(key, DocumentMapper.document(entry), fingerprint);
            writer.updateDocument(
                    IndexFields.keyTerm(key), mapper.map(upsert, Long.MAX_VALUE).fields());
        } catch (Unfit e) {
            throw new IllegalStateException("Product '" + key + "' was indexed before: " + e.reason(), e);
        }
    }
}
