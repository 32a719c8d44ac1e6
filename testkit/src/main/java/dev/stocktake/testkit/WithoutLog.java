package dev.stocktake.testkit;

import dev.stocktake.AuditableIndex;
import dev.stocktake.IndexIdentity;
import dev.stocktake.RebuildableIndex;
import dev.stocktake.Receipt;
import java.util.Map;

/** An {@link InMemoryIndex} whose log cannot be read. */
final class WithoutLog extends ReadablePart implements RebuildableIndex {

    WithoutLog(InMemoryIndex index) {
        super(index);
    }

    @Override
    public AuditableIndex build(String label) {
        return index.build(label);
    }

    @Override
    public Map<String, IndexIdentity> builds() {
        return index.builds();
    }

    @Override
    public Receipt swap(String label) {
        return index.swap(label);
    }

    @Override
    public boolean drop(String label, IndexIdentity onlyIf) {
        return index.drop(label, onlyIf);
    }
}
