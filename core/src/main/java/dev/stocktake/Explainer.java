package dev.stocktake;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Looks at one product from all sides. Thread-safe: it only reads. */
final class Explainer {

    private final Ports ports;
    private final LastWrites lastWrites;

    Explainer(Ports ports, LastWrites lastWrites) {
        this.ports = ports;
        this.lastWrites = lastWrites;
    }

    /** What the ledger knows of the product, in one transaction. */
    private record Remembered(
            Standing standing,
            boolean walkPending,
            @Nullable Duration since) {}

    /** What was written between two looks looks wrong; whatever nobody knows of still differs when one looks again. */
    Explanation explain(ProductKey product) {
        Explanation first = look(product);
        return first.verdict() == Explanation.Verdict.WRONG ? look(product) : first;
    }

    private Explanation look(ProductKey product) {
        Projection database = one(product);
        Explanation.Indexed indexed = indexed(product);
        Remembered remembered = remembered(product);
        Fingerprint expected = database instanceof Projection.Present present
                ? Fingerprint.of(present.document(), ports.source().projectionVersion())
                : null;
        List<Explanation.Difference> differences = differences(database, indexed);
        return new Explanation(
                product,
                verdict(database, expected, indexed, differences, remembered),
                database,
                expected,
                indexed,
                differences,
                remembered.standing(),
                remembered.since(),
                remembered.walkPending(),
                lastWrites.of(product).orElse(null),
                ports.feeds().stream()
                        .map(feed -> new Explanation.Sight(feed.name(), feed.contributions(product)))
                        .toList());
    }

    private Projection one(ProductKey product) {
        Projection projection = ports.source().read(Set.of(product)).get(product);
        if (projection == null) {
            throw BatchWriter.noAnswer(product);
        }
        return projection;
    }

    private Explanation.Indexed indexed(ProductKey product) {
        if (!(ports.index() instanceof AuditableIndex auditable)) {
            return new Explanation.Indexed(false, null, null);
        }
        Set<ProductKey> one = Set.of(product);
        return new Explanation.Indexed(
                true,
                auditable.fingerprints(one).get(product),
                auditable.documents(one).get(product));
    }

    private Remembered remembered(ProductKey product) {
        record Seen(
                Standing standing,
                Optional<Generation> live,
                @Nullable Duration since) {}
        Seen seen = ports.inLedger(tx -> {
            Standing standing = tx.standing(Set.of(product)).get(product);
            if (standing == null) {
                throw new IllegalStateException("The ledger did not answer for product '" + product + "'");
            }
            Duration since = standing.since() == null ? null : Duration.between(standing.since(), tx.now());
            return new Seen(standing, tx.live(), since);
        });
        boolean pending =
                seen.live().map(live -> isBeyond(live.frontier(), product)).orElse(true);
        return new Remembered(seen.standing(), pending, seen.since());
    }

    private boolean isBeyond(Generation.Frontier frontier, ProductKey product) {
        ProductKey after = frontier.after();
        return !frontier.ended() && (after == null || ports.source().compare(product, after) > 0);
    }

    private static List<Explanation.Difference> differences(Projection database, Explanation.Indexed indexed) {
        Document held = indexed.document();
        if (held == null || !(database instanceof Projection.Present present)) {
            return List.of();
        }
        Document meant = present.document();
        return Comparison.differing(meant, held).stream()
                .map(field -> new Explanation.Difference(field, meant.get(field), held.get(field)))
                .toList();
    }

    private static Explanation.Verdict verdict(
            Projection database,
            @Nullable Fingerprint expected,
            Explanation.Indexed indexed,
            List<Explanation.Difference> differences,
            Remembered remembered) {
        if (remembered.standing().quarantine() != null) {
            return Explanation.Verdict.QUARANTINED;
        }
        if (!indexed.readable()) {
            return remembered.standing().settled() && !remembered.walkPending()
                    ? Explanation.Verdict.UNKNOWN
                    : Explanation.Verdict.PENDING;
        }
        boolean equal = differences.isEmpty()
                && !(database instanceof Projection.Unreadable)
                && java.util.Objects.equals(expected, indexed.fingerprint());
        if (equal) {
            return Explanation.Verdict.TRUE;
        }
        return remembered.standing().settled() && !remembered.walkPending()
                ? Explanation.Verdict.WRONG
                : Explanation.Verdict.PENDING;
    }
}
