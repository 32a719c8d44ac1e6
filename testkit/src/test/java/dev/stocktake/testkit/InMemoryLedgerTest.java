package dev.stocktake.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stocktake.Claim;
import dev.stocktake.Generation;
import dev.stocktake.IndexIdentity;
import dev.stocktake.Intake;
import dev.stocktake.KeyPage;
import dev.stocktake.Lease;
import dev.stocktake.LedgerTransaction;
import dev.stocktake.ProductKey;
import dev.stocktake.Reason;
import dev.stocktake.UnavailableException;
import dev.stocktake.UnknownOutcomeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InMemoryLedgerTest {

    private static final ProductKey A = ProductKey.of("a");
    private static final ProductKey B = ProductKey.of("b");
    private static final ProductKey C = ProductKey.of("c");
    private static final Comparator<ProductKey> BY_TEXT = Comparator.comparing(ProductKey::value);
    private static final UnavailableException DOWN = new UnavailableException("restarting", null);

    private final ManualClock clock = new ManualClock();
    private final InMemoryLedger ledger = new InMemoryLedger(clock);

    private void in(InMemoryLedger books, Consumer<LedgerTransaction> work) {
        books.inTransaction("shop", tx -> {
            work.accept(tx);
            return true;
        });
    }

    private void in(Consumer<LedgerTransaction> work) {
        in(ledger, work);
    }

    private static Lease lane(LedgerTransaction tx) {
        Lease lease = tx.acquire("one", Duration.ofHours(1), Duration.ZERO).orElseThrow();
        tx.open(lease, new IndexIdentity("content"), 0);
        return lease;
    }

    private static Claim walk(LedgerTransaction tx, Lease lease, boolean end, ProductKey... keys) {
        Generation live = tx.live().orElseThrow();
        return tx.claimFrontier(
                        lease,
                        live,
                        "walk-" + keys.length,
                        KeyPage.of(live.frontier().after(), List.of(keys), end))
                .orElseThrow();
    }

    @Nested
    class WhenACommitIsDisturbed {

        @Test
        void failsTheNextTransactionsBeforeTheyBegin() {
            AtomicInteger begun = new AtomicInteger();
            ledger.failNext(2, DOWN);

            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> in(tx -> begun.incrementAndGet())).isSameAs(DOWN);
            }
            in(tx -> begun.incrementAndGet());

            assertThat(begun).hasValue(1);
        }

        @Test
        void keepsNothingWhenItDiesBeforeTheCommit() {
            in(InMemoryLedgerTest::lane);
            ledger.beforeCommit(() -> {
                throw DOWN;
            });

            assertThatThrownBy(() -> in(tx -> tx.mark(List.of(A), Reason.CHANGE, false)))
                    .isSameAs(DOWN);

            assertThat(ledger.rows("shop")).isZero();
        }

        @Test
        void keepsEverythingWhenItDiesAfterTheCommit() {
            in(InMemoryLedgerTest::lane);
            ledger.afterCommit(() -> {
                throw DOWN;
            });

            assertThatThrownBy(() -> in(tx -> tx.mark(List.of(A), Reason.CHANGE, false)))
                    .isSameAs(DOWN);

            assertThat(ledger.rows("shop")).isEqualTo(1);
        }

        @Test
        void countsTheCommitsUntilItDies() {
            in(InMemoryLedgerTest::lane);
            ledger.beforeCommit(3, () -> {
                throw DOWN;
            });
            in(tx -> tx.mark(List.of(A), Reason.CHANGE, false));
            in(tx -> tx.mark(List.of(B), Reason.CHANGE, false));

            assertThatThrownBy(() -> in(tx -> tx.mark(List.of(C), Reason.CHANGE, false)))
                    .isSameAs(DOWN);

            assertThat(ledger.rows("shop")).isEqualTo(2);
            in(tx -> tx.mark(List.of(C), Reason.CHANGE, false));
            assertThat(ledger.rows("shop")).isEqualTo(3);
        }

        @Test
        void losesTheReplyOfACommit() {
            in(InMemoryLedgerTest::lane);
            ledger.loseNextCommitReply();

            assertThatThrownBy(() -> in(tx -> tx.mark(List.of(A), Reason.CHANGE, false)))
                    .isInstanceOf(UnknownOutcomeException.class);

            assertThat(ledger.rows("shop")).isEqualTo(1);
        }

        @Test
        void losesACommit() {
            in(InMemoryLedgerTest::lane);
            ledger.loseNextCommit();

            assertThatThrownBy(() -> in(tx -> tx.mark(List.of(A), Reason.CHANGE, false)))
                    .isInstanceOf(UnknownOutcomeException.class);

            assertThat(ledger.rows("shop")).isZero();
        }

        @Test
        void doesTheWorkTwiceAndKeepsItOnce() {
            AtomicInteger done = new AtomicInteger();
            in(InMemoryLedgerTest::lane);
            ledger.repeatNext();

            in(tx -> {
                done.incrementAndGet();
                tx.mark(List.of(A), Reason.CHANGE, false);
                assertThat(tx.backlog().marked()).isEqualTo(1);
            });

            assertThat(done).hasValue(2);
            assertThat(ledger.rows("shop")).isEqualTo(1);
        }

        @Test
        void countsWhatWasCommitted() {
            in(tx -> {});
            ledger.loseNextCommit();
            assertThatThrownBy(() -> in(tx -> {})).isInstanceOf(UnknownOutcomeException.class);
            in(tx -> {});

            assertThat(ledger.commits()).isEqualTo(2);
        }
    }

    @Nested
    class WhenItIsMisused {

        @Test
        void refusesATransactionInsideAnother() {
            assertThatThrownBy(() -> in(tx -> in(inner -> {})))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("inside another");
        }

        @Test
        void refusesATransactionAfterItsEnd() {
            AtomicReference<LedgerTransaction> kept = new AtomicReference<>();
            in(kept::set);

            assertThatThrownBy(() -> kept.get().mark(List.of(A), Reason.CHANGE, false))
                    .isInstanceOf(IllegalStateException.class);
        }

        @Test
        void refusesABatchIdThatIsTaken() {
            assertThatThrownBy(() -> in(tx -> {
                        Lease lease = lane(tx);
                        tx.mark(List.of(A), Reason.CHANGE, false);
                        long generation = tx.live().orElseThrow().number();
                        tx.claim(lease, generation, "same", 1);
                        tx.mark(List.of(B), Reason.CHANGE, false);
                        tx.claim(lease, generation, "same", 1);
                    }))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'same'");
        }
    }

    @Nested
    class WhenItIsLookedAt {

        @Test
        void takesNothingForTrueBeforeTheFirstGeneration() {
            assertThat(ledger.isClean("shop", A, BY_TEXT)).isFalse();
        }

        @Test
        void takesForTrueWhatIsNeitherMarkedNorInFlightNorBeyondTheFrontier() {
            AtomicReference<Claim> claim = new AtomicReference<>();
            AtomicReference<Lease> lease = new AtomicReference<>();
            in(tx -> {
                lease.set(lane(tx));
                claim.set(walk(tx, lease.get(), false, B));
            });

            assertThat(ledger.isClean("shop", A, BY_TEXT)).as("passed").isTrue();
            assertThat(ledger.isClean("shop", B, BY_TEXT)).as("in flight").isFalse();
            assertThat(ledger.isClean("shop", C, BY_TEXT)).as("beyond").isFalse();
            assertThat(ledger.openBatches("shop")).containsExactly("walk-1");

            in(tx -> tx.confirm(lease.get(), claim.get(), Map.of()));
            in(tx -> tx.mark(List.of(A), Reason.CHANGE, false));

            assertThat(ledger.isClean("shop", A, BY_TEXT)).as("marked").isFalse();
            assertThat(ledger.isClean("shop", B, BY_TEXT)).as("confirmed").isTrue();
        }

        @Test
        void tellsWhetherAWalkIsOwed() {
            in(tx -> {
                Lease lease = lane(tx);
                Generation live = tx.live().orElseThrow();
                tx.walked(lease, live.number(), live.owedWalk());
            });
            assertThat(ledger.owesWalk("shop")).isFalse();

            in(tx -> tx.markAll(false));
            assertThat(ledger.owesWalk("shop")).isTrue();
        }
    }

    @Nested
    class WhenTheFrontierIsNotInTheClaim {

        private final InMemoryLedger careless = new InMemoryLedger(clock).without(LedgerRule.FRONTIER_IN_CLAIM);

        @Test
        void recordsTheBatchWhenItsClaimerSpeaksAgain() {
            in(careless, tx -> {
                Lease lease = lane(tx);
                Claim claim = walk(tx, lease, true, A);
                assertThat(tx.batches(List.of(claim.batchId()))).isEmpty();
                assertThat(tx.submitted(lease, claim, List.of(1L))).isTrue();
                assertThat(tx.batches(List.of(claim.batchId()))).hasSize(1);
                assertThat(tx.fail(lease, claim, Duration.ZERO, 0)).isTrue();
            });

            assertThat(careless.rows("shop")).isEqualTo(1);
        }

        @Test
        void forgetsTheProductsOfAClaimerThatDied() {
            in(careless, tx -> walk(tx, lane(tx), true, A));
            in(careless, tx -> tx.acquire("one", Duration.ofHours(1), Duration.ZERO));

            assertThat(careless.isClean("shop", A, BY_TEXT))
                    .as("the lie that the rule prevents")
                    .isTrue();
        }
    }

    /** What a ledger shows, without tokens: the sequence goes on when a transaction fails. */
    private static List<Object> shown(InMemoryLedger books, List<ProductKey> keys) {
        return books.inTransaction(
                "shop",
                tx -> List.of(
                        tx.standing(keys),
                        tx.backlog(),
                        tx.quarantine(100),
                        tx.generations().stream()
                                .map(generation -> List.of(generation.frontier(), generation.owedWalk() != 0))
                                .toList(),
                        tx.auditPosition(),
                        tx.holder()));
    }

    /** The undo log against plain memory: one ledger's transactions fail half-way and are done again, the other's do not. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void isTheSameAfterAnyFailedTransactions(long seed) {
        Random random = new Random(seed);
        InMemoryLedger calm = new InMemoryLedger(clock);
        List<ProductKey> keys = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            keys.add(ProductKey.of(i));
        }
        for (int step = 0; step < 150; step++) {
            long script = random.nextLong();
            if (random.nextInt(3) == 0) {
                ledger.beforeCommit(() -> {
                    throw DOWN;
                });
                long other = random.nextLong();
                assertThatThrownBy(() -> in(tx -> act(tx, new Random(other), keys)))
                        .isSameAs(DOWN);
            }
            in(tx -> act(tx, new Random(script), keys));
            in(calm, tx -> act(tx, new Random(script), keys));
            clock.advance(Duration.ofSeconds(random.nextInt(20)));

            assertThat(shown(ledger, keys)).as("seed %s, step %s", seed, step).isEqualTo(shown(calm, keys));
        }
    }

    /** A few random statements. Whoever acts finds lease and batches anew, as they may be of a transaction that failed. */
    private static void act(LedgerTransaction tx, Random random, List<ProductKey> keys) {
        Lease lease = random.nextInt(10) == 0
                ? tx.acquire("one", Duration.ofHours(1), Duration.ofSeconds(5)).orElseThrow()
                : tx.holder()
                        .orElseGet(() -> tx.acquire("one", Duration.ofDays(9), Duration.ZERO)
                                .orElseThrow());
        tx.open(lease, new IndexIdentity("content"), 0);
        for (int i = 0; i < 4; i++) {
            Generation live = tx.live().orElseThrow();
            ProductKey key = keys.get(random.nextInt(keys.size()));
            String batch = "batch-" + random.nextInt(12);
            switch (random.nextInt(11)) {
                case 0, 1 -> tx.mark(List.of(key), reason(random), random.nextBoolean());
                case 9 -> tx.mark(List.of(hint(key, random)));
                case 2 -> claim(tx, lease, batch, 1 + random.nextInt(3));
                case 3 -> walkOn(tx, lease, batch, keys);
                case 4 ->
                    tx.confirm(
                            lease,
                            claimOf(batch),
                            random.nextBoolean() ? Map.of() : refusing(key),
                            Map.of(key, tx.now().plusSeconds(random.nextInt(100))));
                case 10 -> tx.markTimed(lease, live.number(), 1 + random.nextInt(3));
                case 5 -> tx.fail(lease, claimOf(batch), Duration.ofSeconds(random.nextInt(9)), random.nextInt(3));
                case 6 -> tx.suspect(lease, claimOf(batch), Duration.ofSeconds(random.nextInt(9)));
                case 7 -> tx.walked(lease, live.number(), live.owedWalk());
                default -> sometimes(tx, random, lease);
            }
        }
    }

    private static Reason reason(Random random) {
        return Reason.values()[random.nextInt(Reason.values().length)];
    }

    private static Intake.Hint hint(ProductKey key, Random random) {
        return new Intake.Hint(key, Instant.ofEpochSecond(random.nextInt(100)), random.nextBoolean());
    }

    private static void sometimes(LedgerTransaction tx, Random random, Lease lease) {
        if (random.nextInt(3) == 0) {
            tx.markAll(random.nextBoolean());
        } else {
            tx.auditTo(lease, tx.auditPosition(), tx.auditPosition() + 1, List.of("batch-1", "batch-2"));
        }
    }

    private static void claim(LedgerTransaction tx, Lease lease, String batch, int limit) {
        if (tx.batches(List.of(batch)).isEmpty()) {
            tx.claim(lease, tx.live().orElseThrow().number(), batch, limit)
                    .ifPresent(claim -> tx.submitted(lease, claim, List.of(tx.auditPosition() + 2)));
        }
    }

    private static void walkOn(LedgerTransaction tx, Lease lease, String batch, List<ProductKey> keys) {
        Generation live = tx.live().orElseThrow();
        if (tx.batches(List.of(batch)).isEmpty()) {
            ProductKey after = live.frontier().after();
            int from = after == null ? 0 : keys.indexOf(after) + 1;
            List<ProductKey> page = keys.subList(from, Math.min(keys.size(), from + 3));
            tx.claimFrontier(lease, live, batch, KeyPage.of(after, page, from + 3 >= keys.size()));
        }
    }

    private static Claim claimOf(String batch) {
        return new Claim(batch, 1, List.of());
    }

    private static Map<ProductKey, dev.stocktake.Refusal> refusing(ProductKey key) {
        return Map.of(key, new dev.stocktake.Refusal("not a number", null));
    }
}
