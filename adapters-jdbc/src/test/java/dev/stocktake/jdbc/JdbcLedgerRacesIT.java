package dev.stocktake.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.Claim;
import dev.stocktake.Generation;
import dev.stocktake.IndexIdentity;
import dev.stocktake.KeyPage;
import dev.stocktake.Lease;
import dev.stocktake.LedgerTransaction;
import dev.stocktake.ProductKey;
import dev.stocktake.Reason;
import dev.stocktake.Refusal;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Many threads and several instances at the same books. */
class JdbcLedgerRacesIT {

    private static final String INDEX = "products";
    private static final Duration A_WHILE = Duration.ofMinutes(10);

    @Nested
    class OnPostgres extends Races {

        OnPostgres() {
            super(TestPostgres.freshDatabase());
        }
    }

    @Nested
    @NeedsMariaDb
    class OnMariaDb extends Races {

        OnMariaDb() {
            super(TestMariaDb.freshDatabase());
        }
    }

    @Nested
    class OnH2 extends Races {

        OnH2() {
            super(TestH2.freshDatabase());
        }
    }

    abstract static class Races {

        private final long seed = new Random().nextLong();
        private final DataSource database;
        private final JdbcLedger ledger;

        Races(DataSource database) {
            this.database = database;
            this.ledger = JdbcLedger.of(database).initialize();
        }

        /** Two instances whose lease is over as soon as it is taken: each is deposed all the time. */
        @Test
        void obeysOneInstanceAtATime() {
            Queue<Long> epochs = new ConcurrentLinkedQueue<>();
            Queue<Long> confirmed = new ConcurrentLinkedQueue<>();
            together(2, number -> {
                JdbcLedger instance = JdbcLedger.of(database);
                for (int round = 0; round < 40; round++) {
                    String batch = number + "-" + round;
                    Lease lease = instance.inTransaction(
                                    INDEX, tx -> tx.acquire("instance-" + number, Duration.ZERO, Duration.ZERO))
                            .orElseThrow();
                    epochs.add(lease.epoch());
                    instance.inTransaction(INDEX, tx -> {
                        tx.open(lease, new IndexIdentity("x"), 0);
                        tx.mark(ProductKey.all("a", "b"), Reason.CHANGE, false);
                        return null;
                    });
                    Optional<Claim> claim = claim(instance, lease, batch, 10);
                    claim.filter(claimed -> confirm(instance, lease, claimed))
                            .ifPresent(claimed -> confirmed.add(lease.epoch()));
                }
            });

            assertThat(epochs).as("seed %s", seed).hasSize(80).doesNotHaveDuplicates();
            long last = epochs.stream().mapToLong(epoch -> epoch).max().orElseThrow();
            assertThat(last).isEqualTo(80);
            Lease end = ledger.inTransaction(INDEX, tx -> tx.acquire("end", A_WHILE, Duration.ZERO))
                    .orElseThrow();
            assertThat(end.epoch()).isEqualTo(81);
            assertThat(ledger.inTransaction(INDEX, LedgerTransaction::backlog).openBatches())
                    .isZero();
            assertThat(confirmed).as("somebody got something done").isNotEmpty();
        }

        /** A deposed holder comes too late with everything it still wants to say. */
        @Test
        void listensToNothingADeposedInstanceSays() {
            Lease old = lane();
            mark("a", "b", "c");
            Claim claim = claim(ledger, old, "old", 2).orElseThrow();
            Generation seen = live();
            Lease next = ledger.inTransaction(
                            INDEX,
                            tx -> tx.release(old) ? tx.acquire("two", A_WHILE, Duration.ZERO) : Optional.<Lease>empty())
                    .orElseThrow();
            Map<String, ? extends Set<String>> before = LedgerTableContents.of(database);

            ledger.inTransaction(INDEX, tx -> {
                assertThat(tx.renew(old, A_WHILE)).isFalse();
                assertThat(tx.release(old)).isFalse();
                assertThat(tx.confirm(old, claim, Map.of())).isFalse();
                assertThat(tx.fail(old, claim, A_WHILE, 1)).isFalse();
                assertThat(tx.suspect(old, claim, A_WHILE)).isFalse();
                assertThat(tx.submitted(old, claim, List.of(1L))).isFalse();
                assertThat(tx.claim(old, seen.number(), "late", 9)).isEmpty();
                assertThat(tx.claimFrontier(old, seen, "late", KeyPage.of(null, ProductKey.all("d"), true)))
                        .isEmpty();
                assertThat(tx.auditTo(old, 0, 9, List.of("old"))).isFalse();
                assertThat(tx.walked(old, seen.number(), seen.owedWalk())).isFalse();
                assertThat(tx.adopt(old, seen.number(), new IndexIdentity("y"), A_WHILE))
                        .isFalse();
                assertThat(tx.open(old, new IndexIdentity("y"), 7)).isEmpty();
                return null;
            });

            assertThat(LedgerTableContents.of(database)).isEqualTo(before);
            assertThat(claim(ledger, next, "next", 9)).isPresent();
        }

