package dev.stocktake.jdbc;

import java.util.Comparator;

/** Compares text by code points, which is the order of its bytes in UTF-8; {@code String} compares half surrogates. */
final class CodePoints {

    static final Comparator<String> ORDER = CodePoints::compare;

    private CodePoints() {}

    private static int compare(String left, String right) {
        int shorter = Math.min(left.length(), right.length());
        for (int i = 0; i < shorter; i++) {
            char l = left.charAt(i);
            char r = right.charAt(i);
            if (l != r) {
                boolean oneIsSurrogate = Character.isSurrogate(l) != Character.isSurrogate(r);
                return oneIsSurrogate ? (Character.isSurrogate(l) ? 1 : -1) : Character.compare(l, r);
            }
        }
        return Integer.compare(left.length(), right.length());
    }
}
