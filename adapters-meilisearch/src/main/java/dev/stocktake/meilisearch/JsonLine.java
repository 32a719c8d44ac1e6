package dev.stocktake.meilisearch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A line of JSON, written straight into bytes. A sync spells millions of documents with a few dozen names between them, so
 * names are kept as they are written.
 *
 * <p>Not thread-safe.
 */
final class JsonLine {

    /** The line would be longer than it may be. */
    static final class TooLongException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        TooLongException() {
            super(null, null, false, false);
        }
    }

    /** A text holds half of a surrogate pair, of which no bytes can be made. */
    static final class HalfCharacterException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final int place;

        HalfCharacterException(int place) {
            super(null, null, false, false);
            this.place = place;
        }

        int place() {
            return place;
        }
    }

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long EACH = 0x0101_0101_0101_0101L;
    private static final long HIGHEST = 0x80 * EACH;
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final int NAMES = 512;
    private static final int SMALL = 64 * 1024;

    /** Of a byte in a text: written as it is, ... */
    private static final byte PLAIN = 0;

    /** ... behind a backslash, ... */
    private static final byte ESCAPED = 1;

    /** ... or to be looked at: half a character becomes a question mark, too. */
    private static final byte DOUBTFUL = 2;

    private static final byte[] KINDS = kinds();

    private final long limit;
    private final String[] names = new String[NAMES];
    private final byte[][] spelt = new byte[NAMES][];
    private byte[] buffer = new byte[4096];
    private int used;

    /** @param limit of its bytes, without the line's end */
    JsonLine(long limit) {
        this.limit = limit;
        Arrays.fill(names, "");
    }

    private static byte[] kinds() {
        byte[] kinds = new byte[128];
        Arrays.fill(kinds, 0, 0x20, ESCAPED);
        kinds['"'] = ESCAPED;
        kinds['\\'] = ESCAPED;
        kinds['?'] = DOUBTFUL;
        return kinds;
    }

    void clear() {
        used = 0;
    }

    int size() {
        return used;
    }

    byte[] toBytes() {
        return Arrays.copyOf(buffer, used);
    }

    /** Whether it takes no more memory than lines of products usually do. */
    boolean isSmall() {
        return buffer.length <= SMALL;
    }

    void end() {
        if (used == buffer.length) {
            buffer = Arrays.copyOf(buffer, used + 1);
        }
        buffer[used++] = '\n';
    }

    private void room(int bytes) {
        if (buffer.length - used < bytes) {
            grow(bytes);
        }
        if (used + (long) bytes > limit) {
            throw new TooLongException();
        }
    }

    private void grow(int bytes) {
        long needed = used + (long) bytes;
        if (needed > limit) {
            throw new TooLongException();
        }
        buffer = Arrays.copyOf(buffer, (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(needed, 2L * buffer.length)));
    }

    void raw(char ascii) {
        room(1);
        buffer[used++] = (byte) ascii;
    }

    void raw(String ascii) {
        room(ascii.length());
        for (int i = 0; i < ascii.length(); i++) {
            buffer[used++] = (byte) ascii.charAt(i);
        }
    }

    private void raw(byte[] bytes) {
        room(bytes.length);
        System.arraycopy(bytes, 0, buffer, used, bytes.length);
        used += bytes.length;
    }

    /** A field's name, with its colon. */
    void name(String name) {
        int slot = name.hashCode() & (NAMES - 1);
        if (!names[slot].equals(name) || spelt[slot] == null) {
            int from = used;
            text(name);
            raw(':');
            spelt[slot] = Arrays.copyOfRange(buffer, from, used);
            names[slot] = name;
        } else {
            raw(spelt[slot]);
        }
    }

    void number(long number) {
        // Below zero there is one number more than above.
        long rest = number < 0 ? number : -number;
        int digits = 1;
        for (long left = rest / 10; left != 0; left /= 10) {
            digits++;
        }
        room(number < 0 ? digits + 1 : digits);
        if (number < 0) {
            buffer[used++] = '-';
        }
        used += digits;
        int at = used;
        do {
            buffer[--at] = (byte) ('0' - rest % 10);
            rest /= 10;
        } while (rest != 0);
    }

    /** A text in quotes. */
    void text(String text) {
        if (text.length() > limit) {
            // Not even copied.
            throw new TooLongException();
        }
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        byte found = isPlain(utf8) ? PLAIN : kindsIn(utf8);
        if ((found & DOUBTFUL) != 0) {
            requireWholeCharacters(text);
        }
        raw('"');
        if ((found & ESCAPED) == 0) {
            raw(utf8);
        } else {
            escaped(utf8);
        }
        raw('"');
    }

    /** Looks at eight bytes at once; most texts are plain. */
    private static boolean isPlain(byte[] utf8) {
        int at = 0;
        long special = 0;
        for (; at + Long.BYTES <= utf8.length; at += Long.BYTES) {
            long eight = (long) LONG.get(utf8, at);
            special |= (eight - 0x20 * EACH) & ~eight;
            special |= zeros(eight ^ '"' * EACH) | zeros(eight ^ '\\' * EACH) | zeros(eight ^ '?' * EACH);
        }
        for (; at < utf8.length; at++) {
            special |= utf8[at] >= 0 && KINDS[utf8[at]] != PLAIN ? HIGHEST : 0;
        }
        return (special & HIGHEST) == 0;
    }

    /** Of each byte that is zero, and perhaps of others behind it, the highest bit. */
    private static long zeros(long eight) {
        return (eight - EACH) & ~eight;
    }

    private static byte kindsIn(byte[] utf8) {
        byte found = PLAIN;
        for (byte b : utf8) {
            found |= b < 0 ? PLAIN : KINDS[b];
        }
        return found;
    }

    private static void requireWholeCharacters(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (i + 1 == text.length() || !Character.isSurrogatePair(c, text.charAt(i + 1))) {
                    throw new HalfCharacterException(i);
                }
                i++;
            }
        }
    }

    private void escaped(byte[] utf8) {
        for (byte b : utf8) {
            if (b < 0 || KINDS[b] != ESCAPED) {
                raw((char) (b & 0xff));
            } else {
                raw('\\');
                switch (b) {
                    case '"', '\\' -> raw((char) b);
                    case '\b' -> raw('b');
                    case '\t' -> raw('t');
                    case '\n' -> raw('n');
                    case '\f' -> raw('f');
                    case '\r' -> raw('r');
                    default -> {
                        raw("u00");
                        raw((char) HEX[b >> 4]);
                        raw((char) HEX[b & 0xf]);
                    }
                }
            }
        }
    }
}
