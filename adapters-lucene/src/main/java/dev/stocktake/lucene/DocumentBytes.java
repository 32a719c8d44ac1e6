package dev.stocktake.lucene;

import dev.stocktake.Document;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.store.ByteArrayDataInput;
import org.apache.lucene.store.ByteBuffersDataOutput;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/**
 * A document as bytes and back: a tag for each value's type, lengths before content, fields in their order. Numbers keep
 * their scale.
 */
final class DocumentBytes {

    private static final byte FORMAT = 1;

    private final ByteBuffersDataOutput out = new ByteBuffersDataOutput();
    private final long limit;

    private DocumentBytes(long limit) {
        this.limit = limit;
    }

    /**
     * @param limit gives up there, so that a huge document is not copied first
     * @throws Unfit if the document is larger
     */
    static byte[] encode(Document document, long limit) throws Unfit {
        DocumentBytes bytes = new DocumentBytes(limit);
        bytes.out.writeByte(FORMAT);
        bytes.map(document.fields());
        return bytes.out.toArrayCopy();
    }

    static Document decode(BytesRef bytes) throws IOException {
        ByteArrayDataInput in = new ByteArrayDataInput(bytes.bytes, bytes.offset, bytes.length);
        byte format = in.readByte();
        if (format != FORMAT) {
            throw new CorruptIndexException("A document of format " + format + " cannot be read", "document");
        }
        return Document.of(readMap(in));
    }

    private void value(@Nullable Object value) throws Unfit {
        if (value == null) {
            tag('n');
        } else if (value instanceof String text) {
            tag('s');
            text(text);
        } else if (value instanceof Boolean bool) {
            tag(bool ? 't' : 'f');
        } else if (value instanceof Long number) {
            tag('i');
            out.writeLong(number);
        } else if (value instanceof BigDecimal number) {
            tag('d');
            decimal(number);
        } else if (value instanceof List<?> list) {
            tag('l');
            out.writeInt(list.size());
            for (Object element : list) {
                value(element);
            }
        } else if (value instanceof Map<?, ?> map) {
            tag('m');
            map(map);
        } else {
            throw new IllegalStateException("A document cannot hold a " + value.getClass());
        }
    }

    private void map(Map<?, ?> map) throws Unfit {
        out.writeInt(map.size());
        for (Map.Entry<?, ?> field : map.entrySet()) {
            text((String) field.getKey());
            value(field.getValue());
        }
    }

    private void decimal(BigDecimal number) throws Unfit {
        out.writeInt(number.scale());
        bytes(number.unscaledValue().toByteArray());
    }

    private void text(String text) throws Unfit {
        room(text.length());
        bytes(TextBytes.of(text));
    }

    private void bytes(byte[] bytes) throws Unfit {
        room(bytes.length);
        out.writeInt(bytes.length);
        out.writeBytes(bytes);
    }

    private void tag(char tag) throws Unfit {
        room(1);
        out.writeByte((byte) tag);
    }

    private void room(long more) throws Unfit {
        if (out.size() + more > limit) {
            throw new Unfit("it is more than " + limit + " bytes, which 'limits' allows in one request");
        }
    }

    private static @Nullable Object readValue(ByteArrayDataInput in) throws IOException {
        byte tag = in.readByte();
        return switch (tag) {
            case 'n' -> null;
            case 's' -> readText(in);
            case 't' -> true;
            case 'f' -> false;
            case 'i' -> in.readLong();
            case 'd' -> readDecimal(in);
            case 'l' -> readList(in);
            case 'm' -> readMap(in);
            default -> throw new CorruptIndexException("A value of type " + tag + " cannot be read", "document");
        };
    }

    private static BigDecimal readDecimal(ByteArrayDataInput in) {
        int scale = in.readInt();
        return new BigDecimal(new BigInteger(readBytes(in)), scale);
    }

    private static String readText(ByteArrayDataInput in) {
        byte[] bytes = readBytes(in);
        return TextBytes.text(bytes, 0, bytes.length);
    }

    private static byte[] readBytes(ByteArrayDataInput in) {
        byte[] bytes = new byte[in.readInt()];
        in.readBytes(bytes, 0, bytes.length);
        return bytes;
    }

    private static List<@Nullable Object> readList(ByteArrayDataInput in) throws IOException {
        int size = in.readInt();
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            list.add(readValue(in));
        }
        return list;
    }

    private static Map<String, @Nullable Object> readMap(ByteArrayDataInput in) throws IOException {
        int size = in.readInt();
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = 0; i < size; i++) {
            String name = readText(in);
            map.put(name, readValue(in));
        }
        return map;
    }
}
