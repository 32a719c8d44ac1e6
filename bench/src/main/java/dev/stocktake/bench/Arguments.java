package dev.stocktake.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the command line says.
 *
 * @param cases their names; empty for all
 * @param out the file for the results
 * @param scratch a directory for the database's files
 * @param report a directory for tables and plots; null if nobody wants them
 * @param from files with the results of earlier runs, to be reported together; empty to measure
 */
record Arguments(
        Plan plan,
        List<String> cases,
        Path out,
        Path scratch,
        @Nullable Path report,
        List<Path> from) {

    static final String USAGE = """
            usage: java -jar stocktake-bench.jar [--quick | --full | --heap] [--cases=a,b] [--products=n] [--rounds=n] \
            [--out=file] [--report=directory [--from=file,file]] [--scratch=directory]
              --quick    the default: small catalogues, less than a minute; without --cases ratios only
              --full     100,000 and 1,000,000 products
              --heap     only the case 'heap', up to 5,000,000 products with 128 MB; 15 GB of disk
              --report   tables and plots as well
              --from     measures nothing: reports together what earlier runs left in their --out""";

    static Arguments parse(String... args) {
        Arguments all = new Arguments(
                Plan.quick(), List.of(), Path.of("target", "bench.json"), Path.of("target", "bench"), null, List.of());
        for (String arg : args) {
            all = all.with(arg);
        }
        if (!all.from().isEmpty() && all.report() == null) {
            throw new IllegalArgumentException("'--from' needs '--report': where to write the report");
        }
        return all;
    }

    private Arguments with(String arg) {
        int equals = arg.indexOf('=');
        String value = equals < 0 ? "" : arg.substring(equals + 1);
        return switch (equals < 0 ? arg : arg.substring(0, equals)) {
            case "--quick" -> new Arguments(Plan.quick(), cases, out, scratch, report, from);
            case "--full" -> new Arguments(Plan.full(), cases, out, scratch, report, from);
            case "--heap" -> new Arguments(Plan.heap(), List.of("heap"), out, scratch, report, from);
            case "--rounds" -> new Arguments(plan.withRounds(number(arg, value)), cases, out, scratch, report, from);
            case "--products" -> new Arguments(plan.withLargest(number(arg, value)), cases, out, scratch, report, from);
            case "--cases" -> new Arguments(plan, known(value), out, scratch, report, from);
            case "--out" -> new Arguments(plan, cases, Path.of(value), scratch, report, from);
            case "--scratch" -> new Arguments(plan, cases, out, Path.of(value), report, from);
            case "--report" -> new Arguments(plan, cases, out, scratch, Path.of(value), from);
            case "--from" ->
                new Arguments(
                        plan,
                        cases,
                        out,
                        scratch,
                        report,
                        Stream.of(value.split(",")).map(Path::of).toList());
            default -> throw new IllegalArgumentException("'" + arg + "' is no option");
        };
    }

    /** For every day: what nobody asked for by name is said in numbers that mean something on any machine. */
    boolean ratiosOnly() {
        return plan.mode().equals(Plan.QUICK) && cases.isEmpty();
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
