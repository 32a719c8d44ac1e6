package dev.stocktake;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * 128 bits that stand for a document's content and the version of the mapping that made it.
 *
 * <p>The first half of SHA-256 over canonical bytes: fields sorted by name, every value with a tag for its type and its
 * length, numbers without trailing zeros (so {@code 1}, {@code 1.0} and {@code 1.00} are one number). The same document
 * has the same fingerprint on every machine, locale and JDK.
 *
 * @param value 32 lower-case hexadecimal digits, or empty for {@link #UNKNOWN}
 */
public record Fingerprint(String value) {

    /** Of a document that carries none. Equal to no computed fingerprint. */
    public static final Fingerprint UNKNOWN = new Fingerprint("");

    /** @throws IllegalArgumentException if the value is neither empty nor 32 hexadecimal digits */
    public Fingerprint {
        if (!value.isEmpty() && (value.length() != 32 || !isHex(value))) {
            throw new IllegalArgumentException("Not a fingerprint: '" + value + "'");
        }
    }

    /** Reads a stored fingerprint; anything that is not one is {@link #UNKNOWN}. */
    public static Fingerprint parse(@Nullable Object stored) {
        return stored instanceof String text && text.length() == 32 && isHex(text) ? new Fingerprint(text) : UNKNOWN;
    }

    /** The fingerprint of a document under a projection's version. */
    public static Fingerprint of(Document document, String projectionVersion) {
        return Canonical.of(document, projectionVersion).fingerprint();
    }

    private static boolean isHex(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return value.isEmpty() ? "unknown" : value;
    }

    /**
     * A document's canonical form, reduced to what is needed of it.
     *
     * @param size of the canonical bytes: a fair measure of the document's size
     */
    record Canonical(Fingerprint fingerprint, long size) {

        static Canonical of(Document document, String projectionVersion) {
            Bytes bytes = new Bytes();
            bytes.text('v', projectionVersion);
            bytes.map(document.fields());
            return new Canonical(new Fingerprint(bytes.digest()), bytes.size);
        }
    }

    /** Feeds canonical bytes to a digest through a small buffer. */
    private static final class Bytes {

        private static final char[] HEX = "0123456789abcdef".toCharArray();

        private final MessageDigest digest = sha256();
        private final byte[] buffer = new byte[2048];
        private int used;
        private long size;

        private static MessageDigest sha256() {
            try {
                return MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("Every Java platform must offer SHA-256", e);
            }
        }

        private void put(int b) {
            if (used == buffer.length) {
                flush();
            }
            buffer[used++] = (byte) b;
        }

        private void flush() {
            digest.update(buffer, 0, used);
            size += used;
            used = 0;
        }

        private void number(long value) {
            for (int shift = 56; shift >= 0; shift -= 8) {
                put((int) (value >>> shift));
            }
        }

        private void text(int tag, String value) {
            byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
            put(tag);
            number(utf8.length);
            if (utf8.length > buffer.length - used) {
                flush();
            }
            if (utf8.length > buffer.length) {
                digest.update(utf8);
                size += utf8.length;
            } else {
                System.arraycopy(utf8, 0, buffer, used, utf8.length);
                used += utf8.length;
            }
        }

        private void value(@Nullable Object value) {
            if (value == null) {
                put('n');
            } else if (value instanceof String text) {
                text('s', text);
            } else if (value instanceof Boolean bool) {
                put(bool ? 't' : 'f');
            } else if (value instanceof Long number) {
                integer(number);
            } else if (value instanceof BigDecimal number) {
                decimal(number);
            } else if (value instanceof List<?> list) {
                put('l');
                number(list.size());
                list.forEach(this::value);
            } else if (value instanceof Map<?, ?> map) {
                map(map);
            } else {
                throw new IllegalStateException("A document cannot hold a " + value.getClass());
            }
        }

        /** One spelling per number, of a length that its digits bound, whatever its exponent. */
        private void decimal(BigDecimal number) {
            BigDecimal plain = number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros();
            BigInteger digits = plain.unscaledValue();
            // A long's spelling costs a fraction of a BigInteger's.
            Object shortest = digits.bitLength() < Long.SIZE ? (Object) digits.longValue() : digits;
            text('d', shortest + "e" + -(long) plain.scale());
        }

        /** Spelt like the same number as a decimal. */
        private void integer(long number) {
            long digits = number;
            int zeros = 0;
            while (digits != 0 && digits % 10 == 0) {
                digits /= 10;
                zeros++;
            }
            text('d', digits + "e" + zeros);
        }

        private void map(Map<?, ?> map) {
            String[] names = map.keySet().toArray(String[]::new);
            Arrays.sort(names);
            put('m');
            number(names.length);
            for (String name : names) {
                text('k', name);
                value(map.get(name));
            }
        }

        private String digest() {
            flush();
            byte[] hash = digest.digest();
            char[] hex = new char[32];
            for (int i = 0; i < 16; i++) {
                hex[2 * i] = HEX[(hash[i] >> 4) & 0xf];
                hex[2 * i + 1] = HEX[hash[i] & 0xf];
            }
            return new String(hex);
        }
    }
}
