package dev.stocktake.jdbc;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row that a scan met.
 *
 * @param at its timestamp
 * @param keys what leads upward, per way; null where the column is null
 * @param order by which rows of one timestamp are ordered, as read
 * @param version what tells it from the same row changed again; empty if nothing does
 */
record ChangedRow(Instant at, List<@Nullable String> keys, List<String> order, String version) {

    FeedCursor.Position position() {
        return new FeedCursor.Position(at, order);
    }

    /** Stands for this state of this row. */
    long hash() {
        MessageDigest digest = sha256();
        put(digest, at.toString());
        order.forEach(value -> put(digest, value));
        keys.forEach(value -> put(digest, String.valueOf(value)));
        put(digest, version);
        return ByteBuffer.wrap(digest.digest()).getLong();
    }

    private static void put(MessageDigest digest, String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(4).putInt(0, utf8.length));
        digest.update(utf8);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform must offer SHA-256", e);
        }
    }
}
