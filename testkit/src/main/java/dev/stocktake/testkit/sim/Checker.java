package dev.stocktake.testkit.sim;

import dev.stocktake.Backlog;
import dev.stocktake.BatchRecord;
import dev.stocktake.Claim;
import dev.stocktake.Drift;
import dev.stocktake.Generation;
import dev.stocktake.IndexIdentity;
import dev.stocktake.LedgerTransaction;
import dev.stocktake.ProductKey;
import dev.stocktake.ProductOutcome;
import dev.stocktake.Reason;
import dev.stocktake.SyncReport;
import dev.stocktake.WriteBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Watches what must hold: what the ledger takes for true is true, all along; what a run reports as true was true; and in the
 * end everything is.
 */
final class Checker {

    private static final int MANY = 1_000;
    private static final String BRAKE = "stocktake.brake";
    private static final String REBUILD = "stocktake.rebuild";

    private final World world;
    private final Shop shop;
    private final Server server;
    private final long[] lastMarked;
    private final List<String> faults = new ArrayList<>();
    private final Set<Integer> wrongProducts = new TreeSet<>();
    private final Map<String, Long> claims = new HashMap<>();
    private final Map<String, Claim> claimed = new HashMap<>();
    private final Set<Integer> misread = new TreeSet<>();
    private final long[] lastMisread;
    private final long[] misreadUntil;
    private final Map<Thread, Set<Integer>> markedInRun = new HashMap<>();
    private final Map<Integer, Boolean> knownWhenFound = new HashMap<>();
    private final Set<Integer> lostWhileBlank = new TreeSet<>();
    private long takenWhileBlank = 1;
    private final Durations noticed = new Durations();
    private long restoredAt = -1;
    private boolean mustBeNoticed;
    private long checks;

    Checker(World world) {
        this.world = world;
        this.shop = world.shop();
        this.server = world.server();
        this.lastMarked = new long[shop.products()];
        this.lastMisread = new long[shop.products()];
        this.misreadUntil = new long[shop.products()];
        Arrays.fill(lastMisread, -1);
        Arrays.fill(misreadUntil, -1);
    }

    /** What does not hold, in words; empty if all does. */
    List<String> faults() {
        return faults;
    }

    /** The products concerned. */
    Set<Integer> wrongProducts() {
        return wrongProducts;
    }

    /** How often a product that was taken for true was looked at. */
    long checks() {
        return checks;
    }

    private void wrong(int product, String what) {
        if (faults.size() < 20) {
            faults.add(String.format("%.3f s: product %s %s", world.time().now() / 1000.0, Shop.key(product), what));
            wrongProducts.add(product);
            world.history().wrong(() -> "product " + Shop.key(product) + " " + what);
        }
    }

    // --- all along --------------------------------------------------------------------------------------------------

    /** What the ledger says of the whole index. */
    private record Books(@Nullable IndexIdentity identity, boolean owesWalk, long audited) {

        static Books of(LedgerTransaction tx) {
            Optional<Generation> live = tx.live();
            return new Books(
                    live.map(Generation::identity).orElse(null),
                    live.isEmpty() || live.get().owedWalk() != 0,
                    tx.auditPosition());
        }
    }

    void marked(Collection<ProductKey> keys) {
        keys.forEach(key -> marked(Shop.product(key)));
    }

    void markedAll() {
        if (mustBeNoticed) {
            mustBeNoticed = false;
            world.count(Happening.RESTORE_NOTICED);
            noticed.add(world.time().now() - restoredAt);
        }
        for (int product = 0; product < shop.products(); product++) {
            marked(product);
        }
    }

    private void marked(int product) {
        lastMarked[product] = world.time().now();
        markedInThisRun().add(product);
        if (misread.remove(product)) {
            misreadUntil[product] = world.time().now();
        }
    }

    /** What the run on this thread marked itself. */
    private Set<Integer> markedInThisRun() {
        return markedInRun.computeIfAbsent(Thread.currentThread(), run -> new HashSet<>());
    }

    /** Whatever the ledger takes for true must be so. */
    void check() {
        if (!faults.isEmpty()) {
            return;
        }
        checkBuild();
        Books books = world.ledger().inTransaction(IndexClient.NAME, Books::of);
        if (books.identity() == null || !server.exists() || !books.identity().equals(server.identity())) {
            return;
        }
        for (int product = 0; product < shop.products(); product++) {
            if (takenForTrue(product, books)) {
                checks++;
                check(product);
            }
        }
    }

