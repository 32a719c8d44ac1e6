package dev.stocktake.meilisearch;

import dev.stocktake.ProductKey;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The two-way map between product keys and document ids.
 *
 * <p>Meilisearch allows 1 to 511 characters of {@code [A-Za-z0-9_-]}. A key that is such an id stays as it is; any other is
 * {@value #PREFIX} and the unpadded base64url of its UTF-8 bytes; where that is too long, {@value #HASH_PREFIX} and the
 * base64url of their SHA-256, and then the document carries its key in a field of its own.
 *
 * <p>A document whose id no key maps to (rubbish behind a prefix, an id too long for a key) was not written by us and must
 * still be removable, so it is given a key that no database holds: {@link #FOREIGN} and the id, two of its characters in
 * one.
 */
final class DocumentIds {

    static final String PREFIX = "b64-";
    static final String HASH_PREFIX = "sha256-";

    private static final int MAX_LENGTH = 511;

    /** A control character that databases can store, unlike U+0000. */
    private static final char FOREIGN = '\u0001';

    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    /** The place of each character in the alphabet, -1 for any other. */
    private static final byte[] CODES = codes();

    /** Where pairs of id characters begin; all up to 0x5fff are plain characters, none blank. */
    private static final int PAIRS = 0x5000;

    /** Where a last single character is put. */
    private static final int SINGLES = 0x4f00;

    private DocumentIds() {}

    private static byte[] codes() {
        byte[] codes = new byte[128];
        Arrays.fill(codes, (byte) -1);
        for (int i = 0; i < ALPHABET.length(); i++) {
            codes[ALPHABET.charAt(i)] = (byte) i;
        }
        return codes;
    }

    /** The id of the product's document; empty for a key that is not valid Unicode. */
    static Optional<String> of(ProductKey key) {
        String value = key.value();
        if (isId(value) && !isReserved(value)) {
            return Optional.of(value);
        }
        return unpacked(value).filter(id -> own(id).isEmpty()).or(() -> encoded(value));
    }

    /** Whether the id does not tell the key, so that the document must. */
    static boolean isHash(String id) {
        return id.startsWith(HASH_PREFIX);
    }

    /**
     * The key of the product whose document has this id.
     *
     * @param stored the key that the document carries, null if it carries none
     */
    static ProductKey keyOf(String id, @Nullable String stored) {
        Optional<ProductKey> own = isHash(id)
                ? Optional.ofNullable(stored)
                        .flatMap(DocumentIds::key)
                        .filter(key -> encoded(key.value()).filter(id::equals).isPresent())
                : own(id);
        return own.orElseGet(() -> packed(id));
    }

    private static Optional<ProductKey> key(String value) {
        return value.isBlank() || value.length() > ProductKey.MAX_LENGTH
                ? Optional.empty()
                : Optional.of(new ProductKey(value));
    }

    /** The key that {@link #of} maps to this id, as far as the id tells it. */
    private static Optional<ProductKey> own(String id) {
        if (id.startsWith(PREFIX)) {
            return decoded(id).filter(key -> of(key).filter(id::equals).isPresent());
        }
        return isHash(id) || id.length() > ProductKey.MAX_LENGTH ? Optional.empty() : Optional.of(new ProductKey(id));
    }

    private static boolean isReserved(String id) {
        return id.startsWith(PREFIX) || isHash(id);
    }

    private static boolean isId(String text) {
        if (text.isEmpty() || text.length() > MAX_LENGTH) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= CODES.length || CODES[c] < 0) {
                return false;
            }
        }
        return true;
    }

    private static Optional<String> encoded(String value) {
        try {
            // The strict encoder: getBytes would turn each lone surrogate into the same '?'.
            ByteBuffer utf8 = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(value));
            byte[] bytes = new byte[utf8.remaining()];
            utf8.get(bytes);
            String id = PREFIX + base64(bytes);
            return Optional.of(id.length() <= MAX_LENGTH ? id : HASH_PREFIX + base64(sha256(bytes)));
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform must offer SHA-256", e);
        }
    }

    private static Optional<ProductKey> decoded(String id) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(id.substring(PREFIX.length()));
            String value = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return key(value);
        } catch (IllegalArgumentException | CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static ProductKey packed(String id) {
        StringBuilder packed = new StringBuilder(id.length() / 2 + 2).append(FOREIGN);
        for (int i = 0; i < id.length(); i += 2) {
            int first = code(id, i);
            packed.append((char) (i + 1 < id.length() ? PAIRS + 64 * first + code(id, i + 1) : SINGLES + first));
        }
        return new ProductKey(packed.toString());
    }

    private static int code(String id, int at) {
        char c = id.charAt(at);
        if (c >= CODES.length || CODES[c] < 0) {
            throw new IllegalArgumentException("Not a document id: '" + id + "'");
        }
        return CODES[c];
    }

    private static Optional<String> unpacked(String value) {
        if (value.charAt(0) != FOREIGN) {
            return Optional.empty();
        }
        StringBuilder id = new StringBuilder(2 * value.length());
        for (int i = 1; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c >= PAIRS && c < PAIRS + 64 * 64) {
                id.append(ALPHABET.charAt((c - PAIRS) / 64)).append(ALPHABET.charAt((c - PAIRS) % 64));
            } else if (c >= SINGLES && c < SINGLES + 64 && i == value.length() - 1) {
                id.append(ALPHABET.charAt(c - SINGLES));
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(id.toString()).filter(DocumentIds::isId);
    }
}
