package dev.stocktake.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stocktake.ChangeFeed;
import dev.stocktake.Contribution;
import dev.stocktake.Coverage;
import dev.stocktake.Intake;
import dev.stocktake.Ledger;
import dev.stocktake.LedgerTransaction;
import dev.stocktake.ProductKey;
import dev.stocktake.UnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link ChangeFeed} must promise: it may repeat itself and may be late, but it forgets nothing, whenever its
 * reader dies and however long a transaction stays open.
 *
 * <p>The changes that an adapter's test makes are of the kind that the feed says it sees: for a feed that reads timestamps,
 * changes that move one.
 */
public abstract class ChangeFeedContract extends PortContract {

    private static final int ROUNDS = 2_000;
    private static final long SEED = 40_701;

    private final Ledger inMemory = new InMemoryLedger(new ManualClock());

    /** A transaction that has changed products and is still open. */
    protected interface OpenChange {

        /** Makes the change visible. */
        void commit();

        /** Takes it back. */
        void rollback();
    }

    // --- what an adapter's test provides
    // ------------------------------------------------------------------------------

    /** The feed under test: a new object at every call, as after a restart, over the same database. */
    protected abstract ChangeFeed feed();

    /** Inserts or updates products in one transaction, and commits. */
    protected abstract void change(ProductKey... keys);

    /** The ledger that keeps the cursor; for a queue in a database the one in the same database. */
    protected Ledger ledger() {
        return inMemory;
    }

    /** Inserts or updates products in one transaction that stays open. {@link Capability#OPEN_TRANSACTIONS} */
    protected OpenChange begin(ProductKey... keys) {
        throw unsupported(Capability.OPEN_TRANSACTIONS);
    }

    /** Deletes products in one transaction, and commits. {@link Capability#DELETIONS} */
    protected void delete(ProductKey... keys) {
        throw unsupported(Capability.DELETIONS);
    }

    /** Destroys what the feed has not read yet, as a truncated log would. {@link Capability#LOST_HISTORY} */
    protected void loseHistory() {
        throw unsupported(Capability.LOST_HISTORY);
    }

    /** The key of an ordinary product. */
    protected ProductKey key(int number) {
        return ProductKey.of(number);
    }

    // --- what it says of itself
    // ---------------------------------------------------------------------------------------

    @Test
    void tellsAStableName() {
        assertThat(feed().name()).isNotBlank().hasSizeLessThanOrEqualTo(100).isEqualTo(feed().name());
    }

    @Test
    void claimsToBeCompleteOnlyIfItSeesDeletions() {
        assertThat(feed().completeness() != ChangeFeed.Completeness.COMPLETE
                        || !missing().containsKey(Capability.DELETIONS))
                .isTrue();
    }

    @Test
    void namesItsBlindSpotsIfItIsNotComplete() {
        if (feed().completeness() != ChangeFeed.Completeness.COMPLETE) {
            assertThat(feed().blindSpots())
                    .isNotEmpty()
                    .allSatisfy(spot -> assertThat(spot).isNotBlank());
        }
    }

    /** What the self-check builds on. */
    @Test
    void tellsOfEachTableOnceHowItSeesIt() {
        List<Coverage> coverage = feed().coverage();

        assertThat(coverage).extracting(Coverage::table).doesNotHaveDuplicates().doesNotContain("");
        assertThat(coverage).allSatisfy(table -> {
            assertThat(table.missing())
                    .allSatisfy(missing -> assertThat(missing).isNotBlank());
            if (!table.sees()) {
                assertThat(table.latest()).isEmpty();
                assertThat(table.deletes()).isFalse();
                assertThat(table.missing()).as("what to do about it").isNotEmpty();
            }
        });
        if (feed().completeness() == ChangeFeed.Completeness.COMPLETE) {
            assertThat(coverage).allMatch(Coverage::deletes);
        }
    }

    /** What an explanation of a product builds on. */
    @Test
    void tellsWhichRowsLeadToAProductInTablesThatItKnows() {
        change(key(1));
        List<String> known = feed().coverage().stream().map(Coverage::table).toList();
        List<Contribution> contributions = feed().contributions(key(1));

        assertThat(contributions)
                .extracting(Contribution::table)
                .doesNotHaveDuplicates()
                .isSubsetOf(known);
        assertThat(contributions).allSatisfy(table -> {
            assertThat(table.rows()).hasSizeLessThanOrEqualTo(100).doesNotHaveDuplicates();
            assertThat(table.more()).isNotNegative();
        });
        assertThat(feed().contributions(key(1_000_000)))
                .allSatisfy(table -> assertThat(table.rows()).isEmpty());
    }

