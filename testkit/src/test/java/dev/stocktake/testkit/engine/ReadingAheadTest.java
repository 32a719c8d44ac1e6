package dev.stocktake.testkit.engine;

import static dev.stocktake.testkit.engine.Shop.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.AuditableIndex;
import dev.stocktake.ProductKey;
import dev.stocktake.ProductSource;
import dev.stocktake.Reason;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;
import dev.stocktake.SyncSettings;
import dev.stocktake.UnavailableException;
import dev.stocktake.WriteBatch;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A batch too large for one read is read by threads of their own, ahead of the lane. */
class ReadingAheadTest {

    private static final int MANY = 2_000;

    private final Shop shop = new Shop().products(MANY);
    private final Set<String> threads = ConcurrentHashMap.newKeySet();

    private Stocktake reading(int readers) {
        shop.source.beforeRead(keys -> threads.add(Thread.currentThread().getName()));
        return shop.settings(SyncSettings.defaults().withBatch(new SyncSettings.Batch(MANY, 1 << 20, 2, readers)))
                .stocktake();
    }

    @Test
    void readsWithAsManyThreadsAsItIsGiven() {
        CountDownLatch both = new CountDownLatch(2);
        try (Stocktake stocktake = reading(2)) {
            stocktake.run(SyncPolicy.full().inPlace());
            shop.source.beforeRead(keys -> {
                if (Thread.currentThread().getName().contains("reader")) {
                    both.countDown();
                    meet(both);
                }
            });

            SyncReport report = stocktake.run(SyncPolicy.full().inPlace());

            assertThat(report.outcome()).isEqualTo(SyncReport.Outcome.COMPLETE);
            assertThat(both.getCount()).isZero();
        }
        shop.assertIndexIsTrue();
        assertThat(threads).contains("stocktake-" + Shop.INDEX + "-reader-1", "stocktake-" + Shop.INDEX + "-reader-2");
    }

