package dev.stocktake.lucene;

import dev.stocktake.Document;
import dev.stocktake.WriteBatch.Upsert;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
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
    private final AtomicInteger remembered = new AtomicInteger();
    private final Path root;

    DocumentMapper(FieldSettings settings) {
        this.settings = settings;
        this.root = new Path("");
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
        mapping.object(root, upsert.document().fields());
        if (mapping.leaves > MAX_FIELDS) {
            requireFewFields(upsert.document().fields());
        }
        return new Entry(mapping.entry, bytes.length);
    }

    /** Many values need not be many fields: lists repeat them. */
    private static void requireFewFields(Map<?, ?> fields) throws Unfit {
        Set<String> paths = new HashSet<>();
        gather("", fields, paths);
        if (paths.size() > MAX_FIELDS) {
            throw new Unfit("it has more than " + MAX_FIELDS + " different fields, those inside objects counted;"
                    + " use a list of name and value where names are data");
        }
    }

    private static void gather(String path, @Nullable Object value, Set<String> paths) {
        if (value instanceof Map<?, ?> object) {
            object.forEach((name, inside) -> gather(path.isEmpty() ? (String) name : path + "." + name, inside, paths));
        } else if (value instanceof List<?> list) {
            list.forEach(element -> gather(path, element, paths));
        } else if (value != null) {
            paths.add(path);
        }
    }

    /** The document of an entry that was read back; an empty one if somebody else wrote it. */
    static Document document(org.apache.lucene.document.Document stored) throws IOException {
        @Nullable BytesRef bytes = stored.getBinaryValue(IndexFields.DOCUMENT);
        return bytes == null ? Document.builder().build() : DocumentBytes.decode(bytes);
    }

    /** What becomes of a field, wherever it is met. */
    private final class Path {

        final String name;
        final List<String> texts;
        final boolean filters;
        final boolean sorts;
        final Map<String, Path> inside = new ConcurrentHashMap<>();

        Path(String name) {
            this.name = name;
            this.texts = settings.searchable().stream()
                    .filter(searchable -> FieldSettings.covers(searchable, name))
                    .map(IndexFields::text)
                    .toList();
            this.filters = settings.filters(name);
            this.sorts = settings.sorts(name);
        }

        /** Names may be data, so not all of them can be remembered. */
        Path at(String field) {
            Path known = inside.get(field);
            if (known != null) {
                return known;
            }
            Path met = new Path(name.isEmpty() ? field : name + "." + field);
            if (remembered.get() < MAX_FIELDS && inside.putIfAbsent(field, met) == null) {
                remembered.incrementAndGet();
            }
            return met;
        }
    }

    /** One document on its way into fields. */
    private final class Mapping {

        private final org.apache.lucene.document.Document entry = new org.apache.lucene.document.Document();
        private int leaves;

        private void object(Path path, Map<?, ?> object) {
            for (Map.Entry<?, ?> field : object.entrySet()) {
                value(path.at(String.valueOf(field.getKey())), field.getValue());
            }
        }

        private void value(Path path, @Nullable Object value) {
            if (value instanceof Map<?, ?> object) {
                object(path, object);
            } else if (value instanceof List<?> list) {
                for (Object element : list) {
                    value(path, element);
                }
            } else if (value != null) {
                leaves++;
                leaf(path, value);
            }
        }

        private void leaf(Path path, Object value) {
            if (value instanceof String text) {
                for (String name : path.texts) {
                    entry.add(new TextField(name, text, Store.NO));
                }
            }
            if (path.filters) {
                filterable(path.name, value);
            }
            if (path.sorts) {
                sortable(path.name, value);
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
