package dev.stocktake;

import org.jspecify.annotations.Nullable;

/**
 * The root of everything Stocktake throws, sorted by what the reader can do: wait ({@link UnavailableException}), correct
 * a document ({@link RefusedException}), correct a setting ({@link MisconfiguredException}), nothing, as the engine takes
 * care of it ({@link UnknownOutcomeException}), or run again ({@link StoppedException}).
 */
public abstract class StocktakeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** With a message that says what happened, to what, and what to do next. */
    protected StocktakeException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
