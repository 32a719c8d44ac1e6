package dev.stocktake;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The walk over the index's own ids that finds documents without a product (A2). One page at a time, between batches.
 *
 * <p>An index may list by offset, and then a deletion on the way makes entries slip past. The walk counts only if the
 * listing did not move; from the second try on nothing is claimed while it walks.
 */
final class OrphanWalk {

    private static final Logger log = LoggerFactory.getLogger(Stocktake.class);
    private static final int PAGE = 10_000;
    private static final int PRESENT_AT_ONCE = 1_000;
    private static final int TRIES = 5;

    private final Ports ports;
    private final InstantSource clock;
    private final Duration rest;
    private Instant gaveUpAt = Instant.MIN;
    private long owed;
    private int tries;
    private boolean moved;
    private @Nullable String version;
    private @Nullable String cursor;

    /** @param rest how long to leave it after it was given up */
    OrphanWalk(Ports ports, InstantSource clock, Duration rest) {
        this.ports = ports;
        this.clock = clock;
        this.rest = rest;
    }

    /** Forgets how far it came: the lane begins anew. */
    void reset() {
        owed = 0;
        begin(0);
    }

    private void begin(int nextTry) {
        tries = nextTry;
        moved = false;
        version = null;
        cursor = null;
    }

    /** Whether there is a page to read for this generation. */
    boolean wanted(Generation generation) {
        return generation.owedWalk() != 0 && generation.frontier().ended() && !gaveUp(generation);
    }

    /** Whether claims must wait until the walk has ended. */
    boolean holdsClaims(Generation generation) {
        return wanted(generation) && owed == generation.owedWalk() && tries > 0;
    }

    /** Whether it has given up on what is owed. */
    boolean gaveUp(Generation generation) {
        return generation.owedWalk() != 0
                && generation.owedWalk() == owed
                && tries >= TRIES
                && clock.instant().isBefore(gaveUpAt.plus(rest));
    }

    /** Reads one page and marks what it holds without a product. */
    void step(Lease lease, Generation generation) {
        if (!(ports.index() instanceof AuditableIndex auditable)) {
            ports.inLedger(tx -> tx.walked(lease, generation.number(), generation.owedWalk()));
            return;
        }
        if (owed != generation.owedWalk() || tries >= TRIES) {
            owed = generation.owedWalk();
            begin(0);
        }
        FingerprintPage page = auditable.fingerprints(cursor, PAGE);
        if (version == null) {
            version = page.version();
        }
        moved |= !page.version().equals(version);
        markOrphans(page);
        cursor = page.next();
        if (cursor == null) {
            end(lease, generation);
        }
    }

    private void markOrphans(FingerprintPage page) {
        List<ProductKey> held = new ArrayList<>(page.entries().keySet());
        for (int from = 0; from < held.size(); from += PRESENT_AT_ONCE) {
            List<ProductKey> some = held.subList(from, Math.min(held.size(), from + PRESENT_AT_ONCE));
            Set<ProductKey> present = ports.source().present(some);
            List<ProductKey> orphans =
                    some.stream().filter(key -> !present.contains(key)).toList();
            if (!orphans.isEmpty()) {
                ports.inLedger(tx -> {
                    tx.mark(orphans, Reason.SWEEP, true);
                    return null;
                });
            }
        }
    }

    private void end(Lease lease, Generation generation) {
        boolean sameContent =
                ports.index().identify().filter(generation.identity()::equals).isPresent();
        if (!moved && sameContent) {
            ports.inLedger(tx -> tx.walked(lease, generation.number(), generation.owedWalk()));
            begin(0);
        } else {
            begin(tries + 1);
            if (tries == TRIES) {
                gaveUpAt = clock.instant();
                log.warn(
                        "Index '{}' is written by others all the time, so its documents could not be listed in one piece;"
                                + " documents without a product are looked for again in a while",
                        ports.name());
            }
        }
    }
}
