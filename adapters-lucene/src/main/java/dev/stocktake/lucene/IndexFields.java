package dev.stocktake.lucene;

import dev.stocktake.ProductKey;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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

    private static final byte NOT_UTF8 = (byte) 0xFF;

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

    /**
     * A key's bytes: UTF-8, or, for half a surrogate pair, which UTF-8 has no bytes for, a byte that UTF-8 never uses and
     * UTF-16. Two keys never share them.
     */
    static BytesRef bytes(ProductKey key) {
        String value = key.value();
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        if (new String(utf8, StandardCharsets.UTF_8).equals(value)) {
            return new BytesRef(utf8);
        }
        byte[] raw = new byte[1 + 2 * value.length()];
        raw[0] = NOT_UTF8;
        for (int i = 0; i < value.length(); i++) {
            raw[1 + 2 * i] = (byte) (value.charAt(i) >> 8);
            raw[2 + 2 * i] = (byte) value.charAt(i);
        }
        return new BytesRef(raw);
    }

    static ProductKey key(BytesRef term) {
        byte[] bytes = Arrays.copyOfRange(term.bytes, term.offset, term.offset + term.length);
        if (bytes.length == 0 || bytes[0] != NOT_UTF8) {
            return ProductKey.of(new String(bytes, StandardCharsets.UTF_8));
        }
        StringBuilder value = new StringBuilder(bytes.length / 2);
        for (int i = 1; i < bytes.length; i += 2) {
            value.append((char) ((bytes[i] & 0xFF) << 8 | bytes[i + 1] & 0xFF));
        }
        return ProductKey.of(value.toString());
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
