package dev.stocktake.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stocktake.Claim;
import dev.stocktake.Generation;
import dev.stocktake.KeyPage;
import dev.stocktake.Lease;
import dev.stocktake.Ledger;
import dev.stocktake.LedgerTransaction;
import dev.stocktake.ProductKey;
import dev.stocktake.Reason;
import dev.stocktake.UnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link Ledger} must promise: each sentence of {@link Ledger} and {@link LedgerTransaction}.
 *
 * <p>An adapter's test extends it and gives it an empty ledger:
 *
 * <pre>{@code
 * class InMemoryLedgerContractTest extends LedgerContract {
 *     private final ManualClock clock = new ManualClock();
 *     private final InMemoryLedger ledger = new InMemoryLedger(clock);
 *
 *     protected Ledger ledger() {
 *         return ledger;
 *     }
 *
 *     protected void advance(Duration time) {
 *         clock.advance(time);
 *     }
 *
 *     protected long storedRows() {
 *         return ledger.rows("contract") + ledger.batches("contract");
 *     }
 * }
 * }</pre>
 */
public abstract class LedgerContract extends LedgerRebuildContract {

    private static final int CROWD = 32;
    private static final int ENOUGH = 5_000;

    // --- feeds
    // --------------------------------------------------------------------------------------------------------

    @Test
    void hasNoCursorOfAFeedThatNeverSavedOne() {
        assertThat(maybe(tx -> tx.cursor("feed"))).isEmpty();
    }

    @Test
    void keepsTheLastCursorOfEachFeed() {
        String longest = "ü".repeat(1_999) + "x";
        in(tx -> {
            tx.saveCursor("feed", "1");
            tx.saveCursor("other feed", "");
        });
        in(tx -> tx.saveCursor("feed", longest));

        assertThat(maybe(tx -> tx.cursor("feed"))).contains(longest);
        assertThat(maybe(tx -> tx.cursor("other feed"))).contains("");
        Optional<String> elsewhere = ledger().inTransaction("other", tx -> tx.cursor("feed"));
        assertThat(elsewhere).isEmpty();
    }

    // --- transactions
    // -------------------------------------------------------------------------------------------------

    @Test
    void returnsWhatTheWorkReturns() {
        int answer = tx(tx -> 42);
        assertThat(answer).isEqualTo(42);
        @Nullable String nothing = ledger().<@Nullable String>inTransaction(INDEX, tx -> null);
        assertThat(nothing).isNull();
    }

    @Test
    void passesTheExceptionOfTheWorkOn() {
        UnavailableException failure = new UnavailableException("of the work", null);

        assertThatThrownBy(() -> in(tx -> {
                    throw failure;
                }))
                .isSameAs(failure);
    }

    @Test
    void seesItsOwnChangesWithinATransaction() {
        Lease lease = lane();
        in(tx -> {
            tx.mark(List.of(A), Reason.CHANGE, false);
            assertThat(tx.standing(List.of(A)).values()).allMatch(standing -> standing.marked());
            Claim claim =
                    tx.claim(lease, tx.live().orElseThrow().number(), "now", 10).orElseThrow();
            assertThat(tx.standing(List.of(A)).values()).allMatch(standing -> standing.inFlight());
            assertThat(tx.confirm(lease, claim, Map.of())).isTrue();
            assertThat(tx.standing(List.of(A)).values()).allMatch(standing -> standing.settled());
        });
        assertThat(standing(A).settled()).isTrue();
    }