    /** What is clean in a build is true in it, too: it may be swapped in at any time. */
    private void checkBuild() {
        Generation build = world.ledger()
                .inTransaction(IndexClient.NAME, LedgerTransaction::build)
                .orElse(null);
        String label = build == null ? null : build.place().orElse(null);
        if (build == null || label == null || !server.identity(label).equals(build.identity())) {
            return;
        }
        long audited = world.ledger().inTransaction(IndexClient.NAME, LedgerTransaction::auditPosition);
        for (int product = 0; product < shop.products(); product++) {
            if (takenForTrue(product, build, label, audited)) {
                checks++;
                check(product, server.value(label, product), "build " + label);
            }
        }
    }

    private boolean takenForTrue(int product, Generation build, String label, long audited) {
        return !misread.contains(product)
                && !shop.isBlank()
                && !shop.hasUnread(product)
                && !(build.owedWalk() != 0 && shop.value(product) == Value.ABSENT)
                && (!world.scenario().on(Knob.LOGGED) || server.lastTouched(label, product) <= audited)
                && world.ledger().isClean(IndexClient.NAME, build.number(), Shop.key(product), Shop::compare);
    }

    private boolean takenForTrue(int product, Books books) {
        return !misread.contains(product)
                && !shop.isBlank()
                && !shop.hasUnread(product)
                && !(books.owesWalk() && shop.value(product) == Value.ABSENT)
                && (!world.scenario().on(Knob.LOGGED) || server.lastTouched(product) <= books.audited())
                && world.ledger().isClean(IndexClient.NAME, Shop.key(product), Shop::compare);
    }

    private void check(int product) {
        check(product, server.value(product), "the index");
    }

    private void check(int product, Value held, String where) {
        boolean holds = held == shop.value(product) || !everyChangeIsSeen() && heldSinceMarked(product, held);
        if (!holds) {
            wrong(
                    product,
                    "is taken for true, but is " + shop.value(product) + " in the database and " + held + " in "
                            + where);
        }
    }

    private boolean heldSinceMarked(int product, Value held) {
        long since = lastMarked[product];
        return shop.history(product).held(held, since, world.time().now()) || cameOrWent(product, since);
    }

    /** Where the feed is blind for some changes, a product that nobody marked since may be older. */
    boolean everyChangeIsSeen() {
        Scenario scenario = world.scenario();
        boolean goesBackUnseen = scenario.on(Knob.LEDGER_APART) && !scenario.on(Knob.RESTORE_TOLD);
        return !scenario.on(Knob.SCANS) && !scenario.on(Knob.SILENT) && !goesBackUnseen;
    }

    // --- drift ------------------------------------------------------------------------------------------------------

    /** Where a feed sees every change and the log every write, somebody knew of every difference. */
    void drifted(Drift drift) {
        world.count(Happening.DRIFT_FOUND);
        int product = Shop.product(drift.product());
        Boolean knew = markedInThisRun().contains(product) ? knownWhenFound.get(product) : null;
        if (knew != null ? knew : isKnown(product)) {
            wrong(product, "is called drift (" + drift.kind() + "), though somebody knew");
        }
    }

    /** An audit marked these; what others learn before it tells of them is no reproach. */
    void foundByAudit(Collection<ProductKey> keys) {
        keys.forEach(key -> knownWhenFound.put(Shop.product(key), isKnown(Shop.product(key))));
    }

    private boolean isKnown(int product) {
        Books books = world.ledger().inTransaction(IndexClient.NAME, Books::of);
        boolean toldByLog = !world.scenario().on(Knob.LOGGED) || server.lastTouched(product) <= books.audited();
        boolean indexIsMeant = server.exists() && server.identity().equals(books.identity());
        return everyChangeIsSeen()
                && toldByLog
                && indexIsMeant
                && !world.scenario().on(Knob.BLANK_EVERY);
    }

    /** What is read while every query finds nothing is wrong; until it is marked again nobody can know better. */
    void read(Collection<ProductKey> keys) {
        keys.forEach(key -> read(Shop.product(key)));
    }

