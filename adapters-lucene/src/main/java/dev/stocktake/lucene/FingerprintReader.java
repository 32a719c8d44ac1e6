package dev.stocktake.lucene;

import dev.stocktake.Fingerprint;
import dev.stocktake.FingerprintPage;
import dev.stocktake.ProductKey;
import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.MultiBits;
import org.apache.lucene.index.MultiTerms;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/**
 * Reads fingerprints by key, and page by page in the order of the keys' bytes. A page begins behind the last key of the one
 * before, so whatever is written or merged between two pages, no entry slips past.
 */
final class FingerprintReader {

    private final IndexReader reader;
    private final @Nullable Bits live;
    private final @Nullable TermsEnum terms;
    private @Nullable PostingsEnum postings;

    FingerprintReader(IndexReader reader) throws IOException {
        this.reader = reader;
        this.live = MultiBits.getLiveDocs(reader);
        Terms keys = MultiTerms.getTerms(reader, IndexFields.KEY);
        this.terms = keys == null ? null : keys.iterator();
    }

    Map<ProductKey, Fingerprint> of(Collection<ProductKey> keys) throws IOException {
        Map<Integer, ProductKey> found = new TreeMap<>();
        TreeSet<BytesRef> sorted = new TreeSet<>();
        keys.forEach(key -> sorted.add(IndexFields.bytes(key)));
        for (BytesRef key : sorted) {
            if (terms != null && terms.seekExact(key)) {
                collect(terms, found);
            }
        }
        return fingerprints(found);
    }

    FingerprintPage page(@Nullable String cursor, int limit, String version) throws IOException {
        Map<Integer, ProductKey> found = new TreeMap<>();
        if (terms == null) {
            return new FingerprintPage(Map.of(), null, version);
        }
        BytesRef last = null;
        for (BytesRef term = first(terms, cursor); term != null; term = terms.next()) {
            if (found.size() >= limit && last != null) {
                return new FingerprintPage(
                        fingerprints(found), IndexFields.key(last).value(), version);
            }
            last = BytesRef.deepCopyOf(term);
            collect(terms, found);
        }
        return new FingerprintPage(fingerprints(found), null, version);
    }

    private static @Nullable BytesRef first(TermsEnum terms, @Nullable String cursor) throws IOException {
        if (cursor == null) {
            return terms.next();
        }
        return switch (terms.seekCeil(IndexFields.bytes(ProductKey.of(cursor)))) {
            case END -> null;
            case FOUND -> terms.next();
            case NOT_FOUND -> terms.term();
        };
    }

    private void collect(TermsEnum term, Map<Integer, ProductKey> found) throws IOException {
        PostingsEnum entries = term.postings(postings, PostingsEnum.NONE);
        postings = entries;
        for (int doc = entries.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = entries.nextDoc()) {
            if (live == null || live.get(doc)) {
                found.put(doc, IndexFields.key(term.term()));
            }
        }
    }

    /** Columns are read in the order of documents, segment by segment. */
    private Map<ProductKey, Fingerprint> fingerprints(Map<Integer, ProductKey> docs) throws IOException {
        Map<ProductKey, Fingerprint> fingerprints = new LinkedHashMap<>();
        LeafReaderContext leaf = null;
        BinaryDocValues column = null;
        for (Map.Entry<Integer, ProductKey> entry : docs.entrySet()) {
            int doc = entry.getKey();
            if (leaf == null
                    || column == null
                    || doc >= leaf.docBase + leaf.reader().maxDoc()) {
                leaf = reader.leaves().get(ReaderUtil.subIndex(doc, reader.leaves()));
                column = DocValues.getBinary(leaf.reader(), IndexFields.FINGERPRINT);
            }
            boolean stored = column.advanceExact(doc - leaf.docBase);
            fingerprints.put(
                    entry.getValue(),
                    stored ? Fingerprint.parse(column.binaryValue().utf8ToString()) : Fingerprint.UNKNOWN);
        }
        return fingerprints;
    }
}
