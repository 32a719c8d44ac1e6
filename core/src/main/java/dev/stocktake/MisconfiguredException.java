package dev.stocktake;

import org.jspecify.annotations.Nullable;

/** A setting, query, table or right is wrong; the message names it and says what to do. Nothing was written. */
public final class MisconfiguredException extends StocktakeException {

    private static final long serialVersionUID = 1L;

    /** With the name of the setting and the next step. */
    public MisconfiguredException(String message) {
        this(message, null);
    }

    /** With the name of the setting and the next step. */
    public MisconfiguredException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