    /** Breaks a transaction after each of its statements. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void keepsNothingOfATransactionThatThrows(int statements) {
        Lease lease = laneAtTheStart();
        claimPage(lease, false, A);
        change(B);
        Claim open = claim(lease);
        change(C);
        in(tx -> tx.saveCursor("feed", "before"));
        Everything before = everything(open);
        List<Consumer<LedgerTransaction>> script = script(lease, open);
        assertThat(statements).isLessThanOrEqualTo(script.size());

        assertThatThrownBy(() -> in(tx -> {
                    script.subList(0, statements).forEach(statement -> statement.accept(tx));
                    throw new UnavailableException("killed after " + statements + " statements", null);
                }))
                .isInstanceOf(UnavailableException.class);

        assertThat(everything(open)).isEqualTo(before);
    }

    private List<Consumer<LedgerTransaction>> script(Lease lease, Claim open) {
        return List.of(
                tx -> tx.mark(List.of(A, C, D), Reason.DEMAND, true),
                tx -> tx.submitted(lease, open, List.of(3L)),
                tx -> tx.confirm(
                        lease, open, Map.of(B, REFUSAL), Map.of(B, tx.now().plus(AN_HOUR))),
                tx -> tx.claim(lease, tx.live().orElseThrow().number(), "broken off", 10),
                tx -> {
                    Generation live = tx.live().orElseThrow();
                    tx.claimFrontier(
                            lease,
                            live,
                            "page",
                            KeyPage.of(live.frontier().after(), List.of(ProductKey.of("e")), true));
                },
                tx -> tx.saveCursor("feed", "after"),
                tx -> tx.markAll(true),
                LedgerTransaction::oweWalk,
                tx -> tx.walked(
                        lease,
                        tx.live().orElseThrow().number(),
                        tx.live().orElseThrow().owedWalk()),
                tx -> tx.markBatch("page"),
                tx -> tx.auditTo(lease, 0, 9, List.of()),
                tx -> tx.release(lease),
                tx -> tx.acquire("one", AN_HOUR, AN_HOUR));
    }

    private record Everything(
            Optional<Lease> holder,
            List<Generation> generations,
            Object standings,
            Object batches,
            List<Object> rest) {}

    private Everything everything(Claim open) {
        return tx(tx -> new Everything(
                tx.holder(),
                tx.generations(),
                tx.standing(List.of(A, B, C, D, ProductKey.of("e"))),
                tx.batches(List.of(open.batchId(), "broken off", "page")),
                List.of(
                        tx.auditPosition(),
                        tx.cursor("feed"),
                        tx.backlog().openBatches(),
                        tx.backlog().nextRecheck() != null,
                        tx.quarantine(9))));
    }

    // --- many at once
    // -------------------------------------------------------------------------------------------------

    @Test
    void givesTheLaneToOneOfManyWhoAskAtOnce() {
        Queue<Lease> leases = new ConcurrentLinkedQueue<>();
        Crowd.of(CROWD)
                .run(number -> tx(tx -> tx.acquire("holder-" + number, AN_HOUR, NO_HOLD))
                        .ifPresent(leases::add));

        assertThat(leases).hasSize(1);
        assertThat(holder()).contains(leases.element());
    }

    @Test
    void claimsNoProductTwiceWhenManyClaimAtOnce() {
        Lease lease = lane();
        long generation = generation();
        List<ProductKey> keys = many(400);
        in(tx -> tx.mark(keys, Reason.CHANGE, false));
        Queue<Claim> claims = new ConcurrentLinkedQueue<>();
        Crowd.of(CROWD).run(number -> {
            boolean found = true;
            for (int i = 0; found && i < keys.size(); i++) {
                String id = "crowd-" + number + "-" + i;
                Optional<Claim> claim = tx(tx -> tx.claim(lease, generation, id, 5));
                claim.ifPresent(claims::add);
                found = claim.isPresent();
            }
        });

        List<ProductKey> claimed = new ArrayList<>();
        claims.forEach(claim -> claimed.addAll(keys(claim)));
        assertThat(claimed).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(keys);
    }

    @Test
    void movesTheFrontierOnceWhenManyBringAPage() {
        Lease lease = laneAtTheStart();
        Generation seen = live();
        AtomicInteger moved = new AtomicInteger();
        Crowd.of(CROWD).run(number -> {
            KeyPage page = KeyPage.of(null, List.of(ProductKey.of("page-" + number)), false);
            tx(tx -> tx.claimFrontier(lease, seen, "crowd-" + number, page))
                    .ifPresent(claim -> moved.incrementAndGet());
        });

        assertThat(moved).hasValue(1);
        assertThat(backlog().inFlight()).isEqualTo(1);
    }

    @Test
    void keepsEveryMarkWhenManyMarkTheSameProductsForTheFirstTime() {
        lane();
        List<ProductKey> keys = many(50);
        Crowd.of(8).run(number -> {
            List<ProductKey> order = new ArrayList<>(keys);
            if (number % 2 == 0) {
                java.util.Collections.reverse(order);
            }
            in(tx -> tx.mark(order, Reason.CHANGE, false));
        });

        assertThat(backlog().marked()).isEqualTo(keys.size());
    }

    /**
     * A shop in small: eight clerks change products and mark them, one lane copies what it reads after its claim. When all is
     * confirmed, every copy is the last state.
     */
    @Test
    void losesNoMarkWhileOthersMarkAndTheLaneConfirms() {
        Lease lease = lane();
        long generation = generation();
        List<ProductKey> keys = many(12);
        Map<ProductKey, AtomicLong> database = new ConcurrentHashMap<>();
        keys.forEach(key -> database.put(key, new AtomicLong()));
        Map<ProductKey, Long> copies = new ConcurrentHashMap<>();
        AtomicInteger clerksAtWork = new AtomicInteger(8);
        Crowd.of(9).run(number -> {
            if (number < 8) {
                try {
                    changeAndMark(keys, database, number);
                } finally {
                    clerksAtWork.decrementAndGet();
                }
            } else {
                boolean last = false;
                while (!last) {
                    last = clerksAtWork.get() == 0;
                    drain(lease, generation, database, copies);
                }
            }
        });

        assertThat(backlog().marked()).isZero();
        keys.forEach(key -> assertThat(copies.get(key))
                .as(key.value())
                .isEqualTo(database.getOrDefault(key, new AtomicLong(-1)).get()));
    }

    private void changeAndMark(List<ProductKey> keys, Map<ProductKey, AtomicLong> database, int clerk) {
        for (int round = 0; round < 40; round++) {
            ProductKey key = keys.get((clerk * 7 + round * 5) % keys.size());
            database.getOrDefault(key, new AtomicLong()).incrementAndGet();
            in(tx -> tx.mark(List.of(key), Reason.CHANGE, false));
        }
    }

    private void drain(
            Lease lease, long generation, Map<ProductKey, AtomicLong> database, Map<ProductKey, Long> copies) {
        for (int i = 0; i < ENOUGH; i++) {
            String id = nextBatch();
            Optional<Claim> claim = tx(tx -> tx.claim(lease, generation, id, 5));
            if (claim.isEmpty()) {
                return;
            }
            keys(claim.get())
                    .forEach(key -> copies.put(
                            key, database.getOrDefault(key, new AtomicLong()).get()));
            confirm(lease, claim.get());
        }
        throw new AssertionError("After " + ENOUGH + " batches there is still something marked");
    }
}
