package dev.stocktake;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a run from deleting more than somebody agreed to, as an empty replica or a broken join looks like an emptied shop.
 *
 * <p>As long as all deletions that could still follow stay below the limit, nothing is counted. Otherwise the deletion is
 * left undone and a walk over the index's ids is owed instead, which knows the same: that documents without a product are
 * there. The walk counts them, and marks them only if they are few enough or somebody allowed it.
 *
 * <p>What it holds back, and what was allowed, stands in the ledger, so that no restart lets it go.
 */
final class Brake {

    /** What a count means. */
    enum Verdict {
        /** They are few: nobody needs to be asked. */
        FEW,
        /** They are many, and somebody allowed it. */
        ALLOWED,
        /** They stay. */
        HELD_BACK
    }

    static final String HELD = "stocktake.brake";
    static final String ALLOWED = "stocktake.brake.allowed";

    private static final String NOTHING = "";
    private static final String UNCOUNTED = "?";
    private static final Logger log = LoggerFactory.getLogger(Stocktake.class);
    private static final Duration FIRST_REST = Duration.ofMinutes(1);
    private static final Duration LONGEST_REST = Duration.ofMinutes(10);
    private static final Duration BETWEEN_COUNTS = Duration.ofMinutes(10);
    private static final Duration TOGETHER = Duration.ofMinutes(10);
    private static final Duration PERMISSION = Duration.ofHours(24);
    private static final int EXAMPLES = 5;
    private static final int REMEMBERED = 10_000;
    private static final long UNKNOWN = -1;
    private static final long EVERYTHING = Long.MAX_VALUE;
    private static final String AT_MOST = "/";

    /** So many more are counted as may be looked at before it is asked again. */
    private static final int PARTS_TO_COME = 10_000;

    private final Ports ports;
    private final SyncSettings.Brakes settings;
    private final Surroundings around;
    private final Consumer<LedgerTransaction> fence;
    private final @Nullable AuditableIndex index;
    private @Nullable HeldBack held;
    private Duration rest = FIRST_REST;
    private Instant lookAt = Instant.MIN;
    private Instant counted = Instant.MIN;

    private final Set<ProductKey> leftUndone = new LinkedHashSet<>();
    private final Set<ProductKey> gone = new HashSet<>();
    private Instant goneSince = Instant.MIN;
    private boolean permitted;
    private boolean left;
    private boolean waiting;
    private boolean forgotten;
    private boolean misread;
    private long uncounted;
    private long beforeListing;
    private long agreed;
    private long agreedLimit;
    private long marked = UNKNOWN;
    private long countedTo;
    private long documents = UNKNOWN;

    /** @param fence ends a transaction of whoever has lost the lane, by throwing */
    Brake(Ports ports, SyncSettings.Brakes settings, Surroundings around, Consumer<LedgerTransaction> fence) {
        this.ports = ports;
        this.fence = fence;
        this.settings = settings;
        this.around = around;
        this.index = ports.index() instanceof AuditableIndex auditable && settings.share() < 1 && around.on(Rule.BRAKE)
                ? auditable
                : null;
    }

    /** Whether there is one: what an index cannot list, nobody can count. */
    boolean fitted() {
        return index != null;
    }

    /** How many deletions nobody ever asks about. */
    long always() {
        return settings.atLeast();
    }

    /** The lane begins anew, perhaps after another instance. */
    void open() {
        String text = ports.inLedger(tx -> tx.cursor(HELD)).orElse(NOTHING);
        waiting = fitted() && text.equals(UNCOUNTED);
        held = fitted() ? parse(text) : null;
        forgotten = waiting;
        agreed = 0;
        misread = false;
        if (!fitted() && !text.equals(NOTHING)) {
            switchedOff(text);
        }
        permitted = false;
        lookAgain();
    }

    /** What was held back is owed a walk anyway, which now deletes it. */
    private void switchedOff(String text) {
        ports.inLedger(tx -> {
            fence.accept(tx);
            lookAtEverything(tx);
            return null;
        });
        if (parse(text) != null) {
            log.info("Index '{}': deletions are no longer held back: the brake was switched off", ports.name());
        }
    }

    static Optional<HeldBack> heldBack(LedgerTransaction tx) {
        return tx.cursor(HELD).map(Brake::parse);
    }

    /** Whether deletions were left undone, counted or not, of which no row tells. */
    static boolean leftUndone(LedgerTransaction tx) {
        return tx.cursor(HELD).filter(text -> !text.equals(NOTHING)).isPresent();
    }

    private static @Nullable HeldBack parse(String text) {
        return text.equals(NOTHING) || text.equals(UNCOUNTED) ? null : HeldBack.parse(text);
    }

    /** Somebody waits: the documents are counted at once. */
    void lookAgain() {
        lookAt = Instant.MIN;
        rest = FIRST_REST;
    }

    /** Whether it was counted so lately that counting again must wait. */
    boolean resting() {
        return held != null && around.clock().instant().isBefore(lookAt);
    }

    // --- before a batch ---------------------------------------------------------------------------------------------

