package dev.stocktake.meilisearch;

import dev.stocktake.RebuildableIndex;
import java.util.Optional;

/**
 * An index and the builds beside it, by their names on the server. A build's begins with the index's, so that a key for
 * {@code products*} covers both.
 *
 * @param uid of the live index
 */
record Family(String uid) {

    /** So that a build's name, too, has no more than the 200 characters of a name. */
    static final int LONGEST_UID = 160;

    private static final String INFIX = "__stocktake_";

    /** What a build of that label is called. */
    String build(String label) {
        return uid + INFIX + label;
    }

    /** The label of a build that is called so; empty if none of ours can be. */
    Optional<String> label(String name) {
        String start = uid + INFIX;
        return name.startsWith(start) && RebuildableIndex.isLabel(name.substring(start.length()))
                ? Optional.of(name.substring(start.length()))
                : Optional.empty();
    }

    /** Whether that is the live index or a build of it. */
    boolean has(String name) {
        return name.equals(uid) || label(name).isPresent();
    }

    /** Whether some index can have a build that is called so. */
    static boolean isBuild(String name) {
        int infix = name.lastIndexOf(INFIX);
        return infix > 0 && RebuildableIndex.isLabel(name.substring(infix + INFIX.length()));
    }
}
