package dev.stocktake.lucene;

import dev.stocktake.Document;
import dev.stocktake.WriteBatch.Upsert;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.DoublePoint;
import org.apache.lucene.document.Field.Store;
import org.apache.lucene.document.SortedDocValuesField;
import org.apache.lucene.document.SortedNumericDocValuesField;
import org.apache.lucene.document.SortedSetDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.NumericUtils;
import org.jspecify.annotations.Nullable;

/** Makes index entries of documents. Thread-safe. */
final class DocumentMapper {

    /** Lucene keeps every field name of the index in memory for good. */
    static final int MAX_FIELDS = 4_096;

    private static final int SORT_KEY = 256;

    private final FieldSettings settings;

    DocumentMapper(FieldSettings settings) {
        this.settings = settings;
    }

    /**
     * An index entry.
     *
     * @param size of the document's bytes
     */
    record Entry(org.apache.lucene.document.Document fields, long size) {}

    /**
     * A document as Lucene takes it.
     *
     * @param entry null if the document cannot be indexed
     * @param problem why; empty if it can
     */
    record Spelt(@Nullable Entry entry, String problem) {}

    Spelt spell(Upsert upsert, long maxBytes) {
        try {
            return new Spelt(map(upsert, maxBytes), "");
        } catch (Unfit e) {
            return new Spelt(null, "The document cannot be indexed: " + e.reason());
        }
    }

    /** @throws Unfit if the document is too large or has too many fields */
    Entry map(Upsert upsert, long maxBytes) throws Unfit {
        byte[] bytes = DocumentBytes.encode(upsert.document(), maxBytes);
        Mapping mapping = new Mapping();
        BytesRef key = IndexFields.bytes(upsert.key());
        mapping.entry.add(new StringField(IndexFields.KEY, key, Store.YES));
        mapping.entry.add(new SortedDocValuesField(IndexFields.KEY, key));
        mapping.entry.add(new BinaryDocValuesField(
                IndexFields.FINGERPRINT, new BytesRef(upsert.fingerprint().value())));
        mapping.entry.add(new StoredField(IndexFields.DOCUMENT, bytes));
        mapping.object("", upsert.document().fields());
        return new Entry(mapping.entry, bytes.length);
    }

    /** The document of an entry that was read back; an empty one if somebody else wrote it. */
    static Document document(org.apache.lucene.document.Document stored) throws IOException {
        @Nullable BytesRef bytes = stored.getBinaryValue(IndexFields.DOCUMENT);
        return bytes == null ? Document.builder().build() : DocumentBytes.decode(bytes);
    }

    /** One document on its way into fields. */
    private final class Mapping {

        private final org.apache.lucene.document.Document entry = new org.apache.lucene.document.Document();
        private final Set<String> paths = new HashSet<>();

        private void object(String prefix, Map<?, ?> object) throws Unfit {
            for (Map.Entry<?, ?> field : object.entrySet()) {
                value(prefix + field.getKey(), field.getValue());
            }
        }

        private void value(String path, @Nullable Object value) throws Unfit {
            if (value instanceof Map<?, ?> object) {
                object(path + ".", object);
            } else if (value instanceof List<?> list) {
                for (Object element : list) {
                    value(path, element);
                }
            } else if (value != null) {
                if (paths.add(path) && paths.size() > MAX_FIELDS) {
                    throw new Unfit(
                            "it has more than " + MAX_FIELDS + " different fields, those inside objects counted;"
                                    + " use a list of name and value where names are data");
                }
                leaf(path, value);
            }
        }

        private void leaf(String path, Object value) {
            if (value instanceof String text) {
                for (String name : settings.searchable()) {
                    if (FieldSettings.covers(name, path)) {
                        entry.add(new TextField(IndexFields.text(name), text, Store.NO));
                    }
                }
            }
            if (settings.filters(path)) {
                filterable(path, value);
            }
            if (settings.sorts(path)) {
                sortable(path, value);
            }
        }

        private void filterable(String path, Object value) {
            BytesRef keyword = IndexFields.keyword(value);
            if (keyword.length <= IndexFields.LONGEST_KEYWORD) {
                entry.add(new StringField(IndexFields.keyword(path), keyword, Store.NO));
            }
            if (value instanceof Number) {
                entry.add(new DoublePoint(
                        IndexFields.number(path), IndexFields.decimal(value).doubleValue()));
            }
        }

        private void sortable(String path, Object value) {
            if (value instanceof Number) {
                entry.add(new SortedNumericDocValuesField(
                        IndexFields.sortNumber(path),
                        NumericUtils.doubleToSortableLong(
                                IndexFields.decimal(value).doubleValue())));
            } else {
                String text = value.toString();
                entry.add(new SortedSetDocValuesField(
                        IndexFields.sortText(path),
                        new BytesRef(text.substring(0, Math.min(SORT_KEY, text.length())))));
            }
        }
    }
}
