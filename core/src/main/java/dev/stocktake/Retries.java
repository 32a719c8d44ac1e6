package dev.stocktake;

import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether and when something is tried again. resilience4j does the maths; the waiting is done elsewhere, on the
 * injected sleeper. Confined to whoever runs the lane.
 */
final class Retries {

    private final SyncSettings.Retry settings;
    private final Duration mostAdvice;
    private @Nullable Maths maths;

    /** @param mostAdvice how long the other side's advice is followed at most */
    Retries(SyncSettings.Retry settings, Duration mostAdvice) {
        this.mostAdvice = mostAdvice;
        this.settings = settings;
    }

    /** Made when something has failed: until then nobody needs the classes behind it. */
    private record Maths(IntervalFunction growing, Retry retry) {}

    private Maths maths() {
        Maths known = maths;
        if (known == null) {
            IntervalFunction growing =
                    IntervalFunction.ofExponentialBackoff(settings.first(), settings.growth(), settings.longest());
            known = new Maths(growing, retry(growing));
            maths = known;
        }
        return known;
    }

    private Retry retry(IntervalFunction growing) {
        return Retry.of(
                "stocktake",
                RetryConfig.custom()
                        .maxAttempts(settings.attempts())
                        .retryOnException(failure -> true)
                        .intervalBiFunction((attempt, failure) -> failure.isLeft()
                                ? delay(attempt, failure.getLeft()).toMillis()
                                : growing.apply(attempt))
                        .build());
    }

    /** A row of attempts that ends with the first success. */
    Row row() {
        return new Row(maths().retry().asyncContext());
    }

    /** How long something that failed this often is put off. */
    Duration delay(int failures) {
        return Duration.ofMillis(maths().growing().apply(Math.max(1, failures)));
    }

    private Duration delay(int failures, Throwable failure) {
        Duration own = delay(failures);
        return failure instanceof UnavailableException unavailable
                ? unavailable.retryAfter().map(this::bounded).orElse(own)
                : own;
    }

    private Duration bounded(Duration advice) {
        return advice.compareTo(mostAdvice) > 0 ? mostAdvice : advice;
    }

    /** Failures in a row. */
    static final class Row {

        private final Retry.AsyncContext<?> context;

        private Row(Retry.AsyncContext<?> context) {
            this.context = context;
        }

        /** The delay before the next attempt; empty if there shall be none. */
        Optional<Duration> afterFailure(Throwable failure) {
            long millis = context.onError(failure);
            return millis < 0 ? Optional.empty() : Optional.of(Duration.ofMillis(millis));
        }
    }
}
