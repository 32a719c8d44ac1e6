package dev.stocktake.meilisearch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import dev.stocktake.Fingerprint;
import dev.stocktake.WriteBatch.Upsert;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.ArrayList;
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

    /** Without the feature a character beyond the first plane is twelve bytes of escapes. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .build();

    private final String primaryKey;
    private final long maxBytes;
    private final Line line = new Line();
    private JsonGenerator json = generator();

    /** Where the encoder is, for messages. */
    private final List<String> path = new ArrayList<>();

    private int fields;

    DocumentEncoder(String primaryKey, long maxBytes) {
        this.primaryKey = primaryKey;
        this.maxBytes = maxBytes;
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

    /** The bytes of the last document encoded, with a line end. */
    ByteArrayOutputStream line() {
        return line;
    }

    /** Encodes a document into {@link #line}; says why if that cannot be. */
    @Nullable
    String encode(String id, Upsert upsert) {
        line.reset();
        path.clear();
        fields = 3;
        try {
            write(id, upsert);
            json.flush();
            if (line.hasHalfCharacters()) {
                refuseHalfCharacters(upsert.document().fields());
            }
        } catch (Unfit e) {
            // It stands somewhere inside a document.
            json = generator();
            return e.getMessage();
        } catch (IOException e) {
            throw new UncheckedIOException("Writing to memory must not fail", e);
        }
        line.write('\n');
        if (fields > MAX_FIELDS) {
            return "it has " + fields + " fields; Meilisearch takes at most " + MAX_FIELDS;
        }
        return null;
    }

    /** One for many documents, with nothing between them. */
    private JsonGenerator generator() {
        try {
            return JSON.createGenerator(line).setRootValueSeparator(null);
        } catch (IOException e) {
            throw new UncheckedIOException("Writing to memory must not fail", e);
        }
    }

    private void write(String id, Upsert upsert) throws IOException {
        json.writeStartObject();
        json.writeFieldName(primaryKey);
        boolean ownId = upsert.document().fields().containsKey(primaryKey);
        if (ownId) {
            writeOwnId(id, upsert);
        } else {
            json.writeString(id);
        }
        for (Map.Entry<String, @Nullable Object> field :
                upsert.document().fields().entrySet()) {
            String name = field.getKey();
            if (isReserved(name)) {
                throw new Unfit("its field '" + name + "' is reserved; name it otherwise in the source");
            }
            if (!name.equals(primaryKey)) {
                field(name, field.getValue());
            }
        }
        if (DocumentIds.isHash(id)) {
            json.writeStringField(KEY, upsert.key().value());
        }
        json.writeStringField(FINGERPRINT, upsert.fingerprint().value() + (ownId ? OWN_ID : ""));
        json.writeEndObject();
    }

    /** A document may carry its own id, also as a number; then that spelling is kept. */
    private void writeOwnId(String id, Upsert upsert) throws IOException {
        Object own = upsert.document().get(primaryKey);
        if (upsert.key().value().equals(own)) {
            json.writeString(id);
        } else if (own instanceof Long number && number.toString().equals(id)) {
            json.writeNumber(number);
        } else {
            throw new Unfit(
                    "its field '" + primaryKey + "' is not its id; set 'primaryKey' to a name that no document uses,"
                            + " or name the field otherwise in the source");
        }
    }

    private void field(String name, @Nullable Object value) throws IOException {
        path.add(name);
        json.writeFieldName(name);
        fields++;
        value(value);
        path.remove(path.size() - 1);
    }

    private void value(@Nullable Object value) throws IOException {
        if (value == null) {
            json.writeNull();
        } else if (value instanceof String text) {
            json.writeString(text);
        } else if (value instanceof Boolean bool) {
            json.writeBoolean(bool);
        } else if (value instanceof Long number) {
            json.writeNumber(number);
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

    /** Half of a surrogate pair would make the whole request malformed. */
    private void refuseHalfCharacters(Map<?, ?> object) {
        object.forEach((name, value) -> {
            path.add((String) name);
            refuseHalfCharacter((String) name);
            refuseHalfCharacters(value);
            path.remove(path.size() - 1);
        });
    }

    private void refuseHalfCharacters(@Nullable Object value) {
        if (value instanceof String text) {
            refuseHalfCharacter(text);
        } else if (value instanceof List<?> list) {
            list.forEach(this::refuseHalfCharacters);
        } else if (value instanceof Map<?, ?> map) {
            refuseHalfCharacters(map);
        }
    }

    private void refuseHalfCharacter(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (i + 1 == text.length() || !Character.isSurrogatePair(c, text.charAt(i + 1))) {
                    throw new Unfit("its field '" + here().replace(c, '?')
                            + "' is not valid Unicode: half a character at " + i);
                }
                i++;
            }
        }
    }

    private void number(BigDecimal number) throws IOException {
        // Whatever has fewer digits before the point is smaller; that is told without a new number.
        if ((long) number.precision() - number.scale() >= MAX_DIGITS
                && number.abs().compareTo(MAX_NUMBER) > 0) {
            throw new Unfit("its field '" + here() + "' is a number beyond what Meilisearch can hold (1.79e308)");
        }
        json.writeNumber(number);
    }

    private void list(List<?> list) throws IOException {
        json.writeStartArray();
        for (Object element : list) {
            value(element);
        }
        json.writeEndArray();
    }

    private void map(Map<?, ?> map) throws IOException {
        json.writeStartObject();
        for (Map.Entry<?, ?> field : map.entrySet()) {
            field((String) field.getKey(), field.getValue());
        }
        json.writeEndObject();
    }

    private String here() {
        return String.join(".", path);
    }

    /** Gives up at the limit, so that a document of 200 MB is not copied first. */
    private final class Line extends ByteArrayOutputStream {

        Line() {
            super(4096);
        }

        /**
         * Whether there may be half a character: whole ones are never written as an escape. A text that spells such an escape
         * out looks the same.
         */
        boolean hasHalfCharacters() {
            for (int i = 0; i + 2 < count; i++) {
                if (buf[i] == '\\' && buf[i + 1] == 'u' && (buf[i + 2] | 0x20) == 'd') {
                    return true;
                }
            }
            return false;
        }

        @Override
        public void write(byte[] bytes, int from, int length) {
            if (count + (long) length > maxBytes) {
                throw new Unfit("it is more than " + maxBytes + " bytes of JSON, which 'limits' allows in one request;"
                        + " shorten it in the source, or raise 'limits'");
            }
            super.write(bytes, from, length);
        }
    }

    /** The document cannot be sent. */
    private static final class Unfit extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Unfit(String reason) {
            super(reason, null, false, false);
        }
    }
}
