package dev.stocktake.bench;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Runs the benchmark: results as JSON, one line each, to standard output and together into a file; what it is doing to
 * standard error.
 */
public final class Bench {

    private static final List<Case> CASES = List.of(
            new FullSyncCase(),
            new LuceneCase(),
            new RebuildCase(),
            new SmartSyncCase(),
            new ChangeLogCase(),
            new IdleCase(),
            new AuditCase(),
            new TriggerCase(),
            new HeapCase());

    private Bench() {}

    /** See {@link Arguments#USAGE}. */
    public static void main(String[] args) throws SQLException {
        Arguments arguments;
        try {
            arguments = Arguments.parse(args);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.println(Arguments.USAGE);
            System.exit(2);
            return;
        }
        if (!arguments.from().isEmpty()) {
            Report.of(arguments.from()).write(Objects.requireNonNull(arguments.report()));
            return;
        }
        Results results = new Results(System.out, arguments.ratiosOnly());
        run(arguments.plan(), chosen(arguments.cases()), arguments.scratch(), results);
        results.write(arguments.out());
        if (arguments.report() != null) {
            new Report(results.all()).write(arguments.report());
        }
    }

    static void run(Plan plan, List<Case> cases, Path scratch, Results results) throws SQLException {
        try (Stage stage = Stage.set(scratch)) {
            results.add(Machine.describe(plan, stage));
            for (Case one : cases) {
                System.err.println("case " + one.name() + ", mode " + plan.mode());
                one.run(stage, plan, results);
            }
        }
    }

    private static List<Case> chosen(List<String> names) {
        List<Case> chosen = new ArrayList<>(CASES);
        if (!names.isEmpty()) {
            chosen.removeIf(one -> !names.contains(one.name()));
        }
        return chosen;
    }

    static List<Case> cases() {
        return CASES;
    }

    static List<String> names() {
        return CASES.stream().map(Case::name).toList();
    }
}
