package dev.stocktake;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What became of the products that a run waits for and did not see come to their end itself. Thread-safe.
 *
 * <p>That a product has no mark any more means that it is true, with one exception: the {@link Brake} may have left its
 * deletion undone, and the books say so only of the index as a whole. As long as they do, the product is compared with its
 * document, and marked again if they differ.
 */
final class AwaitedProducts {

    private final Ports ports;
    private final long mostBytes;

    /** @param mostBytes about so much of documents is held in memory at once */
    AwaitedProducts(Ports ports, long mostBytes) {
        this.ports = ports;
        this.mostBytes = mostBytes;
    }

    /** @param meant what the live name must mean; null if no swap may come that would change it unseen */
    private record Books(
            Map<ProductKey, Standing> standings,
            boolean leftUndone,
            Kept now,
            @Nullable IndexIdentity meant) {

        static Books of(LedgerTransaction tx, Set<ProductKey> products) {
            Map<ProductKey, Standing> standings = tx.standing(products);
            boolean leftUndone = Brake.leftUndone(tx);
            Generation live = tx.live().orElse(null);
            Swaps swaps = Swaps.of(tx);
            boolean settled = !swaps.mayComeUntil().isAfter(tx.now());
            return new Books(
                    standings, leftUndone, Kept.of(live, swaps), live == null || settled ? null : live.identity());
        }

        Set<ProductKey> settled() {
            return standings.entrySet().stream()
                    .filter(entry -> entry.getValue().settled())
                    .map(Entry::getKey)
                    .collect(Collectors.toSet());
        }
    }

    /** Whether all of them came to their end, here or elsewhere. */
    boolean reached(Run run) {
        Set<ProductKey> unseen = run.unseen();
        if (unseen.isEmpty()) {
            return true;
        }
        Books books = ports.inLedger(tx -> Books.of(tx, unseen));
        if (run.kept() && !books.now().equals(run.keptIn())) {
            markAgain(run, unseen);
            return false;
        }
        if (books.meant() != null && !isLive(books.meant(), run)) {
            return false;
        }
        Map<ProductKey, Standing> known = new HashMap<>(books.standings());
        if (books.leftUndone() && ports.index() instanceof AuditableIndex index) {
            Set<ProductKey> untrue = untrue(books.settled(), index, run);
            known.keySet().removeAll(untrue);
            run.leftUndone(untrue);
        }
        run.found(known);
        return run.unseen().isEmpty();
    }

    private boolean isLive(IndexIdentity meant, Run run) {
        try {
            return ports.index().identify().filter(meant::equals).isPresent();
        } catch (UnavailableException e) {
            run.problem(String.valueOf(e.getMessage()));
            return false;
        }
    }

    /** What is live now, again or anew, has no such marks, and a walk that may take long. */
    private void markAgain(Run run, Set<ProductKey> unseen) {
        run.keptIn(ports.inLedger(tx -> Kept.mark(tx, unseen, Reason.DEMAND)));
    }

    private Set<ProductKey> untrue(Set<ProductKey> settled, AuditableIndex index, Run run) {
        try {
            Set<ProductKey> untrue = different(settled, index);
            if (!untrue.isEmpty()) {
                ports.inLedger(tx -> {
                    tx.mark(untrue, Reason.DEMAND, false);
                    return null;
                });
            }
            return untrue;
        } catch (UnavailableException e) {
            run.problem(String.valueOf(e.getMessage()));
            return settled;
        }
    }

    /** An altered document under the right fingerprint is for the audit to find: no mark makes it whole. */
    private Set<ProductKey> different(Set<ProductKey> settled, AuditableIndex index) {
        Set<ProductKey> different = new HashSet<>();
        new Comparison(ports.source(), index, mostBytes)
                .look(List.copyOf(settled))
                .forEach((key, difference) -> {
                    if (difference.kind() != Drift.Kind.ALTERED) {
                        different.add(key);
                    }
                });
        return different;
    }
}
