package dev.stocktake.testkit.sim;

import java.util.List;
import java.util.stream.Stream;

/**
 * Plays schedules from the command line: {@code <scenario> <from> <count> [workers] [KNOB=value ...]}, or one with its history:
 * {@code replay <scenario> <seed> [KNOB=value ...]}. A scenario may be a mutant, or {@code <mutant>@<scenario>}.
 */
public final class SimulationMain {

    private SimulationMain() {}

    public static void main(String[] args) {
        if (args[0].equals("replay")) {
            Verdict verdict = Simulation.replay(scenario(args, 1), Long.parseLong(args[2]));
            verdict.history().forEach(System.out::println);
            System.out.println(verdict + " digest " + verdict.digest());
            return;
        }
        int workers = args.length > 3 && !args[3].contains("=") ? Integer.parseInt(args[3]) : 2;
        for (String name : names(args[0])) {
            String[] one = args.clone();
            one[0] = name;
            long start = System.nanoTime();
            Tally tally = Simulation.play(scenario(one, 0), Long.parseLong(args[1]), Long.parseLong(args[2]), workers);
            tally.bad().stream()
                    .limit(Integer.getInteger("show", 3))
                    .map(Verdict::toString)
                    .map(text -> text.substring(0, Math.min(400, text.length())))
                    .forEach(System.out::println);
            if (Boolean.getBoolean("census")) {
                System.out.println(tally.census().per(tally.seeds()));
            }
            System.out.printf("%s (%.1f s, digest %x)%n", tally, (System.nanoTime() - start) / 1e9, tally.digest());
        }
    }

    private static Scenario scenario(String[] args, int at) {
        if (args[at].contains("@")) {
            String[] mutated = args[at].split("@");
            Mutant mutant = Mutant.all().stream()
                    .filter(known -> known.name().equals(mutated[0]))
                    .findFirst()
                    .orElseThrow();
            String[] base = {mutated[1]};
            return knobs(mutant.change().apply(scenario(base, 0)).named(args[at]), args);
        }
        Scenario scenario = known().filter(known -> known.name().equals(args[at]))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("No scenario '" + args[at] + "'; there are "
                        + known().map(Scenario::name).toList()));
        return knobs(scenario, args);
    }

    private static Scenario knobs(Scenario base, String[] args) {
        Scenario scenario = base;
        for (String arg : args) {
            if (arg.contains("=")) {
                String[] setting = arg.split("=");
                scenario = scenario.with(Knob.valueOf(setting[0]), Double.parseDouble(setting[1]));
            }
        }
        return scenario;
    }

    private static Stream<Scenario> known() {
        return Stream.concat(Scenario.all().stream(), Mutant.all().stream().map(Mutant::scenario));
    }

    private static List<String> names(String wanted) {
        return switch (wanted) {
            case "all" -> Scenario.all().stream().map(Scenario::name).toList();
            case "mutants" -> Mutant.all().stream().map(Mutant::name).toList();
            default -> List.of(wanted.split(","));
        };
    }
}
