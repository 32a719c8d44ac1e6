package dev.stocktake;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One comparison of everything, a page at a time: every product with its document (R14), then every document with the
 * products. What differs is marked (A7); it is drift if nobody knew.
 *
 * <p>Whether somebody knew is asked <em>after</em> both sides were read once more: what a feed, the index's log or the books
 * know of a change that was seen, they know by then.
 */
final class AuditPass {

    private static final int PAGE = 500;
    private static final int TRIES = 5;

    /** So long after it was looked at beside the lane, and as long as a look takes here, a difference still says what is. */
    private static final Duration FRESH = Duration.ofSeconds(5);

    /** Makes passes in the lane. */
    interface Maker {

        /** @param number whose turn it is to have its content looked at */
        AuditPass make(long number, Findings findings);

        /** About how many products there are. */
        long size();

        /** Whether the lane is still this one's. */
        boolean entitled(LedgerTransaction tx, Lease lease);
    }

    /** What a step came to. */
    enum Step {
        /** There is more. */
        MORE,
        /** That was all. */
        OVER,
        /** The name is bound to another content: what was compared counts for nothing. */
        ANOTHER_INDEX,
        /** Another instance has the lane. */
        DEPOSED
    }

    /** How a pass is made: in the lane, beside it, or only to look. */
    interface Way {

        /** Takes the hints of all feeds, and reads the index's log. */
        void learn();

        /** Which of these some feed names, where nothing may be taken. */
        List<ProductKey> named(List<ProductKey> keys);

        /** Whether what was found may be written now, in this transaction. */
        boolean entitled(LedgerTransaction tx);

        /** Whether the lane stands still while a pass reads, so that what is known stays known. */
        boolean inLane();

        boolean writes();
    }

    private final Ports ports;
    private final AuditableIndex index;
    private final Comparison comparison;
    private final Surroundings around;
    private final Brake brake;
    private final Way way;
    private Findings findings;
    private @Nullable Readers readers;
    private @Nullable Ahead ahead;
    private @Nullable ProductKey after;
    private boolean compared;
    private @Nullable IndexListing listing;
    private @Nullable Instant listingSince;
    private @Nullable Instant since;
    private int tries;
    private boolean holding;

    AuditPass(
            Ports ports,
            AuditableIndex index,
            Comparison comparison,
            Surroundings around,
            Brake brake,
            Way way,
            Findings findings) {
        this.ports = ports;
        this.index = index;
        this.comparison = comparison;
        this.around = around;
        this.brake = brake;
        this.way = way;
        this.findings = findings;
    }

    /** Goes on behind this product. */
    void resume(@Nullable ProductKey position) {
        after = position;
    }

    /**
     * Has the next page of products read while the present one is compared; for a pass that goes from page to page without
     * rest. What was read a moment too early may look different, and is looked at once more before it counts (R14).
     */
    void readAhead(Readers others) {
        readers = others;
    }

    /** When the first page was read that counts, by the ledger's clock. */
    @Nullable
    Instant since() {
        return since;
    }

    /** When the listing began that went through; null if none did. */
    @Nullable
    Instant listedSince() {
        return listing == null ? listingSince : null;
    }

    boolean gaveUpListing() {
        return tries >= TRIES;
    }

    /** Whether claims must wait, so that the index's listing does not move. */
    boolean holdsClaims() {
        return holding;
    }

    /**
     * Lets claims wait for the listing from its first page on: where marks always wait, it would move each time. A try that
     * went on beside them, that failed, or that is told so again before it has read a page, comes to nothing.
     */
    void holdClaims() {
        if (holding || listing != null) {
            listing = null;
            tries++;
        }
        holding = !gaveUpListing();
    }

    /** Claims wait no longer; if the index is written now, the listing will notice. */
    void letClaimsGo() {
        holding = false;
    }

    /** We wrote ourselves while claims waited: this try would come to nothing. */
    void disturbed() {
        if (holding && listing != null && tries < TRIES - 1) {
            listing = null;
            holding = false;
            tries++;
        }
    }

    /** Whether all products were compared, and only the listing is left. */
    boolean comparedAll() {
        return compared;
    }

