package dev.stocktake;

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
        return new Canonicalizer().spell(document, projectionVersion).fingerprint();
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
}
