package dev.stocktake.testkit.sim;

import java.util.List;
import java.util.stream.Stream;

/** Finds scenarios by what is written on a command line. */
final class Catalogue {

    private Catalogue() {}

    static List<Scenario> all(String names) {
        return switch (names) {
            case "all" -> Scenario.all();
            case "mutants" -> Mutant.all().stream().map(Mutant::scenario).toList();
            default -> Stream.of(names.split(",")).map(Catalogue::one).toList();
        };
    }

    /** A scenario, a mutant, or {@code <mutant>@<scenario>}; each with knobs behind it: {@code stormy-3/LATE=0.2/NODES=2}. */
    static Scenario one(String words) {
        String[] parts = words.split("/");
        Scenario scenario = named(parts[0]).named(words);
        for (int i = 1; i < parts.length; i++) {
            String[] setting = parts[i].split("=");
            scenario = scenario.with(Knob.valueOf(setting[0]), Double.parseDouble(setting[1]));
        }
        return scenario;
    }

    private static Scenario named(String name) {
        if (name.contains("@")) {
            String[] both = name.split("@");
            return mutant(both[0]).change().apply(named(both[1]));
        }
        return Scenario.all().stream()
                .filter(scenario -> scenario.name().equals(name))
                .findFirst()
                .orElseGet(() -> mutant(name).scenario());
    }

    private static Mutant mutant(String name) {
        return Mutant.all().stream()
                .filter(mutant -> mutant.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + name + "' is none of " + Scenario.all()
                        + " nor of " + Mutant.all().stream().map(Mutant::name).toList()));
    }
}
