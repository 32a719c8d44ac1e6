package dev.stocktake;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Somebody wants a build, or the last live content back; kept in the ledger until whoever runs the lane has brought it to its
 * end.
 *
 * @param kind what is wanted
 * @param asked when it was asked for first, by the ledger's clock
 * @param begun when its build was opened; null before
 * @param forced whether the build may hold far less than the live index
 * @param generation that is to become live for it; {@link #NO_GENERATION} before it was begun
 */
record RebuildRequest(Kind kind, Instant asked, @Nullable Instant begun, boolean forced, long generation) {

    static final long NO_GENERATION = 0;

    /** What is wanted. */
    enum Kind {
        REBUILD,
        DRY_RUN,
        ROLLBACK
    }

    private static final String NONE = "-";

    static RebuildRequest of(Kind kind, boolean forced, Instant now) {
        return new RebuildRequest(kind, now, null, forced, NO_GENERATION);
    }

    /** The same for somebody who wants it, too; a real rebuild is one that was asked for once. Leave for a look is none for that. */
    RebuildRequest joined(Kind other, boolean force) {
        boolean looked = kind == Kind.DRY_RUN && other == Kind.REBUILD;
        return new RebuildRequest(
                other == Kind.REBUILD ? other : kind, asked, begun, force || (forced && !looked), generation);
    }

    RebuildRequest begun(@Nullable Instant now, long by) {
        return new RebuildRequest(kind, asked, now, forced, by);
    }

    String text() {
        return kind + "|" + asked.toEpochMilli() + "|" + (begun == null ? NONE : begun.toEpochMilli()) + "|" + forced
                + "|" + generation;
    }

    static RebuildRequest parse(String text) {
        String[] fields = text.split("\\|", -1);
        return new RebuildRequest(
                Kind.valueOf(fields[0]),
                Instant.ofEpochMilli(Long.parseLong(fields[1])),
                fields[2].equals(NONE) ? null : Instant.ofEpochMilli(Long.parseLong(fields[2])),
                Boolean.parseBoolean(fields[3]),
                Long.parseLong(fields[4]));
    }
}
