package dev.stocktake;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Set;
import java.util.stream.Collectors;

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

    private record Books(Kept now, Map<ProductKey, Standing> standings, boolean leftUndone) {

        static Books of(LedgerTransaction tx, Set<ProductKey> products) {
            return new Books(Kept.now(tx), tx.standing(products), Brake.leftUndone(tx));
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
        Map<ProductKey, Standing> known = new HashMap<>(books.standings());
        if (books.leftUndone() && ports.index() instanceof AuditableIndex index) {
            Set<ProductKey> untrue = untrue(books.settled(), index, run);
            known.keySet().removeAll(untrue);
            run.leftUndone(untrue);
        }
        run.found(known);
        return run.unseen().isEmpty();
    }

    /** What was live before a rebuild is live again: it has no marks of the time since, and a walk that may take long. */
    private void markAgain(Run run, Set<ProductKey> unseen) {
        run.keptIn(ports.inLedger(tx -> {
            tx.mark(unseen, Reason.DEMAND, false);
            return Kept.now(tx);
        }));
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
