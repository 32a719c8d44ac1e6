package dev.stocktake;

import org.jspecify.annotations.Nullable;

/** The index objects to something in the request and did nothing; the same request will not succeed later. */
public final class RefusedException extends StocktakeException {

    private static final long serialVersionUID = 1L;

    /** With the index's own reason. */
    public RefusedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
