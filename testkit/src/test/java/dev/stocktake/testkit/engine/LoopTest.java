package dev.stocktake.testkit.engine;

import static dev.stocktake.testkit.engine.Shop.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stocktake.Sleeper;
import dev.stocktake.Stocktake;
import dev.stocktake.StoppedException;
import dev.stocktake.SyncListener;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;
import dev.stocktake.SyncSchedule;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The loop on its own thread, in real time; everything about time itself is told in virtual time elsewhere. */
class LoopTest {

    private final Shop shop = new Shop(InstantSource.system()).products(20).batches(5, 2);
    private final Stocktake stocktake = shop.builder(shop.index)
            .clock(InstantSource.system())
            .sleeper(Sleeper.system())
            .build();

    private static SyncSchedule quick() {
        return SyncSchedule.builder()
                .paced(Duration.ofMillis(5), Duration.ofMillis(20), SyncPolicy.smart())
                .every(Duration.ofHours(1), SyncPolicy.full().inPlace())
                .build();
    }

    @AfterEach
    void close() {
        stocktake.close();
    }

    private void awaitTruth() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> shop.index.documents().equals(shop.source.documents()));
    }

    @Test
    void keepsTheIndexTrueByItself() {
        stocktake.start(quick());
        awaitTruth();

        shop.change(key(3), 0);

        awaitTruth();
    }

    @Test
    void outlivesAnOutage() {
        stocktake.start(quick());
        awaitTruth();
        shop.index.down();
        shop.change(key(3), 0);
        Awaitility.await().until(() -> shop.feed.pending().isEmpty());
        shop.index.up();

        awaitTruth();
    }

    @Test
    void outlivesAListenerThatIsBroken() {
        AtomicBoolean broken = new AtomicBoolean(true);
        Stocktake listened = shop.builder(shop.index)
                .clock(InstantSource.system())
                .sleeper(Sleeper.system())
                .listener(new SyncListener() {
                    @Override
                    public void started(String index, String policy) {
                        if (broken.getAndSet(false)) {
                            throw new NoClassDefFoundError("somebody's metrics");
                        }
                    }
                })
                .build();
        try (listened) {
            listened.start(quick());

            awaitTruth();
        }
        assertThat(broken).isFalse();
    }

    @Test
    void letsOthersAskForAProductMeanwhile() {
        stocktake.start(quick());
        awaitTruth();
        shop.stock(key(5), 1);

        SyncReport report = stocktake.run(SyncPolicy.products(java.util.List.of(key(5))));

        assertThat(report.complete()).isTrue();
        shop.assertIndexIsTrue();
    }

    @Test
    void endsItsThreadAndGivesTheLaneBackWhenClosed() {
        stocktake.start(quick());
        awaitTruth();

        stocktake.close();

        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().equals("stocktake-" + Shop.INDEX) && thread.isAlive());
        assertThat(shop.ledger.<Boolean>inTransaction(
                        Shop.INDEX, tx -> tx.holder().isEmpty()))
                .isTrue();
        assertThatThrownBy(() -> stocktake.run(SyncPolicy.full().inPlace())).isInstanceOf(StoppedException.class);
    }

    @Test
    void endsSoonInTheMiddleOfARunAndLosesNothing() {
        shop.index.applyLater();
        stocktake.start(quick());
        Awaitility.await().until(() -> shop.index.waitingTasks() > 0);

        assertThat(CompletableFuture.runAsync(stocktake::close)).succeedsWithin(Duration.ofSeconds(20));

        shop.index.applyAtOnce();
        assertThat(another().run(SyncPolicy.smart()).complete()).isTrue();
        shop.assertIndexIsTrue();
        shop.assertLedgerIsEmpty();
    }

    @Test
    void endsEvenIfTheDatabaseDoesNotAnswer() {
        AtomicBoolean hangs = new AtomicBoolean(true);
        CountDownLatch read = new CountDownLatch(1);
        shop.source.beforeRead(keys -> {
            read.countDown();
            if (hangs.get()) {
                hang();
            }
        });
        stocktake.start(quick());
        Awaitility.await().until(() -> read.getCount() == 0);

        assertThat(CompletableFuture.runAsync(stocktake::close)).succeedsWithin(Duration.ofSeconds(20));

        hangs.set(false);
        assertThat(another().run(SyncPolicy.smart()).complete()).isTrue();
        shop.assertIndexIsTrue();
        shop.assertLedgerIsEmpty();
    }

    private static void hang() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoppedException("Interrupted while reading", e);
        }
    }

    private Stocktake another() {
        return shop.builder(shop.index)
                .clock(InstantSource.system())
                .sleeper(Sleeper.system())
                .build();
    }

    @Test
    void startsOnceOnly() {
        stocktake.start(quick());

        assertThatThrownBy(() -> stocktake.start(quick())).isInstanceOf(IllegalStateException.class);
    }
}
