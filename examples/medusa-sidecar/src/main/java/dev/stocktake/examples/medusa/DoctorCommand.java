package dev.stocktake.examples.medusa;

import dev.stocktake.MisconfiguredException;
import dev.stocktake.StocktakeException;
import dev.stocktake.Truth;
import dev.stocktake.examples.medusa.Finding.Level;
import dev.stocktake.meilisearch.MeilisearchIndex;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** Looks at everything and says in words what is well and what is not. */
@Command(
        name = "doctor",
        description = "Looks at the shop, the rights, the index and what this set-up can see, and says what to do.",
        mixinStandardHelpOptions = true)
final class DoctorCommand extends Task {

    private static final String NEVER_FILLED = "The index was never filled: start the sidecar, or run sync full.";

    @Override
    public Integer call() {
        Settings settings = settings();
        try (Parts parts = parts()) {
            List<Finding> findings = new ArrayList<>(parts.check().look());
            @Nullable String self = null;
            if (findings.stream().noneMatch(Finding::bad)) {
                findings.add(parts.check().mismatches());
                findings.add(attempt("index", () -> index(parts)));
                if (findings.stream().noneMatch(Finding::bad)) {
                    findings.addAll(new KeyCheck(settings).look());
                }
                findings.add(attempt("own tables", () -> tables(parts)));
                if (findings.stream().noneMatch(Finding::bad)) {
                    self = engine(parts, findings);
                }
            }
            findings.add(page(settings));
            answer(text(findings, self), fields(findings, self));
            return findings.stream().anyMatch(Finding::bad) ? Sidecar.FOUND : Sidecar.DONE;
        }
    }

    private static Finding index(Parts parts) {
        MeilisearchIndex index = parts.index(parts.source());
        boolean there = index.identify().isPresent();
        parts.requireOurs(index);
        return new Finding(
                Level.OK,
                "index",
                "Meilisearch at " + parts.settings().meilisearch() + " answers; the index '"
                        + parts.settings().index() + "' "
                        + (there ? "holds " + index.count() + " documents." : "is not there yet and will be made."));
    }

    private static @Nullable String engine(Parts parts, List<Finding> findings) {
        @Nullable String[] self = {null};
        findings.add(attempt("changes", () -> {
            self[0] = parts.selfCheck().toString();
            findings.add(
                    parts.ledgerIsThere()
                            ? truth(parts.onlyLooking().status())
                            : new Finding(Level.NOTE, "state", NEVER_FILLED));
            return parts.changeLogIsThere()
                    ? new Finding(Level.OK, "changes", Parts.WITH_LOG)
                    : new Finding(Level.NOTE, "changes", parts.withoutLog());
        }));
        return self[0];
    }

    private static Finding tables(Parts parts) {
        parts.requireRoomForTheLedger();
        String where = "schema " + parts.settings().schema() + " of "
                + parts.settings().ledger();
        return parts.ledgerIsThere()
                ? new Finding(Level.OK, "own tables", "Stocktake's own tables are in " + where + ".")
                : new Finding(
                        Level.NOTE,
                        "own tables",
                        "Stocktake's own tables are not there yet: the sidecar makes them when it starts, in " + where
                                + ".");
    }

    private static Finding truth(Truth truth) {
        if (!truth.known()) {
            return new Finding(Level.NOTE, "state", NEVER_FILLED);
        }
        if (truth.quarantined() > 0) {
            return new Finding(
                    Level.NOTE,
                    "state",
                    truth.quarantined() + " products are set aside, as no document could be made of them or the index"
                            + " refused it: see the page, or explain them.");
        }
        return truth.clean()
                ? new Finding(Level.OK, "state", "Nothing is known that is not true.")
                : new Finding(
                        Level.NOTE, "state", truth.marked() + truth.inFlight() + " products wait to be made true.");
    }

    private static Finding page(Settings settings) {
        return settings.page() == null
                ? new Finding(
                        Level.NOTE,
                        "page",
                        "The page is not served: set STOCKTAKE_PAGE_PASSWORD (12 characters or more).")
                : new Finding(Level.OK, "page", "The page is served at /stocktake, behind a login.");
    }

    private static Finding attempt(String subject, Supplier<Finding> step) {
        try {
            return step.get();
        } catch (WrongSettings e) {
            return new Finding(Level.WRONG, subject, String.join(" ", e.problems()));
        } catch (MisconfiguredException e) {
            return new Finding(Level.WRONG, subject, Parts.inOurWords(e));
        } catch (StocktakeException e) {
            return new Finding(Level.UNREACHABLE, subject, Parts.inOurWords(e));
        }
    }

    private static String text(List<Finding> findings, @Nullable String self) {
        List<String> lines = new ArrayList<>();
        for (Finding finding : findings) {
            lines.add(String.format(Locale.ROOT, "%-11s %-10s %s", finding.level(), finding.subject(), finding.text()));
        }
        if (self != null) {
            lines.add("");
            lines.add(self);
        }
        return String.join(System.lineSeparator(), lines);
    }

    private static Map<String, @Nullable Object> fields(List<Finding> findings, @Nullable String self) {
        List<Map<String, String>> all = new ArrayList<>();
        for (Finding finding : findings) {
            Map<String, String> one = new LinkedHashMap<>();
            one.put("level", finding.level().name());
            one.put("subject", finding.subject());
            one.put("text", finding.text());
            all.add(one);
        }
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("findings", all);
        fields.put("check", self);
        return fields;
    }
}
