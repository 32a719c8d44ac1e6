package dev.stocktake;

import org.jspecify.annotations.Nullable;

/** The run ended before its work was done: interrupted, closed, or another instance took over. Nothing is lost. */
public final class StoppedException extends StocktakeException {

    private static final long serialVersionUID = 1L;

    /** With why. */
    public StoppedException(String message) {
        this(message, null);
    }

    /** With why. */
    public StoppedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
