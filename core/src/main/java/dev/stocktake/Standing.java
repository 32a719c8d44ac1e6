package dev.stocktake;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger remembers of one product in the live generation.
 *
 * @param marked whether it has a mark
 * @param inFlight whether an open batch holds it
 * @param suspect whether it must be written even if it looks unchanged
 * @param reason why it is marked; null if it is not
 * @param since when it was first marked, or when the last write that it outlived was claimed; null if it is not
 * @param changedAt when it changed, by the clock of the shop's database: the earliest change that was not applied; null if
 *     there is none whose time is known
 * @param attempts how often it was tried since
 * @param notBefore when it will be tried again, if it was put off; null otherwise
 * @param quarantine why it is quarantined; null if it is not
 */
public record Standing(
        boolean marked,
        boolean inFlight,
        boolean suspect,
        @Nullable Reason reason,
        @Nullable Instant since,
        @Nullable Instant changedAt,
        int attempts,
        @Nullable Instant notBefore,
        @Nullable Refusal quarantine) {

    /** Of a product without a mark. */
    public static Standing unmarked(boolean inFlight) {
        return new Standing(false, inFlight, false, null, null, null, 0, null, null);
    }

    /** Whether nothing speaks against the product's being true, the frontier aside. */
    public boolean settled() {
        return !marked && !inFlight;
    }

    /** Why it is quarantined, if it is. */
    public Optional<Refusal> refusal() {
        return Optional.ofNullable(quarantine);
    }
}
