package dev.stocktake.spring;

import java.util.List;
import java.util.stream.Collectors;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Tells what is wrong with the set-up, and what to do. */
final class SetUpFailureAnalyzer extends AbstractFailureAnalyzer<SetUpException> {

    private static final String OFF = "Or set 'stocktake.enabled=false' to start without Stocktake.";

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, SetUpException cause) {
        List<SetUpException.Problem> problems = cause.problems();
        return new FailureAnalysis(
                lines(problems.stream().map(SetUpException.Problem::what).toList()),
                lines(problems.stream()
                                .map(SetUpException.Problem::action)
                                .distinct()
                                .toList())
                        + System.lineSeparator()
                        + OFF,
                cause);
    }

    private static String lines(List<String> sentences) {
        return sentences.size() == 1
                ? sentences.get(0)
                : sentences.stream()
                        .map(sentence -> "- " + sentence)
                        .collect(Collectors.joining(System.lineSeparator()));
    }
}
