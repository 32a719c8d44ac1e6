package dev.stocktake.spring;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Something is missing or wrong in the application's set-up; says what and what to do, all of it at once. */
final class SetUpException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    /**
     * One thing that is wrong.
     *
     * @param what in a sentence
     * @param action what to do, in a sentence
     */
    record Problem(String what, String action) {}

    SetUpException(List<Problem> problems, @Nullable Throwable cause) {
        super(
                problems.stream()
                        .map(problem -> problem.what() + " " + problem.action())
                        .collect(Collectors.joining(System.lineSeparator())),
                cause);
        this.problems = List.copyOf(problems);
    }

    SetUpException(String what, String action, @Nullable Throwable cause) {
        this(List.of(new Problem(what, action)), cause);
    }

    List<Problem> problems() {
        return problems;
    }
}