    /** All products were walked over. */
    void walkedBlank() {
        for (int product = 0; product < shop.products(); product++) {
            read(product);
        }
    }

    private void read(int product) {
        if (shop.isBlank()) {
            misread.add(product);
            lastMisread[product] = world.time().now();
        }
    }

    // --- a database that goes back ----------------------------------------------------------------------------------

    /**
     * The database is as it was some time ago, and can be asked again at this time. A run that begins afterwards must not say
     * that it is complete before everything is true again, as ever.
     */
    void restored(long reachableAt) {
        restoredAt = reachableAt;
        mustBeNoticed = false;
        for (int product = 0; product < shop.products(); product++) {
            mustBeNoticed |= shop.value(product) != server.value(product)
                    && world.ledger().isClean(IndexClient.NAME, Shop.key(product), Shop::compare);
        }
    }

    /** How long it took from the restored database's first second until everything was marked. */
    Durations noticed() {
        return noticed;
    }

    // --- deletions --------------------------------------------------------------------------------------------------

    /** From now on nothing that the database says is so. */
    void blank() {
        lostWhileBlank.clear();
        takenWhileBlank = 1;
    }

    /**
     * @param open batches of whoever had it before, each of which may still be written: no more than anybody may have; and as
     *     many that are open again since the ledger went back, of which he knew nothing
     */
    void laneTaken(int open) {
        takenWhileBlank++;
        long limit = world.scenario().whole(Knob.IN_FLIGHT);
        if (open > (restoredAt < 0 ? limit : 2 * limit)) {
            faults.add(String.format(
                    "%.3f s: there were %d open batches when the lane was taken",
                    world.time().now() / 1000.0, open));
            world.history().wrong(() -> open + " open batches when the lane was taken");
        }
    }

    /**
     * A product that was there all along is deleted only if somebody asked for it, or if it is one of few. After the storm
     * mass deletions are allowed, and that covers what was read before it.
     */
    void sends(WriteBatch batch) {
        Claim claim = claimed.get(batch.id());
        if (claim == null
                || !world.scenario().on(Knob.BLANK_EVERY)
                || world.storm().isOver()) {
            return;
        }
        Set<ProductKey> demanded = claim.items().stream()
                .filter(item -> item.reason() == Reason.DEMAND)
                .map(Claim.Item::key)
                .collect(Collectors.toSet());
        boolean held = world.ledger()
                .inTransaction(
                        IndexClient.NAME,
                        tx -> tx.cursor(BRAKE)
                                .filter(text -> text.contains("/"))
                                .isPresent());
        for (ProductKey key : batch.deletions()) {
            if (!demanded.contains(key) && isLost(Shop.product(key), Objects.requireNonNull(claims.get(batch.id())))) {
                lose(Shop.product(key), held);
            }
        }
    }

    private boolean isLost(int product, long since) {
        return server.value(product) != Value.ABSENT
                && !shop.history(product).held(Value.ABSENT, since, world.time().now());
    }

    private void lose(int product, boolean held) {
        lostWhileBlank.add(product);
        if (held || lostWhileBlank.size() > brakeLimit() * takenWhileBlank) {
            wrong(product, "is deleted with " + lostWhileBlank.size() + " others, though nobody allowed it");
        }
    }

    // --- builds -----------------------------------------------------------------------------------------------------

    /**
     * Searchers see a build for the first time: what the shop has had ever since it was begun is in it, but for what the brake
     * lets go, or has let go before in what they saw until then. The brake counts documents, so that each new one lets another
     * go.
     *
     * @param old where the content is now that searchers saw before
     */
    void swappedIn(long begun, String old) {
        long now = world.time().now();
        List<Integer> missing = new ArrayList<>();
        long gained = 0;
        for (int product = 0; product < shop.products(); product++) {
            boolean allAlong = !shop.history(product).held(Value.ABSENT, begun, now) && !wasUnsound(product, begun);
            boolean emptied = world.scenario().on(Knob.BLANK_EVERY) && server.value(old, product) == Value.ABSENT;
            if (allAlong && server.value(product) == Value.ABSENT && !emptied) {
                missing.add(product);
            }
            if (server.value(product) != Value.ABSENT && server.value(old, product) == Value.ABSENT) {
                gained++;
            }
        }
        long limit = world.scenario().on(Knob.BLANK_EVERY) ? brakeLimit() + gained : 0;
        if (missing.size() > limit) {
            missing.forEach(product -> wrong(product, "is missing in the build that searchers see now"));
        }
    }

