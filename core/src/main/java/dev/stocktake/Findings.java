package dev.stocktake;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What an audit has found so far. */
final class Findings {

    private final boolean dryRun;
    private final Consumer<Drift> each;
    private final DriftTotals drift = DriftTotals.none();
    private final List<Drift> examples = new ArrayList<>();
    private long products;
    private long documents;
    private long known;

    /** @param each is told of the drift that is kept as an example */
    Findings(boolean dryRun, Consumer<Drift> each) {
        this.dryRun = dryRun;
        this.each = each;
    }

    void compared(long more) {
        products += more;
    }

    void listed(long more) {
        documents += more;
    }

    void known(long more) {
        known += more;
    }

    void found(Drift one) {
        drift.count(one);
        if (examples.size() < AuditReport.MOST_EXAMPLES) {
            examples.add(one);
            each.accept(one);
        }
    }

    boolean any() {
        return products + documents + known > 0 || !drift.isEmpty();
    }

    AuditReport report() {
        return new AuditReport(dryRun, products, documents, known, drift.kinds(), drift.unseenBy(), examples);
    }
}