    /** A batch begins: what else is marked is looked up once for it, and not for each of its parts. */
    void begin() {
        marked = UNKNOWN;
        documents = UNKNOWN;
    }

    /**
     * Whether these deletions may be made now.
     *
     * @param deletions how many documents would go
     * @param looked how many marked products of the batch were read so far, these included
     * @param othersStay whether the batch leaves the index a document
     */
    boolean lets(int deletions, long looked, boolean othersStay) {
        if (deletions == 0 || !fitted()) {
            return true;
        }
        if (!isFarFromLimit(deletions, looked, othersStay) && !isCounted(deletions) && !allowed(EVERYTHING)) {
            waiting = true;
            return false;
        }
        agreed = Math.max(0, agreed - deletions);
        uncounted += deletions;
        return true;
    }

    /** Deletions that nobody is asked about; they count all the same. */
    void made(long deletions) {
        uncounted += deletions;
    }

    /**
     * These documents go now. If others are counted soon afterwards, they count as well: or else an index of fewer documents
     * than twice the limit could be emptied in two steps. More than are remembered leave no such index.
     */
    void goes(Collection<ProductKey> deletions) {
        if (permitted || deletions.isEmpty()) {
            return;
        }
        Instant now = around.clock().instant();
        if (gone.isEmpty() || !now.isBefore(goneSince.plus(TOGETHER))) {
            gone.clear();
            goneSince = now;
        }
        gone.addAll(deletions);
        if (gone.size() > REMEMBERED) {
            gone.clear();
        }
    }

    /** How many went lately that are not among these, of which some may have been tried before. */
    private long goneBefore(List<ProductKey> orphans) {
        if (orphans.isEmpty() || !around.clock().instant().isBefore(goneSince.plus(TOGETHER))) {
            return 0;
        }
        Set<ProductKey> others = new HashSet<>(gone);
        orphans.forEach(others::remove);
        return others.size();
    }

    /**
     * These products have no mark any more, as it was taken for certain that they are gone. If it turns out that few are,
     * they are looked at again: the source may have been wrong about them for a moment.
     */
    void leaves(Collection<ProductKey> deletions) {
        left |= !deletions.isEmpty();
        leftUndone.addAll(deletions);
        if (leftUndone.size() > REMEMBERED) {
            leftUndone.clear();
            forgotten = true;
        }
    }

    /**
     * In the transaction that leaves deletions undone: whoever has the lane when they are counted knows that there were some,
     * even if it is a process that does not know which.
     */
    void remember(LedgerTransaction tx) {
        if (left && held == null) {
            tx.saveCursor(HELD, UNCOUNTED);
        }
    }

    /** Whatever else is marked may turn out to be gone as well; what is marked from now on is for a later batch to weigh. */
    private boolean isFarFromLimit(int deletions, long looked, boolean othersStay) {
        if (held != null || waiting) {
            return false;
        }
        boolean few = leavesRoom(settings.atLeast(), deletions, looked);
        return (few && (othersStay || !mayBeAll(deletions, looked))) || leavesRoom(limit(), deletions, looked);
    }

    /** Whether no document would stay if whatever else is marked turned out to be gone as well. */
    private boolean mayBeAll(int deletions, long looked) {
        return !hasRoom(SyncSettings.Brakes.FEWEST - 1 - deletions, looked)
                && !hasRoom(documents() - 1 - deletions, looked);
    }

    private boolean leavesRoom(long limit, int deletions, long looked) {
        return hasRoom(limit - uncounted - deletions, looked);
    }

    /** Whether there is room for whatever else is marked. */
    private boolean hasRoom(long room, long looked) {
        return room >= 0 && markedUpTo(looked + room + 1) <= looked + room;
    }

    /** How many are marked; nobody needs to know exactly if it is more than enough. */
    private long markedUpTo(long enough) {
        if (marked == UNKNOWN || (marked == countedTo && countedTo < enough)) {
            countedTo = enough + PARTS_TO_COME;
            marked = ports.inLedger(tx -> tx.marked(countedTo));
        }
        return marked;
    }

    private long limit() {
        return settings.limit(documents());
    }

    private long documents() {
        if (documents == UNKNOWN) {
            documents = index == null ? Long.MAX_VALUE : index.count();
        }
        return documents;
    }

    /** Where many marks always wait, nothing is far from the limit; but what was counted and found few enough may go. */
    private boolean isCounted(int deletions) {
        return held == null && !waiting && deletions <= agreed && uncounted + deletions <= agreedLimit;
    }

    /** Many small deletions are a large one: whether it is time to count, though each alone was harmless. */
    boolean wantsCount() {
        return uncounted > settings.atLeast()
                && counted.isBefore(around.clock().instant().minus(BETWEEN_COUNTS));
    }

    // --- after a count ----------------------------------------------------------------------------------------------

    /** The index is listed from now on: of what is deleted meanwhile the count will say nothing. */
    void listing() {
        beforeListing = uncounted;
    }

