package dev.stocktake;

/**
 * What became of an accepted write.
 *
 * @param kind what is certain
 * @param reason in words, for the operator; empty where there is nothing to say
 */
public record Outcome(Kind kind, String reason) {

    /** What is certain about a write. */
    public enum Kind {
        /** Not final yet: ask again. */
        PENDING,
        /** Applied in full, and visible. */
        APPLIED,
        /** Not applied, and will not be: the index objects to something in it. One bad document may fail its batch. */
        REFUSED,
        /** Not applied, and will not be: the index had a problem of its own. The same documents may succeed later. */
        FAILED,
        /** The index does not remember it: it may have been applied or not. */
        LOST
    }

    /** Not final yet. */
    public static Outcome pending() {
        return new Outcome(Kind.PENDING, "");
    }

    /** Applied in full. */
    public static Outcome applied() {
        return new Outcome(Kind.APPLIED, "");
    }

    /** Not applied because of a document in it. */
    public static Outcome refused(String reason) {
        return new Outcome(Kind.REFUSED, reason);
    }

    /** Not applied because of a problem of the index. */
    public static Outcome failed(String reason) {
        return new Outcome(Kind.FAILED, reason);
    }

    /** Applied or not: nobody knows. */
    public static Outcome lost(String reason) {
        return new Outcome(Kind.LOST, reason);
    }
}
