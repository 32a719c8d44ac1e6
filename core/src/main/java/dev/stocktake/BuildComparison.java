package dev.stocktake;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What searchers would see change if a build were put in the place of the live index; a page at a time. */
final class BuildComparison {

    private static final int PAGE = 5_000;

    private final AuditableIndex live;
    private final AuditableIndex build;
    private @Nullable String cursor;
    private boolean builtListed;
    private boolean over;
    private long added;
    private long changed;
    private long removed;
    private long unchanged;

    BuildComparison(AuditableIndex live, AuditableIndex build) {
        this.live = live;
        this.build = build;
    }

    boolean over() {
        return over;
    }

    RebuildReport.Changes changes() {
        return new RebuildReport.Changes(added, changed, removed, unchanged);
    }

    void step() {
        AuditableIndex listed = builtListed ? live : build;
        AuditableIndex other = builtListed ? build : live;
        FingerprintPage page = listed.fingerprints(cursor, PAGE);
        Map<ProductKey, Fingerprint> there = page.entries().isEmpty()
                ? Map.of()
                : other.fingerprints(page.entries().keySet());
        if (builtListed) {
            removed += page.entries().size() - there.size();
        } else {
            page.entries().forEach((key, fingerprint) -> count(fingerprint, there.get(key)));
        }
        cursor = page.next();
        if (cursor == null) {
            over = builtListed;
            builtListed = true;
        }
    }

    private void count(Fingerprint built, @Nullable Fingerprint now) {
        if (now == null) {
            added++;
        } else if (now.equals(built)) {
            unchanged++;
        } else {
            changed++;
        }
    }
}