    private static void meet(CountDownLatch both) {
        try {
            assertThat(both.await(30, TimeUnit.SECONDS)).as("two reads at once").isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void readsByItselfIfItIsGivenNone() {
        reading(0).run(SyncPolicy.full().inPlace());

        shop.assertIndexIsTrue();
        assertThat(threads).containsExactly(Thread.currentThread().getName());
    }

    @Test
    void readsAFewProductsByItself() {
        Stocktake stocktake = reading(2);
        stocktake.run(SyncPolicy.full().inPlace());
        threads.clear();
        shop.change(key(7), 1);

        stocktake.run(SyncPolicy.smart());

        shop.assertIndexIsTrue();
        assertThat(threads).containsExactly(Thread.currentThread().getName());
    }

    @Test
    void losesNothingWhenAReadFailsThatNobodyWaitsForYet() {
        AtomicInteger reads = new AtomicInteger();
        shop.source.beforeRead(keys -> {
            if (reads.incrementAndGet() == 3) {
                throw new UnavailableException("The database is away", null);
            }
        });

        SyncReport report = reading(2).run(SyncPolicy.full().inPlace());

        assertThat(report.outcome()).isEqualTo(SyncReport.Outcome.COMPLETE);
        shop.assertIndexIsTrue();
        shop.assertLedgerIsEmpty();
    }

    @Test
    void readsOnByItselfWhenItIsClosedMeanwhile() {
        Stocktake stocktake = reading(1);
        stocktake.run(SyncPolicy.full().inPlace());
        AtomicInteger reads = new AtomicInteger();
        for (int i = 0; i < MANY; i++) {
            shop.change(key(i), 3);
        }
        shop.source.beforeRead(keys -> {
            if (reads.incrementAndGet() == 1) {
                stocktake.close();
            }
        });

        SyncReport report = stocktake.run(SyncPolicy.smart());

        assertThat(report.counts().written()).as("the batch that was begun").isPositive();
        shop.stocktake().run(SyncPolicy.smart());
        shop.assertIndexIsTrue();
    }

    private Stocktake inPages(int products, AuditableIndex index) {
        return shop.settings(SyncSettings.defaults().withBatch(new SyncSettings.Batch(products, 1 << 20, 2, 1)))
                .stocktake(index);
    }

    @Test
    void readsTheNextPageWhileOneIsSent() {
        Set<ProductKey> read = ConcurrentHashMap.newKeySet();
        CountDownLatch next = new CountDownLatch(501);
        shop.source.beforeRead(keys -> keys.forEach(key -> {
            if (read.add(key)) {
                next.countDown();
            }
        }));
        AtomicInteger writes = new AtomicInteger();
        AuditableIndex index = before("write", () -> {
            if (writes.incrementAndGet() == 1) {
                meet(next);
            }
        });

        inPages(500, index).run(SyncPolicy.full());

        shop.assertIndexIsTrue();
        shop.assertLedgerIsEmpty();
    }

    @Test
    void claimsNoMoreThanMayBeInFlight() {
        AtomicInteger most = new AtomicInteger();
        AuditableIndex index = before(
                "write",
                () -> most.accumulateAndGet(shop.ledger.openBatches(Shop.INDEX).size(), Math::max));

        inPages(200, index).run(SyncPolicy.full());

        assertThat(most).hasValue(2);
        shop.assertIndexIsTrue();
    }

    @Test
    void marksWhatItClaimedAheadWhenItIsStopped() {
        AtomicInteger writes = new AtomicInteger();
        Stocktake[] stocktake = new Stocktake[1];
        stocktake[0] = inPages(500, before("write", () -> {
            if (writes.incrementAndGet() == 2) {
                stocktake[0].close();
            }
        }));

        SyncReport report = stocktake[0].run(SyncPolicy.full());

        assertThat(report.outcome()).isEqualTo(SyncReport.Outcome.INCOMPLETE);
        assertThat(report.counts().written()).isEqualTo(1_000);
        assertThat(shop.ledger.openBatches(Shop.INDEX)).isEmpty();
        SyncReport rest = inPages(500, before("write", () -> {})).run(SyncPolicy.smart());
        assertThat(rest.counts().written()).isEqualTo(MANY - 1_000L);
        shop.assertIndexIsTrue();
        shop.assertLedgerIsEmpty();
    }

    /** @param read is told what was read */
    private CountDownLatch whenMoreThanAPageIsRead(Set<ProductKey> read) {
        CountDownLatch more = new CountDownLatch(501);
        shop.source.beforeRead(keys -> keys.forEach(key -> {
            if (read.add(key)) {
                more.countDown();
            }
        }));
        return more;
    }

    @Test
    void losesNoChangeOfAProductThatWasReadAhead() {
        AtomicInteger writes = new AtomicInteger();
        Set<ProductKey> read = ConcurrentHashMap.newKeySet();
        CountDownLatch next = whenMoreThanAPageIsRead(read);
        AuditableIndex index = before("write", () -> {
            if (writes.incrementAndGet() == 1) {
                meet(next);
                read.forEach(key -> shop.change(key, 77));
            }
        });

        Stocktake stocktake = inPages(500, index);
        stocktake.run(SyncPolicy.full());
        stocktake.run(SyncPolicy.smart());

        shop.assertIndexIsTrue();
        shop.assertLedgerIsEmpty();
    }

    @Test
    void readsAgainWhatSomebodyAskedForAfterItWasReadAhead() {
        AtomicInteger writes = new AtomicInteger();
        CountDownLatch next = whenMoreThanAPageIsRead(ConcurrentHashMap.newKeySet());
        ProductKey late = key(600);
        AuditableIndex index = before("write", () -> {
            if (writes.incrementAndGet() == 1) {
                meet(next);
                shop.stock(late, 77);
                shop.ledger.inTransaction(Shop.INDEX, tx -> {
                    tx.mark(Set.of(late), Reason.DEMAND, false);
                    return null;
                });
            }
        });

        inPages(500, index).run(SyncPolicy.full());

        assertThat(shop.index.documents().get(late)).isEqualTo(Shop.document(late, 77));
        shop.assertIndexIsTrue();
        shop.assertLedgerIsEmpty();
    }

    @Test
    void goesOnWhenTheNextPageCannotBeClaimedAhead() {
        AtomicInteger pages = new AtomicInteger();
        ProductSource source = before(ProductSource.class, shop.source, "keys", () -> {
            if (pages.incrementAndGet() == 2) {
                throw new UnavailableException("The database is away", null);
            }
        });
        Stocktake stocktake = Stocktake.builder(source, shop.index, shop.ledger)
                .settings(SyncSettings.defaults().withBatch(new SyncSettings.Batch(500, 1 << 20, 2, 1)))
                .sleeper(shop.time)
                .build();

        SyncReport report = stocktake.run(SyncPolicy.full());

        assertThat(report.outcome()).isEqualTo(SyncReport.Outcome.COMPLETE);
        assertThat(pages).hasValueGreaterThan(MANY / 500);
        shop.assertIndexIsTrue();
    }

    @Test
    void spellsWhatIsSentWhereItIsReadAndNothingElse() {
        Set<ProductKey> spelt = ConcurrentHashMap.newKeySet();
        AuditableIndex index = (AuditableIndex) Proxy.newProxyInstance(
                AuditableIndex.class.getClassLoader(), new Class<?>[] {AuditableIndex.class}, (proxy, method, args) -> {
                    if (method.getName().equals("spell")) {
                        threads.add(Thread.currentThread().getName());
                        spelt.add((ProductKey) args[0]);
                        return args[0] + " " + args[2];
                    }
                    if (method.getName().equals("write")) {
                        ((WriteBatch) args[0])
                                .upserts()
                                .forEach(upsert -> assertThat(upsert.spelt())
                                        .isEqualTo(upsert.key() + " " + upsert.fingerprint()));
                    }
                    return method.invoke(shop.index, args);
                });
        Stocktake stocktake = inPages(500, index);

        stocktake.run(SyncPolicy.full().inPlace());

        assertThat(spelt).hasSize(MANY);
        assertThat(threads).contains("stocktake-" + Shop.INDEX + "-reader-1");
        shop.assertIndexIsTrue();

        spelt.clear();
        shop.stock(key(7), 77);
        stocktake.run(SyncPolicy.full().inPlace());

        assertThat(spelt).as("what is as the index has it").containsExactly(key(7));
        shop.assertIndexIsTrue();
    }

    private AuditableIndex before(String name, Runnable what) {
        return before(AuditableIndex.class, shop.index, name, what);
    }

    private static <T> T before(Class<T> port, T real, String name, Runnable what) {
        return port.cast(Proxy.newProxyInstance(port.getClassLoader(), new Class<?>[] {port}, (proxy, method, args) -> {
            if (method.getName().equals(name)) {
                what.run();
            }
            return method.invoke(real, args);
        }));
    }

    @Test
    void seldomAsksAnEmptyIndexWhatItHolds() {
        AtomicInteger asked = new AtomicInteger();
        AuditableIndex index = counting(asked);

        Stocktake stocktake = shop.settings(
                        SyncSettings.defaults().withBatch(new SyncSettings.Batch(100, 1 << 20, 2, 0)))
                .stocktake(index);

        stocktake.run(SyncPolicy.full().inPlace());

        shop.assertIndexIsTrue();
        assertThat(asked.getAndSet(0)).as("asked for while the index filled").isBetween(200, MANY / 3);

        SyncReport again = stocktake.run(SyncPolicy.full().inPlace());

        assertThat(again.counts().unchanged()).isEqualTo(MANY);
        assertThat(asked.get()).as("asked for while nothing differed").isEqualTo(MANY);
    }

    @Test
    void anAuditReadsOnePageWhileItComparesTheOneBefore() {
        Stocktake stocktake = reading(1);
        stocktake.run(SyncPolicy.full());
        shop.stock(key(1_700), 3);
        threads.clear();

        SyncReport report = stocktake.run(SyncPolicy.audit());

        assertThat(report.outcome()).isEqualTo(SyncReport.Outcome.COMPLETE);
        assertThat(report.compared().orElseThrow().total()).isOne();
        shop.assertIndexIsTrue();
        assertThat(threads).contains("stocktake-" + Shop.INDEX + "-reader-1");
    }

    @Test
    void anAuditReadsByItselfIfItIsGivenNoThread() {
        Stocktake stocktake = reading(0);
        stocktake.run(SyncPolicy.full());

        stocktake.run(SyncPolicy.audit());

        assertThat(threads).containsExactly(Thread.currentThread().getName());
    }

    @Test
    void whatAnAuditReadTooEarlyIsNoDrift() {
        AtomicReference<Consumer<Collection<ProductKey>>> asked = new AtomicReference<>(keys -> {});
        Stocktake stocktake = shop.settings(
                        SyncSettings.defaults().withBatch(new SyncSettings.Batch(MANY, 1 << 20, 2, 1)))
                .stocktake(asked(keys -> asked.get().accept(keys)));
        stocktake.run(SyncPolicy.full());
        List<ProductKey> changed = new ArrayList<>();
        asked.set(keys -> {
            if (keys.size() > 1 && changed.size() < 3) {
                // Both sides of this page's first product change after the page was read.
                ProductKey first = keys.iterator().next();
                changed.add(first);
                shop.change(first, 4);
                stocktake.sync(first.value());
            }
        });

        SyncReport report = stocktake.run(SyncPolicy.audit().dryRun());

        assertThat(changed).hasSize(3);
        assertThat(report.compared().orElseThrow().total()).isZero();
        shop.assertIndexIsTrue();
    }

    @Test
    void anAuditGoesOnWhenAPageCannotBeReadAhead() {
        Stocktake stocktake = reading(1);
        stocktake.run(SyncPolicy.full());
        shop.stock(key(3), 3);
        AtomicInteger failures = new AtomicInteger();
        shop.source.beforeRead(keys -> {
            if (Thread.currentThread().getName().contains("reader") && failures.getAndIncrement() == 0) {
                throw new UnavailableException("The database is away", null);
            }
        });

        SyncReport report = stocktake.run(SyncPolicy.audit());

        assertThat(failures.get()).isGreaterThan(1);
        assertThat(report.outcome()).isEqualTo(SyncReport.Outcome.COMPLETE);
        assertThat(report.compared().orElseThrow().products()).isEqualTo(MANY);
        shop.assertIndexIsTrue();
    }

    private AuditableIndex counting(AtomicInteger asked) {
        return asked(keys -> asked.addAndGet(keys.size()));
    }

    /** The index, whose owner is told which products' fingerprints it is about to give. */
    private AuditableIndex asked(Consumer<Collection<ProductKey>> listener) {
        return (AuditableIndex) Proxy.newProxyInstance(
                AuditableIndex.class.getClassLoader(), new Class<?>[] {AuditableIndex.class}, (proxy, method, args) -> {
                    if (method.getName().equals("fingerprints") && args.length == 1) {
                        listener.accept(keys(args[0]));
                    }
                    return method.invoke(shop.index, args);
                });
    }

    private static List<ProductKey> keys(Object argument) {
        return ((Collection<?>) argument).stream().map(ProductKey.class::cast).toList();
    }
}