    private long brakeLimit() {
        return Math.max(world.scenario().whole(Knob.BRAKE_AT_LEAST), (long)
                (world.scenario().of(Knob.BRAKE_SHARE) * shop.products()));
    }

    /** Nobody removes what he takes for live. */
    void removes(String label) {
        IndexIdentity removed = server.identity(label);
        IndexIdentity live =
                world.ledger().inTransaction(IndexClient.NAME, Books::of).identity();
        if (removed.equals(live)) {
            faults.add(String.format(
                    "%.3f s: build %s is removed, which holds what was live",
                    world.time().now() / 1000.0, label));
        }
    }

    // --- innocent products ------------------------------------------------------------------------------------------

    void claimed(Claim claim) {
        claimed.put(claim.batchId(), claim);
        claims.put(claim.batchId(), world.time().now());
    }

    /** Only a product that was unsound since it was claimed may be quarantined. */
    void refused(Claim claim, Collection<ProductKey> refused) {
        long from = Objects.requireNonNull(claims.get(claim.batchId()));
        for (ProductKey key : refused) {
            world.count(Happening.QUARANTINED);
            if (!wasUnsound(Shop.product(key), from)) {
                wrong(Shop.product(key), "was quarantined without a fault of its own");
            }
        }
    }

    private boolean wasUnsound(int product, long from) {
        return shop.history(product).wasUnsound(from, world.time().now());
    }

    // --- what runs say ----------------------------------------------------------------------------------------------

    /** A run begins on this thread. */
    void begins() {
        markedInThisRun().clear();
    }

    /** A run that began at this time on this thread has ended with this report. */
    void reported(SyncReport report, long from) {
        world.count(
                switch (report.outcome()) {
                    case COMPLETE -> Happening.RUN_COMPLETE;
                    case INCOMPLETE -> Happening.RUN_INCOMPLETE;
                    case ELSEWHERE -> Happening.RUN_ELSEWHERE;
                });
        report.products().forEach((key, outcome) -> {
            if (outcome.isTrue()) {
                world.count(Happening.ASKED_AND_TRUE);
                requireTrueSince(Shop.product(key), from, report.policy() + " said " + outcome.result());
            } else if (report.complete() && outcome.result() == ProductOutcome.Result.PENDING) {
                wrong(Shop.product(key), "is pending after a complete run: " + outcome.reason());
            }
        });
        if (report.complete() && coversEverything(report.policy())) {
            for (int product = 0; product < shop.products(); product++) {
                if (!cameOrWent(product, from) && !mayBeOrphan(product, report.policy())) {
                    requireTrueSince(product, from, report.policy() + " said complete");
                }
            }
        }
    }

    private boolean coversEverything(String policy) {
        boolean audit = policy.equals("audit") && !world.scenario().on(Knob.SCHEDULED);
        return audit || policy.equals("full") || everyChangeIsSeen() && policy.equals("smart");
    }

    /** A full run finds deleted products only where it may ask the index what it holds. */
    private boolean mayBeOrphan(int product, String policy) {
        return policy.equals("full") && !world.scenario().on(Knob.READABLE) && shop.value(product) == Value.ABSENT;
    }

    /** A product that is made while all are walked may be missed by the walk over products and by the one over ids. */
    private boolean cameOrWent(int product, long from) {
        Timeline original = shop.history(product);
        long now = world.time().now();
        return original.held(Value.ABSENT, from, now)
                && Value.STOCK.stream().anyMatch(value -> original.held(value, from, now));
    }

    /**
     * What was written meanwhile, or is not yet in the log, no run can know. What a run marked before the database went back is
     * gone with it, and the run cannot know that either.
     */
    private void requireTrueSince(int product, long from, String said) {
        long now = world.time().now();
        if (server.knownSince(product) > from || couldNotKnow(product, from) || from < restoredAt) {
            return;
        }
        if (!wasUnsound(product, from) && !server.history(product).wasTrue(shop.history(product), from, now)) {
            wrong(product, "was never true since " + from / 1000.0 + " s, though " + said);
        }
    }

