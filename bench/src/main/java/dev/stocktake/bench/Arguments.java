package dev.stocktake.bench;

import java.nio.file.Path;
import java.util.List;

/**
 * What the command line says.
 *
 * @param cases their names; empty for all
 * @param out the file for the results
 * @param scratch a directory for the database's files
 */
record Arguments(Plan plan, List<String> cases, Path out, Path scratch) {

    static final String USAGE = """
            usage: java -jar stocktake-bench.jar [--quick | --full | --heap] [--cases=a,b] [--products=n] [--rounds=n] \
            [--out=file] [--scratch=directory]
              --quick    the default: small catalogues, about two minutes
              --full     100,000 and 1,000,000 products
              --heap     only the case 'heap' of --full: a million products with 128 MB""";

    static Arguments parse(String... args) {
        Arguments all =
                new Arguments(Plan.quick(), List.of(), Path.of("target", "bench.json"), Path.of("target", "bench"));
        for (String arg : args) {
            all = all.with(arg);
        }
        return all;
    }

    private Arguments with(String arg) {
        int equals = arg.indexOf('=');
        String value = equals < 0 ? "" : arg.substring(equals + 1);
        return switch (equals < 0 ? arg : arg.substring(0, equals)) {
            case "--quick" -> new Arguments(Plan.quick(), cases, out, scratch);
            case "--full" -> new Arguments(Plan.full(), cases, out, scratch);
            case "--heap" -> new Arguments(Plan.full(), List.of("heap"), out, scratch);
            case "--rounds" -> new Arguments(plan.withRounds(number(arg, value)), cases, out, scratch);
            case "--products" -> new Arguments(plan.withLargest(number(arg, value)), cases, out, scratch);
            case "--cases" -> new Arguments(plan, known(value), out, scratch);
            case "--out" -> new Arguments(plan, cases, Path.of(value), scratch);
            case "--scratch" -> new Arguments(plan, cases, out, Path.of(value));
            default -> throw new IllegalArgumentException("'" + arg + "' is no option");
        };
    }

    private static int number(String arg, String value) {
        if (!value.matches("[1-9]\\d{0,6}")) {
            throw new IllegalArgumentException("'" + arg + "' needs a number from 1 to 9999999");
        }
        return Integer.parseInt(value);
    }

    private static List<String> known(String value) {
        List<String> names = List.of(value.split(","));
        if (!Bench.names().containsAll(names)) {
            throw new IllegalArgumentException("There are the cases " + Bench.names() + ", not '" + value + "'");
        }
        return names;
    }
}
