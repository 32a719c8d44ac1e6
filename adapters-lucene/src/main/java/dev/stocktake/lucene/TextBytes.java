package dev.stocktake.lucene;

import java.nio.charset.StandardCharsets;

/**
 * Text as bytes and back, whatever it is: UTF-8, or, where half a surrogate pair stands alone, which UTF-8 has no bytes for,
 * a byte that UTF-8 never uses and then UTF-16. Two texts never share their bytes.
 */
final class TextBytes {

    private static final byte NOT_UTF8 = (byte) 0xFF;

    private TextBytes() {}

    static byte[] of(String text) {
        if (isWellFormed(text)) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        byte[] raw = new byte[1 + 2 * text.length()];
        raw[0] = NOT_UTF8;
        for (int i = 0; i < text.length(); i++) {
            raw[1 + 2 * i] = (byte) (text.charAt(i) >> 8);
            raw[2 + 2 * i] = (byte) text.charAt(i);
        }
        return raw;
    }

    static String text(byte[] bytes, int offset, int length) {
        if (length == 0 || bytes[offset] != NOT_UTF8) {
            return new String(bytes, offset, length, StandardCharsets.UTF_8);
        }
        StringBuilder text = new StringBuilder(length / 2);
        for (int i = offset + 1; i < offset + length; i += 2) {
            text.append((char) ((bytes[i] & 0xFF) << 8 | bytes[i + 1] & 0xFF));
        }
        return text.toString();
    }

    private static boolean isWellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (Character.isLowSurrogate(c)
                        || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }
}
