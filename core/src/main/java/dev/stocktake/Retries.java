package dev.stocktake;

import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.time.Duration;
import java.util.Optional;

/**
 * Decides whether and when something is tried again. resilience4j does the maths; the waiting is done elsewhere, on the
 * injected sleeper.
 */
final class Retries {

    private final IntervalFunction growing;
    private final Retry retry;
    private final Duration mostAdvice;

    /** @param mostAdvice how long the other side's advice is followed at most */
    Retries(SyncSettings.Retry settings, Duration mostAdvice) {
        this.mostAdvice = mostAdvice;
        this.growing = IntervalFunction.ofExponentialBackoff(settings.first(), settings.growth(), settings.longest());
        this.retry = Retry.of(
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
        return new Row(retry.asyncContext());
    }

    /** How long something that failed this often is put off. */
    Duration delay(int failures) {
        return Duration.ofMillis(growing.apply(Math.max(1, failures)));
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
