package dev.stocktake.lucene;

import dev.stocktake.ProductKey;
import java.math.BigDecimal;
import org.apache.lucene.index.Term;
import org.apache.lucene.util.BytesRef;

/**
 * The names and terms of the index. Ours have no colon and those made from a document's fields have one, so a document may
 * name its fields as it likes.
 */
final class IndexFields {

    /** The product's key: a term, and a column to order by. */
    static final String KEY = "key";
    /** The fingerprint: a column. */
    static final String FINGERPRINT = "fingerprint";
    /** The document: stored. */
    static final String DOCUMENT = "document";

    /** The longest term Lucene takes is 32,766 bytes; a kind and the rest must fit. */
    static final int LONGEST_KEYWORD = 32_000;

    private IndexFields() {}

    static String text(String searchable) {
        return "text:" + searchable;
    }

    static String keyword(String path) {
        return "keyword:" + path;
    }

    static String number(String path) {
        return "number:" + path;
    }

    static String sortNumber(String path) {
        return "sort-number:" + path;
    }

    static String sortText(String path) {
        return "sort-text:" + path;
    }

    static Term keyTerm(ProductKey key) {
        return new Term(KEY, bytes(key));
    }

    static BytesRef bytes(ProductKey key) {
        return new BytesRef(TextBytes.of(key.value()));
    }

    static ProductKey key(BytesRef term) {
        return ProductKey.of(TextBytes.text(term.bytes, term.offset, term.length));
    }

    /** What a value is compared by: text with text, numbers by value, whatever their spelling. */
    static BytesRef keyword(Object value) {
        if (value instanceof String text) {
            return new BytesRef("s" + text);
        }
        if (value instanceof Boolean bool) {
            return new BytesRef(bool ? "true" : "false");
        }
        BigDecimal number = decimal(value);
        BigDecimal plain = number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros();
        return new BytesRef("d" + plain.unscaledValue() + "e" + -(long) plain.scale());
    }

    static BigDecimal decimal(Object number) {
        return number instanceof Long integer ? BigDecimal.valueOf(integer) : (BigDecimal) number;
    }
}
