package dev.stocktake.testkit.sim;

import dev.stocktake.Document;
import dev.stocktake.Projection;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a product can be worth: few values, so that they repeat. A write that comes late can only be told from the right one
 * by what it does, never by luck (A, then B, then A again).
 */
enum Value {
    /** Not in the index. */
    ABSENT,
    SMALL,
    MEDIUM,
    LARGE,
    /** So big that few of its kind fit into one request. */
    HUGE,
    /** A document to which the index objects. */
    POISON,
    /** A document that is too large to be sent. */
    OVERSIZED,
    /** A row of which no document can be made. */
    UNREADABLE,
    /** What somebody else put into the index; no row is ever worth this. */
    FOREIGN;

    /** What sells. */
    static final List<Value> STOCK = List.of(SMALL, MEDIUM, LARGE, HUGE);

    private static final int PADDING = 700;

    private final Document document = Document.builder()
            .put("value", name())
            .put("description", name().equals("HUGE") ? "x".repeat(PADDING) : "small")
            .build();

    /** Whether an index can hold it or its absence. */
    boolean sound() {
        return this != POISON && this != UNREADABLE && this != OVERSIZED;
    }

    Document document() {
        return document;
    }

    static Value of(Document document) {
        return valueOf(String.valueOf(document.get("value")));
    }

    /** @param recheckAt when the product will be worth something else; null if nobody knows */
    Projection projection(@Nullable Instant recheckAt) {
        return switch (this) {
            case ABSENT -> Projection.absentUntil(recheckAt);
            case UNREADABLE -> Projection.unreadable("The price is text");
            default -> Projection.until(recheckAt, document);
        };
    }
}