    /**
     * The index was listed to its end. May be told twice of one listing, if what follows did not come to its end.
     *
     * @param orphans how many of its documents have no product
     * @param documents how many it holds
     * @param some of the orphans, or all if they are few
     */
    Verdict counted(long orphans, long documents, List<ProductKey> some) {
        uncounted -= beforeListing;
        beforeListing = 0;
        counted = around.clock().instant();
        long before = goneBefore(some);
        permitted = false;
        if (!fitted() || orphans + before <= settings.limit(documents + before)) {
            gone.clear();
            release("they are few enough now, " + orphans + " of " + documents);
            agreed = orphans;
            agreedLimit = settings.limit(documents);
            return Verdict.FEW;
        }
        if (allowed(orphans + before)) {
            gone.clear();
            permitted = true;
            release("somebody allowed it");
            // Those that were counted; if others come to them, they are counted with them before they go.
            agreed = orphans;
            agreedLimit = uncounted + orphans;
            return Verdict.ALLOWED;
        }
        agreed = 0;
        hold(orphans + before, documents + before, some);
        lookAt = counted.plus(rest);
        rest = rest.multipliedBy(2).compareTo(LONGEST_REST) > 0 ? LONGEST_REST : rest.multipliedBy(2);
        return Verdict.HELD_BACK;
    }

    private void hold(long orphans, long documents, List<ProductKey> examples) {
        String some = examples.stream().limit(EXAMPLES).map(ProductKey::value).collect(Collectors.joining(", "));
        HeldBack before = held;
        HeldBack now = ports.inLedger(tx -> {
            fence.accept(tx);
            Instant since = before == null ? tx.now() : before.since();
            HeldBack found = new HeldBack(orphans, documents, settings.limit(documents), since);
            tx.saveCursor(HELD, found.text());
            return found;
        });
        held = now;
        forgetLeft();
        if (before == null) {
            log.warn("Index '{}': {}. Without a product are, for example: {}", ports.name(), now.sentence(), some);
        }
    }

    /**
     * What was left undone may have changed meanwhile, and nobody has a mark of it: it is looked at again, and everything if
     * nobody knows what it was. But first goes what has no product now, or a walk over everything would only meet it again.
     */
    private void release(String why) {
        boolean everything = misread || held != null || forgotten;
        if (held != null || waiting || left) {
            ports.inLedger(tx -> {
                fence.accept(tx);
                tx.saveCursor(HELD, everything ? UNCOUNTED : NOTHING);
                if (!everything && !leftUndone.isEmpty()) {
                    tx.mark(leftUndone, Reason.SWEEP, false);
                }
                return null;
            });
        }
        misread = everything;
        if (held != null) {
            log.info("Index '{}': deletions are no longer held back: {}", ports.name(), why);
        }
        held = null;
        forgetLeft();
        rest = FIRST_REST;
    }

    /** In the transaction that takes the owed walk for made: everything is looked at again, if that is needed. */
    void paid(LedgerTransaction tx) {
        if (fitted()) {
            forgetPermission(tx);
        }
        if (misread) {
            lookAtEverything(tx);
        }
    }

    /** After that transaction. */
    void paid() {
        misread = false;
    }

    private static void lookAtEverything(LedgerTransaction tx) {
        tx.saveCursor(HELD, NOTHING);
        tx.markAll(false);
    }

    private void forgetLeft() {
        left = false;
        waiting = false;
        forgotten = false;
        leftUndone.clear();
    }

    // --- what somebody allowed --------------------------------------------------------------------------------------

    /** Everything may be deleted that has no product, until the walk that is owed from now on has been made. */
    static void allow(LedgerTransaction tx) {
        allow(tx, EVERYTHING);
    }

    /** The same, but nothing as long as that is more documents than these. */
    static void allow(LedgerTransaction tx, long atMost) {
        tx.saveCursor(ALLOWED, new Permission(tx.now().plus(PERMISSION), atMost).text());
        tx.oweWalk();
    }

    /** What somebody allowed, until when. */
    private record Permission(Instant until, long atMost) {

        boolean hasNumber() {
            return atMost < EVERYTHING;
        }

        String text() {
            return until.toEpochMilli() + (hasNumber() ? AT_MOST + atMost : "");
        }

        static Permission parse(String text) {
            String[] parts = text.split(AT_MOST, 2);
            return new Permission(
                    Instant.ofEpochMilli(Long.parseLong(parts[0])),
                    parts.length == 1 ? EVERYTHING : Long.parseLong(parts[1]));
        }
    }

    private static void forgetPermission(LedgerTransaction tx) {
        if (tx.cursor(ALLOWED).filter(until -> !until.isEmpty()).isPresent()) {
            tx.saveCursor(ALLOWED, "");
        }
    }

    /** A permission for so many is used by asking: what has no product after these is for somebody to allow again. */
    private boolean allowed(long deletions) {
        return ports.inLedger(tx -> {
            Optional<Permission> permission = tx.cursor(ALLOWED)
                    .filter(text -> !text.isEmpty())
                    .map(Permission::parse)
                    .filter(given -> deletions <= given.atMost() && tx.now().isBefore(given.until()));
            if (permission.filter(Permission::hasNumber).isPresent()) {
                fence.accept(tx);
                forgetPermission(tx);
            }
            return permission.isPresent();
        });
    }
}
