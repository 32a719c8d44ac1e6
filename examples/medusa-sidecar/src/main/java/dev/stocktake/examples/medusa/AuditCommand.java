package dev.stocktake.examples.medusa;

import dev.stocktake.AuditReport;
import dev.stocktake.Drift;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Compares everything with everything. */
@Command(
        name = "audit",
        description = "Compares every product with its document, and only tells what differs unless told to repair.",
        mixinStandardHelpOptions = true)
final class AuditCommand extends Task {

    @ArgGroup
    private @Nullable Way way;

    /** One of the two. */
    static final class Way {

        @Option(names = "--repair", description = "Make true what differs.")
        private boolean repair;

        @Option(names = "--dry-run", description = "Only tell (what is done if nothing is said).")
        private boolean dryRun;
    }

    @Override
    public Integer call() throws Exception {
        Way said = way;
        boolean repair = said != null && said.repair;
        try (Parts parts = parts().requireShop()) {
            ProgressBar bar = ProgressBar.on(err(), parts.publishedProducts());
            SyncPolicy policy = repair ? SyncPolicy.audit() : SyncPolicy.audit().dryRun();
            SyncReport report = parts.stocktake(bar).run(policy);
            AuditReport compared = report.compared().orElse(null);
            if (compared != null && compared.total() > 0) {
                bar.line("Differs: "
                        + compared.examples().stream().map(Drift::toString).collect(Collectors.joining("; "))
                        + (compared.total() > compared.examples().size() ? "; and more" : ""));
            }
            if (compared != null && compared.known() > 0) {
                bar.line(compared.known()
                        + " more differ, and that is known: they wait, or the next look will name them.");
            }
            int exit = tell(report);
            return !repair && compared != null && compared.total() + compared.known() > 0 ? Sidecar.FOUND : exit;
        }
    }
}