        /** 32 threads of one instance claim from marks and from the walk, and end their batches in every possible way. */
        @Test
        void neverHasAProductInTwoOpenBatches() {
            Lease lease = lane();
            List<ProductKey> keys = IntStream.range(0, 300)
                    .mapToObj(i -> ProductKey.of("product-" + (1000 + i)))
                    .toList();
            together(32, number -> {
                Random random = new Random(seed + number);
                for (int round = 0; round < 12; round++) {
                    String batch = number + "-" + round;
                    switch (random.nextInt(5)) {
                        case 0 -> mark(some(keys, random));
                        case 1 -> markAll(random.nextBoolean());
                        case 2 ->
                            claim(ledger, lease, batch, 1 + random.nextInt(40))
                                    .ifPresent(claimed -> end(lease, claimed, random));
                        default -> walk(lease, batch, keys, random).ifPresent(claimed -> end(lease, claimed, random));
                    }
                }
            });

            drain(lease, keys);
            assertThat(LedgerTableContents.sizes(database)).containsEntry("stocktake_mark", 0);
        }

        private void markAll(boolean forced) {
            ledger.inTransaction(INDEX, tx -> {
                tx.markAll(forced);
                return null;
            });
        }

        private String[] some(List<ProductKey> keys, Random random) {
            return random.ints(30, 0, keys.size())
                    .mapToObj(i -> keys.get(i).value())
                    .toArray(String[]::new);
        }

        private Optional<Claim> walk(Lease lease, String batch, List<ProductKey> keys, Random random) {
            Generation seen = live();
            if (seen.frontier().ended()) {
                return Optional.empty();
            }
            ProductKey after = seen.frontier().after();
            int from = after == null ? 0 : keys.indexOf(after) + 1;
            int to = Math.min(keys.size(), from + 1 + random.nextInt(40));
            KeyPage page = KeyPage.of(after, keys.subList(from, to), to == keys.size());
            return ledger.inTransaction(INDEX, tx -> checked(tx, tx.claimFrontier(lease, seen, batch, page)));
        }

        /** Under the lane's lock, which the claim holds, nobody opens or closes a batch while we look. */
        private static Optional<Claim> checked(LedgerTransaction tx, Optional<Claim> claim) {
            if (claim.isPresent()) {
                Connection connection = Objects.requireNonNull(tx.unwrap(Connection.class));
                List<String> open = new ArrayList<>();
                Sql.texts(connection, "select items from stocktake_batch where state = 'OPEN'")
                        .forEach(items -> open.addAll(LedgerJson.items(items).keySet()));
                assertThat(open).as("products in flight").doesNotHaveDuplicates();
            }
            return claim;
        }

        private void end(Lease lease, Claim claim, Random random) {
            if (claim.items().isEmpty()) {
                return;
            }
            ProductKey first = claim.items().get(0).key();
            int how = random.nextInt(4);
            int splitLimit = random.nextInt(3);
            boolean ended = ledger.inTransaction(INDEX, tx -> switch (how) {
                case 0 -> tx.fail(lease, claim, Duration.ZERO, splitLimit);
                case 1 -> tx.suspect(lease, claim, Duration.ZERO);
                case 2 -> tx.confirm(lease, claim, Map.of(first, new Refusal("no", null)));
                default -> tx.confirm(lease, claim, Map.of());
            });
            assertThat(ended).as("nobody else closes batch %s", claim.batchId()).isTrue();
        }

        /** Walks to the end and confirms everything. */
        private void drain(Lease lease, List<ProductKey> keys) {
            markAll(false);
            Random random = new Random(seed);
            List<Claim> open = new ArrayList<>();
            for (int i = 0; !live().frontier().ended(); i++) {
                walk(lease, "last-walk-" + i, keys, random)
                        .filter(claim -> !claim.items().isEmpty())
                        .ifPresent(open::add);
            }
            open.forEach(claim -> assertThat(confirm(ledger, lease, claim)).isTrue());
            Optional<Claim> claim = claim(ledger, lease, "last-0", 50);
            for (int i = 1; claim.isPresent(); i++) {
                assertThat(confirm(ledger, lease, claim.get())).isTrue();
                claim = claim(ledger, lease, "last-" + i, 50);
            }
        }

        private Lease lane() {
            return ledger.inTransaction(INDEX, tx -> {
                Lease lease = tx.acquire("one", A_WHILE, Duration.ZERO).orElseThrow();
                tx.open(lease, new IndexIdentity("x"), 0);
                return lease;
            });
        }

        private Generation live() {
            return ledger.inTransaction(INDEX, LedgerTransaction::live).orElseThrow();
        }

        private void mark(String... keys) {
            ledger.inTransaction(INDEX, tx -> {
                tx.mark(ProductKey.all(keys), Reason.CHANGE, false);
                return null;
            });
        }

        /** A deposed instance has opened nothing, and the one that deposed it perhaps not yet. */
        private static Optional<Claim> claim(JdbcLedger ledger, Lease lease, String batch, int limit) {
            return ledger.inTransaction(
                    INDEX, tx -> checked(tx, tx.live().flatMap(live -> tx.claim(lease, live.number(), batch, limit))));
        }

        private static boolean confirm(JdbcLedger ledger, Lease lease, Claim claim) {
            return ledger.inTransaction(INDEX, tx -> tx.confirm(lease, claim, Map.of()));
        }

        private void together(int threads, IntConsumer work) {
            CountDownLatch start = new CountDownLatch(1);
            Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
            List<Thread> crowd = IntStream.range(0, threads)
                    .mapToObj(number -> new Thread(() -> {
                        try {
                            start.await();
                            work.accept(number);
                        } catch (Throwable e) {
                            failures.add(e);
                        }
                    }))
                    .toList();
            crowd.forEach(Thread::start);
            start.countDown();
            crowd.forEach(thread -> {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(failures).as("seed %s", seed).isEmpty();
        }
    }
}
