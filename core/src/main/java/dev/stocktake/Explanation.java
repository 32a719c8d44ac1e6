package dev.stocktake;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Why one product is as it is in the index: what the database says, what the index holds, what the ledger remembers, and
 * which feed would see a change of which row. See {@link Stocktake#explain(ProductKey)}.
 *
 * <p>A look, not a transaction: what changes while it is taken may appear in one part and not in another. It changes nothing.
 *
 * @param product the product
 * @param verdict all of it in one word
 * @param database what the database says now
 * @param expected the fingerprint of that; null if there is no document
 * @param indexed what the index holds and whether it could be asked
 * @param differences the fields at the top of the document in which database and index differ; empty if they agree or one of
 *     them has no document
 * @param standing what the ledger remembers
 * @param since how long the product has been marked; null if it is not
 * @param walkPending whether a walk over all products has yet to come to this one
 * @param lastWrite the last write of this process that the index accepted for the product; null if it remembers none
 * @param sights which rows lead to the product, and which feed would see a change of them
 */
public record Explanation(
        ProductKey product,
        Verdict verdict,
        Projection database,
        @Nullable Fingerprint expected,
        Indexed indexed,
        List<Difference> differences,
        Standing standing,
        @Nullable Duration since,
        boolean walkPending,
        @Nullable LastWrite lastWrite,
        List<Sight> sights) {

    private static final int MOST_SHOWN = 100;

    /** Copies the lists. */
    public Explanation {
        differences = List.copyOf(differences);
        sights = List.copyOf(sights);
    }

    /** A product's state in one word. */
    public enum Verdict {
        /** The index holds what the database says, or neither has a document. */
        TRUE,
        /** They differ, and it is known: the product is marked, in flight, or waits for the walk over everything. */
        PENDING,
        /** The index holds an older or other document, or lacks it, and the product is quarantined. */
        QUARANTINED,
        /** They differ, and nobody knew before this look: its feed may not have been asked yet. */
        WRONG,
        /** The index cannot be asked what it holds. */
        UNKNOWN
    }

    /**
     * What the index holds of the product.
     *
     * @param readable whether the index can list what it holds; if not, the rest says nothing
     * @param fingerprint the one stored with the document; null if there is no document
     * @param document as the index gives it back; null if there is none
     */
    public record Indexed(
            boolean readable,
            @Nullable Fingerprint fingerprint,
            @Nullable Document document) {}

    /**
     * A field in which they differ.
     *
     * @param field its name, at the top of the document
     * @param database its value in the database; null if it is null or not there
     * @param index its value in the index; null if it is null or not there
     */
    public record Difference(
            String field,
            @Nullable Object database,
            @Nullable Object index) {}

    /**
     * A write that the index accepted.
     *
     * @param batchId the batch it was part of; where the index keeps a log of writes, it stands there too
     * @param positions where it stands in the index's order (the tasks, in Meilisearch)
     * @param at when it was accepted, by the injected clock
     */
    public record LastWrite(String batchId, List<Long> positions, Instant at) {

        /** Copies the list. */
        public LastWrite {
            positions = List.copyOf(positions);
        }
    }

    /**
     * What one feed knows of the rows that lead to the product.
     *
     * @param feed its name
     * @param tables table by table
     */
    public record Sight(String feed, List<Contribution> tables) {

        /** Copies the list. */
        public Sight {
            tables = List.copyOf(tables);
        }
    }

    /** The last write of this process, if it remembers one. */
    public Optional<LastWrite> lastAccepted() {
        return Optional.ofNullable(lastWrite);
    }

    /** For people: what is the matter, then what it was concluded from. */
    @Override
    public String toString() {
        List<String> lines = new ArrayList<>();
        lines.add("Product '" + product + "': " + sentence());
        lines.add("  database    " + said());
        lines.add("  index       " + held());
        for (Difference difference : differences) {
            lines.add("  differs     " + difference.field() + ": database " + shortened(difference.database())
                    + ", index " + shortened(difference.index()));
        }
        lines.add("  ledger      " + remembered());
        lines.add("  last write  "
                + (lastWrite == null
                        ? "none that this process remembers"
                        : "batch " + lastWrite.batchId() + " at position " + lastWrite.positions() + ", "
                                + lastWrite.at()));
        for (Sight sight : sights) {
            sight.tables().forEach(table -> lines.add("  seen by     " + rows(sight.feed(), table)));
        }
        return String.join(System.lineSeparator(), lines);
    }

    private String sentence() {
        return switch (verdict) {
            case TRUE ->
                database instanceof Projection.Present
                        ? "true, the index holds what the database says"
                        : "true, the database has no document for it and neither has the index";
            case PENDING -> "not yet true, and known to be so";
            case QUARANTINED -> "quarantined, the index keeps its last good version";
            case WRONG ->
                "wrong, and nobody knew. Repair it with sync(\"" + product + "\"); see below which feed should"
                        + " have seen the change, if it was made in the database and not in the index";
            case UNKNOWN -> "the index cannot list what it holds, so only the ledger can tell";
        };
    }

    private String said() {
        if (database instanceof Projection.Unreadable unreadable) {
            return "no document could be made: " + unreadable.problem();
        }
        return database instanceof Projection.Present ? "a document with fingerprint " + expected : "no document";
    }

    private String held() {
        if (!indexed.readable()) {
            return "cannot list what it holds";
        }
        return indexed.fingerprint() == null ? "no document" : "a document with fingerprint " + indexed.fingerprint();
    }

    private String remembered() {
        Refusal refusal = standing.quarantine();
        if (refusal != null) {
            return "quarantined: " + refusal.reason();
        }
        List<String> parts = new ArrayList<>();
        if (standing.marked()) {
            parts.add(
                    "marked" + (since == null ? "" : " for " + Words.duration(since)) + ", reason " + standing.reason()
                            + (standing.suspect() ? ", suspect" : "")
                            + (standing.attempts() > 0 ? ", tried " + standing.attempts() + " times" : "")
                            + (standing.notBefore() == null ? "" : ", again not before " + standing.notBefore()));
        }
        if (standing.inFlight()) {
            parts.add("handed to the index, not confirmed yet");
        }
        if (walkPending) {
            parts.add("the walk over all products has not come to it yet");
        }
        return parts.isEmpty() ? "nothing: taken for true" : String.join("; ", parts);
    }

    private static String rows(String feed, Contribution table) {
        List<String> rows = table.rows().stream().map(Contribution.Row::key).toList();
        return "feed '" + feed + "' " + Words.by(table.by()) + ": " + table.table() + " "
                + (rows.isEmpty() ? "(no row)" : rows)
                + (table.more() > 0 ? " and " + table.more() + " more" : "");
    }

    private static String shortened(@Nullable Object value) {
        String text = String.valueOf(value);
        return text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + "...";
    }
}
