package dev.stocktake;

/**
 * The identity of an index's content: it changes when the index is dropped and made anew or swapped, not when it is
 * written or its server restarted.
 *
 * @param value opaque, at most 200 characters
 */
public record IndexIdentity(String value) {
    @Override
    public String toString() {
        return value;
    }
}