    /**
     * What was read wrong before the run began is clean in the books until somebody marks it. If that is another run, it may
     * be after this one has seen that nothing is left; only its own marks it must have done.
     */
    private boolean couldNotKnow(int product, long from) {
        boolean misreadThen =
                misreadUntil[product] >= from && !markedInThisRun().contains(product);
        return misreadThen || lastMisread[product] >= from || misread.contains(product);
    }

    // --- in the end -------------------------------------------------------------------------------------------------

    /** What is not yet as it must be in the end. */
    List<String> untrue() {
        List<String> untrue = new ArrayList<>();
        for (int product = 0; product < shop.products(); product++) {
            String what = untrue(product);
            if (what != null) {
                untrue.add("product " + Shop.key(product) + " " + what);
            }
        }
        return untrue;
    }

    /** What somebody still has to do. */
    List<String> open() {
        List<String> open = new ArrayList<>(world.ledger().inTransaction(IndexClient.NAME, tx -> open(tx, soldOut())));
        if (!server.idle()) {
            open.add("the index's queue is not empty");
        }
        return open;
    }

    private @Nullable String untrue(int product) {
        Value value = shop.value(product);
        boolean quarantined = world.ledger()
                .inTransaction(IndexClient.NAME, tx -> tx.quarantine(MANY))
                .containsKey(Shop.key(product));
        if (value.sound() == quarantined) {
            return quarantined ? "is quarantined but sound" : "is " + value + " but not quarantined";
        }
        return value.sound() && value != server.value(product)
                ? "is " + value + " in the database and " + server.value(product) + " in the index"
                : null;
    }

    /** A build that is as empty as the shop waits for somebody's leave, and nobody is left to give it. */
    private boolean soldOut() {
        return IntStream.range(0, shop.products()).allMatch(product -> shop.value(product) == Value.ABSENT);
    }

    private static List<String> open(LedgerTransaction tx, boolean soldOut) {
        List<String> open = new ArrayList<>();
        Backlog backlog = tx.backlog();
        Optional<Generation> live = tx.live();
        if (live.isEmpty() || !live.get().frontier().ended()) {
            open.add("the walk over all products has not ended");
        } else if (live.get().owedWalk() != 0) {
            open.add("the walk over the index has not ended");
        }
        if (backlog.dueRechecks() > 0) {
            open.add(backlog.dueRechecks() + " products must be looked at again");
        }
        if (tx.build().isPresent() && !soldOut) {
            open.add("there is a build beside the live index");
        }
        if (tx.cursor(REBUILD).filter(request -> !request.isEmpty()).isPresent() && !soldOut) {
            open.add("a rebuild is asked for");
        }
        if (backlog.marked() > 0 || backlog.inFlight() > 0) {
            open.add(backlog.marked() + " products are marked and " + backlog.inFlight() + " in flight");
        }
        return open;
    }

    /** What is true needs no books: rows are left of what is quarantined, and batches that may still arrive. */
    void checkBooks() {
        int rows = world.ledger().rows(IndexClient.NAME);
        world.ledger().inTransaction(IndexClient.NAME, tx -> {
            long audited = world.scenario().on(Knob.LOGGED) ? tx.auditPosition() : Long.MAX_VALUE;
            if (rows > tx.quarantine(MANY).size()) {
                faults.add("There are " + rows + " rows, though everything is true");
            }
            tx.batches(claims.keySet()).values().stream()
                    .filter(batch -> batch.state() != BatchRecord.State.SUSPECT)
                    .filter(batch -> batch.positions().stream().allMatch(position -> position <= audited))
                    .forEach(batch -> faults.add("Everything is true, but there is still " + batch));
            return null;
        });
    }

    /** @param becameTrue whether everything was as it must be, and stayed so for a while */
    void checkEnd(boolean becameTrue) {
        world.time().breakages().forEach(what -> faults.add("Broke: " + what));
        if (becameTrue) {
            return;
        }
        faults.add("It did not become true within " + world.scenario().whole(Knob.CALM) / 60_000 + " minutes");
        for (int product = 0; product < shop.products(); product++) {
            String what = untrue(product);
            if (what != null) {
                wrong(product, what + " in the end");
            }
        }
        faults.addAll(open());
    }
}
