package dev.stocktake.spring;

import dev.stocktake.MisconfiguredException;
import dev.stocktake.StocktakeException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Tells of what Stocktake itself found wrong outside of our own assembly: in a bean of the application. */
final class EngineFailureAnalyzer extends AbstractFailureAnalyzer<StocktakeException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, StocktakeException cause) {
        return new FailureAnalysis(
                String.valueOf(cause.getMessage()),
                cause instanceof MisconfiguredException
                        ? "Correct the setting that the description names."
                        : "Look whether the database and the index can be reached from here, and start again.",
                cause);
    }
}