    /** Whether the next step lists the index, which must not be written meanwhile. */
    boolean lists() {
        return compared && !gaveUpListing();
    }

    /** From now on another run is told what is found. */
    void tell(Findings other) {
        findings = other;
    }

    /** Is told in the transaction that enters what a page of products came to; may be told twice. */
    @FunctionalInterface
    interface Entry {
        void page(LedgerTransaction tx, Instant began, KeyPage page);
    }

    /** The books at the beginning of a step. */
    private record Opening(@Nullable Generation live, Instant now) {}

    /** Reads one page of products, or of the index's ids. */
    Step step(Entry entry) {
        Opening opening = ports.inLedger(tx -> new Opening(tx.live().orElse(null), tx.now()));
        if (since == null) {
            since = opening.now();
        }
        if (!isMeant(opening)) {
            holding = false;
            return Step.ANOTHER_INDEX;
        }
        return compared ? list(opening) : compare(opening, entry);
    }

    /** A7: an answer counts only if the index is the one that is meant, before and after. */
    private boolean isMeant(Opening opening) {
        if (!around.on(Rule.COMPARE_IDENTIFIED)) {
            return true;
        }
        Generation live = opening.live();
        return index.identify()
                .filter(identity -> live == null || identity.equals(live.identity()))
                .isPresent();
    }

    // --- products with their documents ------------------------------------------------------------------------------

    private Step compare(Opening opening, Entry entry) {
        Products products = products(opening);
        KeyPage page = products.page();
        Verified verified = verify(page.keys(), products.read());
        if (!isMeant(opening)) {
            return Step.ANOTHER_INDEX;
        }
        Map<ProductKey, Difference> drift = enter(verified, tx -> entry.page(tx, products.began(), page));
        if (drift == null) {
            return Step.DEPOSED;
        }
        findings.compared(page.keys().size());
        tell(drift, verified);
        after = page.last().orElse(after);
        compared = page.end();
        return Step.MORE;
    }

    /**
     * A page of products.
     *
     * @param began not after it was read
     * @param read what was read of it ahead of its turn
     */
    private record Products(
            KeyPage page, Instant began, @Nullable Map<ProductKey, Projection> read) {}

    /** The page behind a product, which is being read. */
    private record Ahead(@Nullable ProductKey after, Readers.Reading<Products> reading) {}

    private Products products(Opening opening) {
        Ahead begun = ahead;
        ahead = null;
        boolean fits = begun != null && Objects.equals(begun.after(), after);
        if (begun != null && !fits) {
            begun.reading().forget();
        }
        Products products =
                begun != null && fits ? begun.reading().await() : new Products(page(after), opening.now(), null);
        beginNext(products.page(), opening.now());
        return products;
    }

    private KeyPage page(@Nullable ProductKey behind) {
        KeyPage page = ports.source().keys(behind, PAGE);
        Lane.requireProgress(page, behind);
        return page;
    }

    private void beginNext(KeyPage page, Instant now) {
        if (readers == null || readers.ahead() == 0 || page.end() || !comparison.hasRoomFor(PAGE)) {
            return;
        }
        ProductKey behind = page.last().orElse(after);
        ahead = new Ahead(behind, readers.begin(answered -> {
            KeyPage next = page(behind);
            return new Products(next, now, ports.source().read(next.keys()));
        }));
    }

    // --- documents with their products ------------------------------------------------------------------------------

    private Step list(Opening opening) {
        if (gaveUpListing()) {
            listingSince = null;
            holding = false;
            return Step.OVER;
        }
        IndexListing current = listing;
        if (current == null) {
            current = new IndexListing(index, ports.source());
            listing = current;
            listingSince = opening.now();
            holding |= tries > 0;
        }
        return current.next(orphans -> {}) ? end(opening, current) : Step.MORE;
    }

    private Step end(Opening opening, IndexListing listed) {
        Verified verified = verify(listed.found(), null);
        if (!isMeant(opening)) {
            listing = null;
            holding = false;
            return Step.ANOTHER_INDEX;
        }
        boolean many = !listed.remembersAll() || verified.differences().size() > brake.always();
        Map<ProductKey, Difference> drift = enter(verified, tx -> {
            if (many) {
                tx.oweWalk();
            }
        });
        if (drift == null) {
            return Step.DEPOSED;
        }
        tell(drift, verified);
        listing = null;
        holding = false;
        if (listed.moved() && tries < TRIES - 1) {
            tries++;
            return Step.MORE;
        }
        findings.listed(listed.documents());
        if (listed.moved()) {
            tries++;
            listingSince = null;
        }
        return Step.OVER;
    }

