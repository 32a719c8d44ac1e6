package dev.stocktake.bench;

import dev.stocktake.AuditReport;
import dev.stocktake.AuditableIndex;
import dev.stocktake.ProductSource;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;

/** An audit that finds nothing, and must write nothing. */
final class Audit implements Contestant {

    static final String NAME = "stocktake";

    private final Subject subject;
    private final CountedPort<ProductSource> source;
    private final CountedPort<AuditableIndex> index;
    private final int products;

    Audit(Subject subject, CountedPort<ProductSource> source, CountedPort<AuditableIndex> index, int products) {
        this.subject = subject;
        this.source = source;
        this.index = index;
        this.products = products;
    }

    @Override
    public String name() {
        return NAME;
    }

    /** Afterwards the counters tell of one audit. */
    @Override
    public void prepare() {
        source.reset();
        index.reset();
    }

    @Override
    public void run() {
        SyncReport report = subject.run(SyncPolicy.audit());
        AuditReport compared =
                report.compared().orElseThrow(() -> new IllegalStateException("The audit compared nothing: " + report));
        if (compared.products() != products || compared.documents() != products) {
            throw new IllegalStateException("The audit did not compare everything: " + compared);
        }
        if (compared.total() != 0 || compared.known() != 0 || index.calls("write") != 0) {
            throw new IllegalStateException("An index in sync was found to differ, or was written: " + compared);
        }
    }
}
