package dev.stocktake;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A claimed batch on its way: what was sent, what became of it, and what it means for each of its products. */
final class OpenBatch {

    /** What can be done with the batch now. */
    enum Verdict {
        PENDING,
        APPLIED,
        REFUSED,
        FAILED,
        UNKNOWN
    }

    private final Claim claim;
    private final @Nullable Build build;
    private final Map<Receipt, Outcome> writes = new LinkedHashMap<>();
    private final Map<ProductKey, ProductOutcome> results = new LinkedHashMap<>();
    private final Map<ProductKey, Refusal> refused = new LinkedHashMap<>();
    private final Map<ProductKey, Instant> rechecks = new LinkedHashMap<>();
    private boolean holdsBack;
    private boolean readBackFirst;
    private @Nullable Outcome broken;
    private boolean handedOver;
    private Duration retryAfter = Duration.ZERO;

    OpenBatch(Claim claim) {
        this(claim, null);
    }

    /** @param build what is written, if it is not the live index */
    OpenBatch(Claim claim, @Nullable Build build) {
        this.claim = claim;
        this.build = build;
    }

    /** What it is written into, if that is not the live index. */
    @Nullable
    Build build() {
        return build;
    }

    Claim claim() {
        return claim;
    }

    /** A swap may be made while it is on its way: it is read back before it is confirmed. */
    void readBackFirst() {
        readBackFirst = true;
    }

    boolean isReadBackFirst() {
        return readBackFirst;
    }

    void sent(Receipt receipt) {
        receipt.refused().forEach((key, reason) -> refuse(key, reason, fingerprintOf(key)));
        if (!receipt.positions().isEmpty()) {
            writes.put(receipt, Outcome.pending());
        }
    }

    void result(ProductKey key, ProductOutcome outcome) {
        results.put(key, outcome);
    }

    /** It must not be in the index, and stays there for now. */
    void holdBack(ProductKey key, @Nullable Fingerprint held) {
        holdsBack = true;
        results.put(
                key,
                new ProductOutcome(
                        ProductOutcome.Result.PENDING,
                        held,
                        null,
                        "its deletion waits until it is known how many there are"));
    }

    /** Whether a deletion was left undone, which somebody must remember. */
    boolean holdsBack() {
        return holdsBack;
    }

    void refuse(ProductKey key, String reason, @Nullable Fingerprint fingerprint) {
        refused.put(key, new Refusal(reason, fingerprint));
        ProductOutcome meant = results.get(key);
        results.put(
                key,
                new ProductOutcome(
                        ProductOutcome.Result.REFUSED, meant == null ? null : meant.before(), fingerprint, reason));
    }

    private @Nullable Fingerprint fingerprintOf(ProductKey key) {
        ProductOutcome meant = results.get(key);
        return meant == null ? null : meant.after();
    }

    /** The document changes at that time although no row does. */
    void recheck(ProductKey key, Instant at) {
        rechecks.put(key, at);
    }

    Map<ProductKey, Instant> rechecks() {
        return rechecks;
    }

    /** The products that are now as the database says, with the times of their changes, as far as these are known. */
    Map<ProductKey, Instant> appliedChanges() {
        Map<ProductKey, Instant> changes = new LinkedHashMap<>();
        for (Claim.Item item : claim.items()) {
            ProductOutcome outcome = results.get(item.key());
            Instant changedAt = item.changedAt();
            if (changedAt != null && outcome != null && outcome.isTrue()) {
                changes.put(item.key(), changedAt);
            }
        }
        return changes;
    }

    /** What the index is to hold of the products that it makes true; null for those that it must not hold. */
    Map<ProductKey, @Nullable Fingerprint> meant() {
        Map<ProductKey, @Nullable Fingerprint> meant = new LinkedHashMap<>();
        results.forEach((key, outcome) -> {
            if (outcome.isTrue()) {
                meant.put(key, outcome.after());
            }
        });
        return meant;
    }

    /** All of it was read, and sent as far as it had to be. */
    void handedOver() {
        handedOver = true;
    }

    /** Reading or sending broke off; what was sent before is still awaited. */
    void breakOff(Outcome outcome, Duration after) {
        broken = outcome;
        retryAfter = after;
    }

    List<Receipt> pending() {
        List<Receipt> pending = new ArrayList<>();
        writes.forEach((receipt, outcome) -> {
            if (outcome.kind() == Outcome.Kind.PENDING) {
                pending.add(receipt);
            }
        });
        return pending;
    }

    void learn(Map<Receipt, Outcome> outcomes) {
        writes.replaceAll((receipt, known) -> outcomes.getOrDefault(receipt, known));
    }

    /** Takes everything that was sent for applied: what a lane does that does not wait. */
    void believe() {
        writes.replaceAll((receipt, known) -> Outcome.applied());
    }

    Verdict verdict() {
        if (!handedOver && broken == null) {
            return Verdict.UNKNOWN;
        }
        if (has(Outcome.Kind.LOST)) {
            return Verdict.UNKNOWN;
        }
        if (has(Outcome.Kind.PENDING)) {
            return Verdict.PENDING;
        }
        if (has(Outcome.Kind.REFUSED)) {
            return Verdict.REFUSED;
        }
        return has(Outcome.Kind.FAILED) ? Verdict.FAILED : Verdict.APPLIED;
    }

    private boolean has(Outcome.Kind kind) {
        return (broken != null && broken.kind() == kind)
                || writes.values().stream().anyMatch(outcome -> outcome.kind() == kind);
    }

    /** The first reason given for anything but success. */
    String reason() {
        if (broken != null) {
            return broken.reason();
        }
        return writes.values().stream()
                .map(Outcome::reason)
                .filter(reason -> !reason.isEmpty())
                .findFirst()
                .orElse("");
    }

    Duration retryAfter() {
        return retryAfter;
    }

    Map<ProductKey, Refusal> refused() {
        return refused;
    }

    Map<ProductKey, ProductOutcome> results() {
        return results;
    }

    int size() {
        return claim.items().size();
    }

    /** Whether it holds products without a mark. */
    boolean fromFrontier() {
        return claim.items().stream().anyMatch(item -> item.token() == 0);
    }

    int attempts() {
        return claim.items().stream().mapToInt(Claim.Item::attempts).max().orElse(0);
    }
}