    @Test
    void standsItsOwnCheck() {
        feed().verify();
        assertThat(feed().delay().orElse(Duration.ZERO)).isGreaterThanOrEqualTo(Duration.ZERO);
    }

    // --- naming
    // -------------------------------------------------------------------------------------------------------

    @Test
    void namesWhatChanged() {
        beginNow();
        change(key(1), key(2));
        change(key(3));

        assertThat(drain(100)).contains(key(1), key(2), key(3));
    }

    @Test
    void namesAProductThatChangesAgain() {
        beginNow();
        change(key(1));
        drain(100);
        change(key(1));

        assertThat(drain(100)).contains(key(1));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 49, 50, 51})
    void namesEveryProductOfOneLargeChangeInPagesOfAnySize(int limit) {
        beginNow();
        ProductKey[] keys = new ProductKey[50];
        Arrays.setAll(keys, this::key);
        change(keys);

        assertThat(drain(limit)).contains(keys);
    }

    @Test
    void namesDeletedProducts() {
        needs(Capability.DELETIONS);
        beginNow();
        change(key(1), key(2));
        drain(100);
        delete(key(1));

        assertThat(drain(100)).contains(key(1));
    }

    @Test
    void looksAtWhatItWouldNameWithoutTakingIt() {
        beginNow();
        change(key(1), key(2));
        ChangeFeed feed = feed();

        for (int times = 0; times < 3; times++) {
            feed.peek(cursor(feed), 100)
                    .ifPresent(seen -> assertThat(seen.products()).contains(key(1), key(2)));
        }

        assertThat(take(feed, 100).products()).contains(key(1), key(2));
        assertThat(drain(100)).contains(key(1), key(2));
    }

    // --- nothing gets lost on the way
    // ---------------------------------------------------------------------------------

    @Test
    void offersAgainWhatWasNotAcknowledged() {
        beginNow();
        change(key(1));
        assertThat(take(feed(), 100).products()).contains(key(1));

        assertThat(drain(100)).contains(key(1));
    }

    @Test
    void offersAgainWhatWasAcknowledgedInATransactionThatFailed() {
        beginNow();
        change(key(1));
        ChangeFeed feed = feed();
        Intake intake = take(feed, 100);
        assertThat(intake.products()).contains(key(1));

        assertThatThrownBy(() -> inLedger(tx -> {
                    enter(tx, feed, intake);
                    throw new UnavailableException("killed before the commit", null);
                }))
                .isInstanceOf(UnavailableException.class);

        assertThat(drain(100)).contains(key(1));
    }

    @Test
    void takesAnAcknowledgementThatIsRepeated() {
        beginNow();
        change(key(1));
        ChangeFeed feed = feed();
        Intake intake = take(feed, 100);
        inLedger(tx -> {
            enter(tx, feed, intake);
            enter(tx, feed, intake);
        });
        change(key(2));

        assertThat(drain(100)).contains(key(2));
    }

    @Test
    void goesOnWhereItStoodAfterARestart() {
        beginNow();
        change(key(1));
        drain(100);
        change(key(2));
        change(key(3));

        assertThat(drain(100)).contains(key(2), key(3));
    }

    @Test
    void keepsWhatCameBetweenTakingAndAcknowledging() {
        beginNow();
        change(key(1), key(2));
        ChangeFeed feed = feed();
        Intake intake = take(feed, 100);
        change(key(1), key(3));
        inLedger(tx -> enter(tx, feed, intake));

        assertThat(drain(100)).contains(key(1), key(3));
    }

    @Test
    void forgetsNothingWhenTwoInstancesTakeAtOnce() {
        beginNow();
        change(key(1));
        ChangeFeed one = feed();
        ChangeFeed two = feed();
        Intake early = take(one, 100);
        change(key(2));
        Intake late = take(two, 100);
        change(key(3));
        inLedger(tx -> enter(tx, two, late));
        inLedger(tx -> enter(tx, one, early));

        Set<ProductKey> named = new HashSet<>(early.products());
        named.addAll(late.products());
        named.addAll(drain(100));
        assertThat(named).contains(key(1), key(2), key(3));
    }

    @Test
    void keepsItsCursorShort() {
        beginNow();
        ProductKey[] keys = new ProductKey[200];
        Arrays.setAll(keys, this::key);
        change(keys);
        drain(150);

        String cursor = cursor(feed());
        assertThat(cursor == null ? 0 : cursor.length()).isLessThanOrEqualTo(2_000);
    }

    // --- open transactions
    // --------------------------------------------------------------------------------------------

    @Test
    void namesWhatWasCommittedLate() {
        needs(Capability.OPEN_TRANSACTIONS);
        beginNow();
        OpenChange open = begin(key(1));
        change(key(2));
        assertThat(drain(100)).contains(key(2));
        change(key(3));
        drain(100);
        open.commit();

        assertThat(drain(100)).contains(key(1));
    }

    @Test
    void livesWithWhatWasRolledBack() {
        needs(Capability.OPEN_TRANSACTIONS);
        beginNow();
        OpenChange open = begin(key(1));
        change(key(2));
        drain(100);
        open.rollback();
        change(key(3));

        assertThat(drain(100)).contains(key(3));
    }

    /** Transactions overlap, commit late or never; the reader dies between taking and acknowledging. */
    @Test
    void forgetsNothingThatWasCommittedWhateverHappens() {
        needs(Capability.OPEN_TRANSACTIONS);
        Random random = new Random(SEED);
        beginNow();
        List<OpenChange> open = new ArrayList<>();
        List<ProductKey> changedByOpen = new ArrayList<>();
        Set<ProductKey> owed = new LinkedHashSet<>();
        for (int step = 0; step < 300; step++) {
            int dice = random.nextInt(10);
            if (dice < 4 && open.size() < 8) {
                ProductKey key = key(random.nextInt(1_000));
                if (!changedByOpen.contains(key)) {
                    open.add(begin(key));
                    changedByOpen.add(key);
                }
            } else if (dice < 7 && !open.isEmpty()) {
                int which = random.nextInt(open.size());
                ProductKey key = changedByOpen.remove(which);
                end(open.remove(which), random.nextInt(4) > 0, key, owed);
            } else if (dice < 9) {
                pay(owed, 1 + random.nextInt(5), random.nextInt(4) > 0);
            }
        }
        for (int i = 0; i < open.size(); i++) {
            end(open.get(i), true, changedByOpen.get(i), owed);
        }
        owed.removeAll(drain(10));

        assertThat(owed).as("committed and never named; seed %s", SEED).isEmpty();
    }

    private static void end(OpenChange change, boolean commit, ProductKey key, Set<ProductKey> owed) {
        if (commit) {
            change.commit();
            owed.add(key);
        } else {
            change.rollback();
        }
    }

    private void pay(Set<ProductKey> owed, int limit, boolean acknowledged) {
        ChangeFeed feed = feed();
        Intake intake = take(feed, limit);
        if (acknowledged) {
            inLedger(tx -> enter(tx, feed, intake));
            owed.removeAll(intake.products());
        }
    }

    // --- gaps
    // ---------------------------------------------------------------------------------------------------------

    @Test
    void saysThatThereIsAGapAndGoesOnBehindIt() {
        needs(Capability.LOST_HISTORY);
        beginNow();
        change(key(1));
        loseHistory();

        ChangeFeed feed = feed();
        Intake intake = take(feed, 100);
        assertThat(intake.gap()).isTrue();
        inLedger(tx -> enter(tx, feed, intake));
        change(key(2));

        assertThat(drain(100)).contains(key(2));
        assertThat(take(feed(), 100).gap()).isFalse();
    }

    @Test
    void repeatsAGapThatWasNotAcknowledged() {
        needs(Capability.LOST_HISTORY);
        beginNow();
        change(key(1));
        loseHistory();

        assertThat(take(feed(), 100).gap()).isTrue();
        assertThat(take(feed(), 100).gap()).isTrue();
    }

    // --- the engine's part, in small
    // ----------------------------------------------------------------------------------

    /** The feed begins now, and what lies before is done with. */
    private void beginNow() {
        drain(100);
    }

    /** Everything the feed has to say, taken and acknowledged by a new instance. */
    private Set<ProductKey> drain(int limit) {
        ChangeFeed feed = feed();
        Set<ProductKey> named = new LinkedHashSet<>();
        for (int round = 0; round < ROUNDS; round++) {
            Intake intake = take(feed, limit);
            inLedger(tx -> enter(tx, feed, intake));
            named.addAll(intake.products());
            if (!intake.more()) {
                return named;
            }
        }
        throw new AssertionError("After " + ROUNDS + " takes the feed still says that there is more");
    }

    private Intake take(ChangeFeed feed, int limit) {
        return feed.take(cursor(feed), limit);
    }

    private @Nullable String cursor(ChangeFeed feed) {
        return ledger().<@Nullable String>inTransaction(
                        "contract", tx -> tx.cursor(feed.name()).orElse(null));
    }

    private static void enter(LedgerTransaction tx, ChangeFeed feed, Intake intake) {
        String cursor = intake.cursor();
        if (cursor != null) {
            tx.saveCursor(feed.name(), cursor);
        }
        intake.acknowledge(tx);
    }

    private void inLedger(Consumer<LedgerTransaction> work) {
        ledger().<@Nullable Void>inTransaction("contract", tx -> {
            work.accept(tx);
            return null;
        });
    }
}
