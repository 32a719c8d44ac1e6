package dev.stocktake.testkit;

import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/** What all contracts share. */
abstract class PortContract {

    /**
     * What the adapter, or this test of it, cannot do, each with the reason. Nothing, unless overridden:
     *
     * <pre>{@code
     * protected Map<Capability, String> missing() {
     *     return Map.of(Capability.DELETIONS, "a deleted row has no timestamp");
     * }
     * }</pre>
     */
    protected Map<Capability, String> missing() {
        return Map.of();
    }

    /** Skips the test if the capability is missing. */
    final void needs(Capability capability) {
        String reason = missing().get(capability);
        if (reason != null) {
            Assumptions.abort("Without " + capability + ": " + reason);
        }
    }

    /** For a hook that belongs to a capability and was neither overridden nor declared missing. */
    final UnsupportedOperationException unsupported(Capability capability) {
        return new UnsupportedOperationException("Override this method of "
                + getClass().getName() + ", or declare " + capability + " missing and say why");
    }
}