    // --- did nobody know? -------------------------------------------------------------------------------------------

    /**
     * What still differs at a second look.
     *
     * @param known products of which somebody knew before
     * @param until when another may have made true, and forgotten, what was seen; null if nobody else does
     */
    private record Verified(
            Map<ProductKey, Difference> differences,
            List<ProductKey> known,
            @Nullable Instant until) {

        boolean isOld(Instant now) {
            return until != null && now.isAfter(until);
        }
    }

    /** @param read the products, if they were read already */
    private Verified verify(List<ProductKey> keys, @Nullable Map<ProductKey, Projection> read) {
        Map<ProductKey, Difference> first = read == null ? comparison.look(keys) : comparison.look(keys, read);
        if (first.isEmpty()) {
            return new Verified(first, List.of(), null);
        }
        return way.inLane() ? verifyInLane(first) : verifyBeside(first);
    }

    /** What is known when both sides are read is still known when the books are asked: nobody else confirms. */
    private Verified verifyInLane(Map<ProductKey, Difference> first) {
        Map<ProductKey, Difference> again = comparison.lookClosely(first.keySet());
        if (!again.isEmpty()) {
            way.learn();
        }
        return new Verified(again, List.of(), null);
    }

    /**
     * Beside the lane a difference is drift that was there before and after nobody knew of it, and is still the same. One that
     * has become another may be somebody's business of this moment, or no feed's; it is marked, so that it is done either way. So
     * is what cannot be entered for a while, as another may have found it and made it true meanwhile, which leaves no trace.
     */
    private Verified verifyBeside(Map<ProductKey, Difference> first) {
        List<ProductKey> known = new ArrayList<>(ports.inLedger(tx -> known(tx, first)));
        Instant began = around.clock().instant();
        Map<ProductKey, Difference> before = comparison.lookClosely(first.keySet());
        if (before.isEmpty()) {
            return new Verified(before, known, null);
        }
        Duration look = Duration.between(began, around.clock().instant());
        way.learn();
        known.addAll(way.named(new ArrayList<>(before.keySet())));
        Instant until = ports.inLedger(LedgerTransaction::now).plus(FRESH).plus(look);
        known.addAll(ports.inLedger(tx -> known(tx, before)));
        Map<ProductKey, Difference> after = comparison.lookClosely(before.keySet());
        after.forEach((key, difference) -> {
            if (!difference.equals(before.get(key))) {
                known.add(key);
            }
        });
        return new Verified(after, known, until);
    }

    /** @return the drift; null if another instance has the lane */
    private @Nullable Map<ProductKey, Difference> enter(
            Verified verified, java.util.function.Consumer<LedgerTransaction> beside) {
        Map<ProductKey, Difference> differences = verified.differences();
        return ports.inLedger(tx -> {
            if (!way.entitled(tx)) {
                return null;
            }
            Map<ProductKey, Difference> drift = new LinkedHashMap<>(differences);
            drift.keySet().removeAll(known(tx, differences));
            drift.keySet().removeAll(verified.known());
            if (verified.isOld(tx.now())) {
                drift.clear();
            }
            if (way.writes()) {
                mark(tx, drift);
                lookAgain(tx, differences, drift);
                DriftTotals.add(tx, found(drift));
                beside.accept(tx);
            }
            return drift;
        });
    }

    /** Unforced, as the engine compares again; but what has the right fingerprint it would take for true. */
    private void mark(LedgerTransaction tx, Map<ProductKey, Difference> drift) {
        if (!around.on(Rule.COMPARE_MARKS)) {
            return;
        }
        List<ProductKey> altered = new ArrayList<>();
        List<ProductKey> others = new ArrayList<>();
        boolean many = orphans(drift) > brake.always();
        drift.forEach((key, difference) -> {
            if (difference.kind() == Drift.Kind.ALTERED) {
                altered.add(key);
            } else if (difference.kind() != Drift.Kind.ORPHAN || !many) {
                others.add(key);
            }
        });
        mark(tx, altered, others);
        if (many) {
            tx.oweWalk();
        }
    }

