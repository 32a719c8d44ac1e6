package dev.stocktake.meilisearch;

import dev.stocktake.Fingerprint;
import dev.stocktake.WriteBatch.Upsert;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes one document after the other as a line of JSON, and refuses those that Meilisearch would choke on: one bad
 * document fails the whole task it travels in.
 *
 * <p>Not thread-safe.
 */
final class DocumentEncoder {

    /** Where the fingerprint lives in a document. No leading underscore: Meilisearch keeps those names for itself. */
    static final String FINGERPRINT = "stocktake_fingerprint";

    /** Where a document whose id does not tell its key carries it. */
    static final String KEY = "stocktake_key";

    /** Behind the fingerprint of a document that has a field of the primary key's name itself, so that it gets it back. */
    private static final String OWN_ID = "+id";

    private static final int MAX_FIELDS = 65_535;

    /** The server multiplies digits by a power of ten when it reads a number back: near the largest double it overflows. */
    private static final BigDecimal MAX_NUMBER = new BigDecimal("1.79E+308");

    /** Of that number, before the point. */
    private static final int MAX_DIGITS = 309;

    private final String primaryKey;
    private final long maxBytes;
    private final JsonLine line;
    private int fields;

    DocumentEncoder(String primaryKey, long maxBytes) {
        this.primaryKey = primaryKey;
        this.maxBytes = maxBytes;
        this.line = new JsonLine(maxBytes);
    }

    static boolean isReserved(String field) {
        return field.equals(FINGERPRINT) || field.equals(KEY);
    }

    /** The fingerprint in what a document carries under {@link #FINGERPRINT}. */
    static Fingerprint fingerprint(@Nullable String stored) {
        return Fingerprint.parse(
                stored != null && hasOwnId(stored) ? stored.substring(0, stored.length() - OWN_ID.length()) : stored);
    }

    /** Whether the document had its id itself, as that tells. */
    static boolean hasOwnId(String stored) {
        return stored.endsWith(OWN_ID);
    }

    /** The last document encoded, with a line end. */
    JsonLine line() {
        return line;
    }

    /** Encodes a document into {@link #line}; says why if that cannot be. */
    @Nullable
    String encode(String id, Upsert upsert) {
        line.clear();
        fields = 3;
        try {
            write(id, upsert);
        } catch (JsonLine.TooLongException e) {
            return "it is more than " + maxBytes + " bytes of JSON, which 'limits' allows in one request;"
                    + " shorten it in the source, or raise 'limits'";
        } catch (Unfit e) {
            return e.reason();
        }
        line.end();
        if (fields > MAX_FIELDS) {
            return "it has " + fields + " fields; Meilisearch takes at most " + MAX_FIELDS;
        }
        return null;
    }

    private void write(String id, Upsert upsert) {
        Map<String, @Nullable Object> document = upsert.document().fields();
        line.raw('{');
        line.name(primaryKey);
        boolean ownId = document.containsKey(primaryKey);
        if (ownId) {
            writeOwnId(id, upsert);
        } else {
            line.text(id);
        }
        for (Map.Entry<String, @Nullable Object> field : document.entrySet()) {
            String name = field.getKey();
            if (isReserved(name)) {
                throw new Unfit("its field '" + name + "' is reserved; name it otherwise in the source");
            }
            if (!name.equals(primaryKey)) {
                line.raw(',');
                field(name, field.getValue());
            }
        }
        if (DocumentIds.isHash(id)) {
            line.raw(',');
            line.name(KEY);
            line.text(upsert.key().value());
        }
        line.raw(',');
        line.name(FINGERPRINT);
        line.text(
                ownId
                        ? upsert.fingerprint().value() + OWN_ID
                        : upsert.fingerprint().value());
        line.raw('}');
    }

    /** A document may carry its own id, also as a number; then that spelling is kept. */
    private void writeOwnId(String id, Upsert upsert) {
        Object own = upsert.document().get(primaryKey);
        if (upsert.key().value().equals(own)) {
            line.text(id);
        } else if (own instanceof Long number && number.toString().equals(id)) {
            line.number(number);
        } else {
            throw new Unfit(
                    "its field '" + primaryKey + "' is not its id; set 'primaryKey' to a name that no document uses,"
                            + " or name the field otherwise in the source");
        }
    }

    private void field(String name, @Nullable Object value) {
        fields++;
        try {
            line.name(name);
            value(value);
        } catch (JsonLine.HalfCharacterException e) {
            throw new Unfit("' is not valid Unicode: half a character at " + e.place(), name);
        } catch (Unfit e) {
            throw e.in(name);
        }
    }

    private void value(@Nullable Object value) {
        if (value == null) {
            line.raw("null");
        } else if (value instanceof String text) {
            line.text(text);
        } else if (value instanceof Boolean bool) {
            line.raw(bool ? "true" : "false");
        } else if (value instanceof Long number) {
            line.number(number);
        } else if (value instanceof BigDecimal number) {
            number(number);
        } else if (value instanceof List<?> list) {
            list(list);
        } else if (value instanceof Map<?, ?> map) {
            map(map);
        } else {
            throw new IllegalStateException("A document cannot hold a " + value.getClass());
        }
    }

    private void number(BigDecimal number) {
        // Whatever has fewer digits before the point is smaller; that is told without a new number.
        if ((long) number.precision() - number.scale() >= MAX_DIGITS
                && number.abs().compareTo(MAX_NUMBER) > 0) {
            throw new Unfit("' is a number beyond what Meilisearch can hold (1.79e308)", "");
        }
        line.raw(number.toString());
    }

    private void list(List<?> list) {
        line.raw('[');
        boolean first = true;
        for (Object element : list) {
            if (!first) {
                line.raw(',');
            }
            first = false;
            value(element);
        }
        line.raw(']');
    }

    private void map(Map<?, ?> map) {
        line.raw('{');
        boolean first = true;
        for (Map.Entry<?, ?> field : map.entrySet()) {
            if (!first) {
                line.raw(',');
            }
            first = false;
            field((String) field.getKey(), field.getValue());
        }
        line.raw('}');
    }

    /** The document cannot be sent. Where it is unfit is told from the inside out, and only then. */
    private static final class Unfit extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final boolean whole;
        private String place;

        /** Says all of it. */
        Unfit(String reason) {
            super(reason, null, false, false);
            whole = true;
            place = "";
        }

        /** @param reason what stands behind the field's place */
        Unfit(String reason, String place) {
            super(reason, null, false, false);
            this.whole = false;
            this.place = place;
        }

        Unfit in(String name) {
            place = place.isEmpty() ? name : name + "." + place;
            return this;
        }

        String reason() {
            return whole ? String.valueOf(getMessage()) : "its field '" + readable(place) + getMessage();
        }

        private static String readable(String text) {
            StringBuilder readable = new StringBuilder(text);
            for (int i = 0; i < text.length(); i++) {
                if (Character.isSurrogate(text.charAt(i))) {
                    readable.setCharAt(i, '?');
                }
            }
            return readable.toString();
        }
    }
}
