package dev.stocktake;

/**
 * What an index takes in one request.
 *
 * @param maxProducts upserts and deletions together, positive
 * @param maxBytes of encoded documents, positive
 */
public record BatchLimits(int maxProducts, long maxBytes) {

    /** @throws IllegalArgumentException if a limit is not positive */
    public BatchLimits {
        if (maxProducts < 1) {
            throw new IllegalArgumentException("maxProducts must be at least 1, not " + maxProducts);
        }
        if (maxBytes < 1) {
            throw new IllegalArgumentException("maxBytes must be at least 1, not " + maxBytes);
        }
    }
}
