package dev.stocktake;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What an audit has found so far. */
final class Findings {

    private final boolean dryRun;
    private final Consumer<Drift> each;
    private final Map<Drift.Kind, Long> drift = new EnumMap<>(Drift.Kind.class);
    private final Map<String, Long> unseenBy = new LinkedHashMap<>();
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
        drift.merge(one.kind(), 1L, Long::sum);
        if (one.unseenBy().isEmpty()) {
            unseenBy.merge(AuditReport.NO_FEED, 1L, Long::sum);
        }
        one.unseenBy().forEach(feed -> unseenBy.merge(feed, 1L, Long::sum));
        if (examples.size() < AuditReport.MOST_EXAMPLES) {
            examples.add(one);
            each.accept(one);
        }
    }

    boolean any() {
        return products + documents + known > 0 || !drift.isEmpty();
    }

    AuditReport report() {
        return new AuditReport(dryRun, products, documents, known, drift, unseenBy, examples);
    }
}
