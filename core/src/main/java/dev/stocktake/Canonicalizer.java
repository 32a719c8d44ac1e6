package dev.stocktake;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Spells documents in canonical bytes, and takes their {@link Fingerprint}s, one document after the other. Buffers and the
 * digest are kept; how names are spelt, their {@link Shape}s know.
 *
 * <p>Not thread-safe.
 */
final class Canonicalizer {

    private static final char[] HEX = "0123456789abcdef".toCharArray();

    /** A tag and a length take so many bytes at most. */
    private static final int HEAD = 1 + 5;

    private static final int LONGEST_NUMBER = 48;

    private final MessageDigest digest = sha256();
    private final byte[] buffer = new byte[8192];
    private final byte[] spelling = new byte[LONGEST_NUMBER];
    private int used;
    private long size;

    /**
     * A document's canonical form, reduced to what is needed of it.
     *
     * @param size of the canonical bytes: a fair measure of the document's size
     */
    record Canonical(Fingerprint fingerprint, long size) {}

    /** Spells a document, behind the version of the projection that made it. */
    Canonical spell(Document document, String projectionVersion) {
        digest.reset();
        used = 0;
        size = 0;
        text('v', projectionVersion);
        map(document.fieldMap());
        flush();
        return new Canonical(new Fingerprint(hex(digest.digest())), size);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform must offer SHA-256", e);
        }
    }

    private static String hex(byte[] hash) {
        byte[] hex = new byte[32];
        for (int i = 0; i < 16; i++) {
            hex[2 * i] = (byte) HEX[(hash[i] >> 4) & 0xf];
            hex[2 * i + 1] = (byte) HEX[hash[i] & 0xf];
        }
        return new String(hex, StandardCharsets.ISO_8859_1);
    }

    // --- bytes ------------------------------------------------------------------------------------------------------

    private void flush() {
        digest.update(buffer, 0, used);
        size += used;
        used = 0;
    }

    private void room(int bytes) {
        if (buffer.length - used < bytes) {
            flush();
        }
    }

    private void tag(int tag) {
        room(1);
        buffer[used++] = (byte) tag;
    }

    private void head(int tag, int length) {
        room(HEAD);
        used = head(tag, length, buffer, used);
    }

    /** A length takes seven bits of each byte, the lowest first; all but its last byte have the eighth. */
    private static int head(int tag, int length, byte[] into, int from) {
        int at = from;
        into[at++] = (byte) tag;
        int rest = length;
        while (rest > 0x7f) {
            into[at++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        into[at++] = (byte) rest;
        return at;
    }

    private void bytes(byte[] bytes, int length) {
        if (length > buffer.length) {
            flush();
            digest.update(bytes, 0, length);
            size += length;
        } else {
            room(length);
            System.arraycopy(bytes, 0, buffer, used, length);
            used += length;
        }
    }

    private void text(int tag, String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        head(tag, utf8.length);
        bytes(utf8, utf8.length);
    }

    // --- values -----------------------------------------------------------------------------------------------------

    private void value(@Nullable Object value) {
        if (value == null) {
            tag('n');
        } else if (value instanceof String text) {
            text('s', text);
        } else if (value instanceof Boolean bool) {
            tag(bool ? 't' : 'f');
        } else if (value instanceof Long number) {
            number(number, 0);
        } else if (value instanceof BigDecimal number) {
            decimal(number);
        } else if (value instanceof List<?> list) {
            head('l', list.size());
            for (Object element : list) {
                value(element);
            }
        } else if (value instanceof FieldMap map) {
            map(map);
        } else {
            throw new IllegalStateException("A document cannot hold a " + value.getClass());
        }
    }

    private void decimal(BigDecimal number) {
        BigInteger digits = number.unscaledValue();
        if (digits.bitLength() < Long.SIZE) {
            number(digits.longValue(), -(long) number.scale());
        } else {
            BigDecimal plain = number.stripTrailingZeros();
            text('d', plain.unscaledValue() + "e" + -(long) plain.scale());
        }
    }

    /** One spelling for each number, whether it came as an integer or a decimal, of a length that its digits bound. */
    private void number(long digits, long exponent) {
        long shortest = digits;
        long zeros = exponent;
        if (shortest == 0) {
            zeros = 0;
        }
        while (shortest != 0 && shortest % 10 == 0) {
            shortest /= 10;
            zeros++;
        }
        int from = digits(zeros, LONGEST_NUMBER);
        spelling[--from] = 'e';
        from = digits(shortest, from);
        int length = LONGEST_NUMBER - from;
        head('d', length);
        room(length);
        System.arraycopy(spelling, from, buffer, used, length);
        used += length;
    }

    /** Writes a number so that it ends before a place; where it begins. */
    private int digits(long number, int end) {
        int at = end;
        // Below zero there is one number more than above.
        long rest = number < 0 ? number : -number;
        do {
            spelling[--at] = (byte) ('0' - rest % 10);
            rest /= 10;
        } while (rest != 0);
        if (number < 0) {
            spelling[--at] = '-';
        }
        return at;
    }

    private void map(FieldMap map) {
        Shape.Spelling spelling = map.shape().spelling();
        head('m', map.size());
        for (int i = 0; i < spelling.size(); i++) {
            byte[] name = spelling.head(i);
            bytes(name, name.length);
            value(map.value(spelling.place(i)));
        }
    }

    /** What stands before the value of a field of this name. */
    static byte[] nameHead(byte[] name) {
        byte[] head = new byte[HEAD + name.length];
        int length = head('k', name.length, head, 0);
        System.arraycopy(name, 0, head, length, name.length);
        return Arrays.copyOf(head, length + name.length);
    }
}