    /**
     * What is in flight may have been read before a change that no feed saw, and its confirmation would take it for true; so,
     * beside the lane, what was in flight at the first look. It is looked at once more, and is no drift.
     */
    private void lookAgain(
            LedgerTransaction tx, Map<ProductKey, Difference> differences, Map<ProductKey, Difference> drift) {
        Generation live = tx.live().orElse(null);
        if (live == null || differences.size() == drift.size() || !around.on(Rule.COMPARE_MARKS)) {
            return;
        }
        Map<ProductKey, Difference> known = new LinkedHashMap<>(differences);
        known.keySet().removeAll(drift.keySet());
        Map<ProductKey, Standing> standings = tx.standing(known.keySet());
        List<ProductKey> altered = new ArrayList<>();
        List<ProductKey> others = new ArrayList<>();
        known.forEach((key, difference) -> {
            if (mayBeTakenForTrue(live, key, difference, standings.get(key))) {
                (difference.kind() == Drift.Kind.ALTERED ? altered : others).add(key);
            }
        });
        mark(tx, altered, others);
    }

    /** @param altered what looks equal by its fingerprint, and must be written all the same */
    private static void mark(LedgerTransaction tx, List<ProductKey> altered, List<ProductKey> others) {
        if (!altered.isEmpty()) {
            tx.mark(altered, Reason.AUDIT, true);
        }
        if (!others.isEmpty()) {
            tx.mark(others, Reason.AUDIT, false);
        }
    }

    private boolean mayBeTakenForTrue(
            Generation live, ProductKey key, Difference difference, @Nullable Standing standing) {
        return standing != null && standing.inFlight() || !isKnown(live, key, difference, standing);
    }

    private static long orphans(Map<ProductKey, Difference> drift) {
        return drift.values().stream()
                .filter(difference -> difference.kind() == Drift.Kind.ORPHAN)
                .count();
    }

    /** Those of the products whose difference the books know. */
    private List<ProductKey> known(LedgerTransaction tx, Map<ProductKey, Difference> differences) {
        if (!around.on(Rule.COMPARE_UNKNOWN)) {
            return List.of();
        }
        Generation live = tx.live().orElse(null);
        if (live == null || differences.isEmpty()) {
            return List.of();
        }
        Map<ProductKey, Standing> standings = tx.standing(differences.keySet());
        return differences.entrySet().stream()
                .filter(entry -> isKnown(live, entry.getKey(), entry.getValue(), standings.get(entry.getKey())))
                .map(Map.Entry::getKey)
                .toList();
    }

    private boolean isKnown(Generation live, ProductKey key, Difference difference, @Nullable Standing standing) {
        if (standing != null && !standing.settled()) {
            Refusal refusal = standing.quarantine();
            return standing.inFlight() || refusal == null || difference.isWhatWasRefused(refusal);
        }
        boolean orphanOwed = difference.kind() == Drift.Kind.ORPHAN && live.owedWalk() != 0;
        return orphanOwed || isBeyond(live.frontier(), key);
    }

    private boolean isBeyond(Generation.Frontier frontier, ProductKey key) {
        ProductKey last = frontier.after();
        return !frontier.ended() && (last == null || ports.source().compare(key, last) > 0);
    }

    private void tell(Map<ProductKey, Difference> drift, Verified verified) {
        findings.known(verified.differences().size() - drift.size());
        found(drift).forEach(findings::found);
    }

    private List<Drift> found(Map<ProductKey, Difference> drift) {
        List<Drift> found = new ArrayList<>();
        drift.forEach((key, difference) -> found.add(new Drift(key, difference.kind(), unseenBy(difference))));
        return found;
    }

    private List<String> unseenBy(Difference difference) {
        return difference.kind().madeInIndex()
                ? List.of()
                : ports.feeds().stream()
                        .filter(feed -> feed.completeness() == ChangeFeed.Completeness.COMPLETE)
                        .map(ChangeFeed::name)
                        .toList();
    }
}
