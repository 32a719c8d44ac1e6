package dev.stocktake;

import org.jspecify.annotations.Nullable;

/** A write was handed over and no answer came: it may be applied now, later or never. */
public final class UnknownOutcomeException extends StocktakeException {

    private static final long serialVersionUID = 1L;

    /** With what was sent where. */
    public UnknownOutcomeException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
