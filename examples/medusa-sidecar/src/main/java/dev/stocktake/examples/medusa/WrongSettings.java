package dev.stocktake.examples.medusa;

import java.util.List;

/** Something that was set is wrong, or something that must be set is missing; each a sentence that says what to do. */
final class WrongSettings extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    WrongSettings(List<String> problems) {
        super(String.join(System.lineSeparator(), problems));
        this.problems = List.copyOf(problems);
    }

    WrongSettings(String problem) {
        this(List.of(problem));
    }

    List<String> problems() {
        return problems;
    }
}
