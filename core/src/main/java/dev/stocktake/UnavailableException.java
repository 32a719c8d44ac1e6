package dev.stocktake;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The other side cannot be reached, is overloaded or answers too late; nothing was done, and the same may succeed later. */
public final class UnavailableException extends StocktakeException {

    private static final long serialVersionUID = 1L;

    private final @Nullable Duration retryAfter;

    /** Without advice when to try again. */
    public UnavailableException(String message, @Nullable Throwable cause) {
        this(message, null, cause);
    }

    /** With the other side's own advice when to try again, if it gave one. */
    public UnavailableException(String message, @Nullable Duration retryAfter, @Nullable Throwable cause) {
        super(message, cause);
        this.retryAfter = retryAfter;
    }

    /** The other side's advice when to try again. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
