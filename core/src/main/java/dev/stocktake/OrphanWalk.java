package dev.stocktake;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The walk over the index's own ids that finds documents without a product (A2). One page at a time, between batches. It
 * counts first and marks when it has asked the {@link Brake}.
 *
 * <p>An index may list by offset, and then a deletion on the way makes entries slip past. The walk counts only if the
 * listing did not move; from the second try on, and where marks always wait from the first, nothing is claimed while it
 * walks but what somebody waits for. If that makes a write, the try is over at once and the next one begins.
 */
final class OrphanWalk {

    private static final Logger log = LoggerFactory.getLogger(Stocktake.class);
    private static final int TRIES = 5;
    private static final int MARKED_AT_ONCE = 1_000;

    private final Ports ports;
    private final Brake brake;
    private final InstantSource clock;
    private final Duration rest;
    private Instant gaveUpAt = Instant.MIN;
    private long owed;
    private int tries;
    private boolean marking;
    private boolean allowed;
    private boolean holding;
    private @Nullable IndexListing listing;
    private @Nullable Instant since;

    /** @param rest how long to leave it after it was given up */
    OrphanWalk(Ports ports, Brake brake, InstantSource clock, Duration rest) {
        this.ports = ports;
        this.brake = brake;
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
        marking = false;
        allowed = false;
        holding = nextTry > 0;
        listing = null;
    }

    private void beginUnlessBegun(Generation generation) {
        if (owed != generation.owedWalk() || tries >= TRIES) {
            owed = generation.owedWalk();
            begin(0);
        }
    }

    /** Whether there is a page to read for this generation. */
    boolean wanted(Generation generation) {
        return generation.owedWalk() != 0 && generation.frontier().ended() && !gaveUp(generation) && !brake.resting();
    }

    /** Whether claims must wait until the walk has ended, those of products that somebody asked for aside. */
    boolean holdsClaims(Generation generation) {
        return holding && owed == generation.owedWalk() && wanted(generation);
    }

    /**
     * Lets claims wait for the walk from its first page on: where marks always wait, the listing would move each time. A try
     * that went on beside them, that failed, or that is told so again before it has read a page, comes to nothing.
     */
    void holdClaims(Generation generation) {
        beginUnlessBegun(generation);
        if (holding || listing != null) {
            tryAgain();
        }
        holding = true;
    }

    /** Claims wait no longer; if the index is written now, the listing will notice. */
    void letClaimsGo() {
        holding = false;
    }

    /** Whether it has given up on what is owed. */
    boolean gaveUp(Generation generation) {
        return generation.owedWalk() != 0
                && generation.owedWalk() == owed
                && tries >= TRIES
                && clock.instant().isBefore(gaveUpAt.plus(rest));
    }

    /**
     * Reads one page; after the last, marks what the index holds without a product.
     *
     * @return when the walk began that has now been made to its end, by the ledger's clock; null if it goes on
     */
    @Nullable
    Instant step(Lease lease, Generation generation) {
        if (!(ports.index() instanceof AuditableIndex auditable)) {
            ports.inLedger(tx -> tx.walked(lease, generation.number(), generation.owedWalk()));
            return null;
        }
        beginUnlessBegun(generation);
        IndexListing current = listing;
        if (current == null) {
            if (!marking) {
                since = ports.inLedger(LedgerTransaction::now);
                brake.listing();
            }
            current = new IndexListing(auditable, ports.source());
            listing = current;
            holding |= tries > 0;
        }
        boolean last = current.next(marking ? this::mark : orphans -> {});
        return last && end(lease, generation, current) ? since : null;
    }

    private void mark(List<ProductKey> orphans) {
        for (int from = 0; from < orphans.size(); from += MARKED_AT_ONCE) {
            List<ProductKey> some = orphans.subList(from, Math.min(orphans.size(), from + MARKED_AT_ONCE));
            ports.inLedger(tx -> {
                tx.mark(some, Reason.SWEEP, true);
                return null;
            });
        }
    }

    private boolean end(Lease lease, Generation generation, IndexListing listed) {
        boolean sameContent =
                ports.index().identify().filter(generation.identity()::equals).isPresent();
        if (!sameContent) {
            tryAgain();
            return false;
        }
        return marking ? finish(lease, generation, listed) : counted(lease, generation, listed);
    }

    private boolean counted(Lease lease, Generation generation, IndexListing listed) {
        Brake.Verdict verdict = brake.counted(listed.orphans(), listed.documents(), listed.found());
        if (verdict == Brake.Verdict.HELD_BACK) {
            begin(0);
            return false;
        }
        allowed = verdict == Brake.Verdict.ALLOWED;
        if (listed.remembersAll()) {
            mark(listed.found());
            return finish(lease, generation, listed);
        }
        marking = true;
        listing = null;
        return false;
    }

    /** What was allowed is made before the debt is paid: the permission is good as long as it is owed. */
    private boolean finish(Lease lease, Generation generation, IndexListing listed) {
        if (listed.moved()) {
            tryAgain();
            return false;
        }
        boolean paid = !allowed && ports.inLedger(tx -> pay(tx, lease, generation));
        if (paid) {
            brake.paid();
        }
        begin(0);
        return paid;
    }

    private boolean pay(LedgerTransaction tx, Lease lease, Generation generation) {
        boolean walked = tx.walked(lease, generation.number(), generation.owedWalk());
        if (walked) {
            brake.paid(tx);
        }
        return walked;
    }

    /** We wrote ourselves while a try went on for which claims waited: it would come to nothing. */
    void disturbed() {
        if (holding && tries < TRIES && listing != null) {
            tryAgain();
        }
    }

    private void tryAgain() {
        begin(tries + 1);
        if (tries == TRIES) {
            gaveUpAt = clock.instant();
            log.warn(
                    "Index '{}' could not be listed in one piece, as it is written all the time or does not answer;"
                            + " documents without a product are looked for again in a while",
                    ports.name());
        }
    }
}
