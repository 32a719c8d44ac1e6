package dev.stocktake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.testkit.InMemoryIndex;
import dev.stocktake.testkit.InMemoryLedger;
import dev.stocktake.testkit.InMemoryProductSource;
import dev.stocktake.testkit.VirtualTime;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** However many instances run a schedule, its walks over everything happen once in their interval. */
class ScheduledWalksTest {

    private static final Duration DAY = Duration.ofDays(1);

    private final VirtualTime time = new VirtualTime();
    private final InMemoryLedger ledger = new InMemoryLedger(time);
    private final InMemoryProductSource source = new InMemoryProductSource();
    private final InMemoryIndex index = new InMemoryIndex("products");
    private final Instance one = new Instance("one");
    private final Instance two = new Instance("two");

    ScheduledWalksTest() {
        source.put(ProductKey.of("p"), Document.builder().put("stock", 1).build());
        one.run();
    }

    /** An instance whose schedule runs a full sync every day. */
    private final class Instance {

        private final String name;
        private final ScheduledPolicy policy =
                new ScheduledPolicy(SyncPolicy.full().inPlace(), DAY);
        private final Stocktake stocktake;

        Instance(String name) {
            this.name = name;
            this.stocktake = Stocktake.builder(source, index, ledger)
                    .clock(time)
                    .sleeper(time)
                    .random(new Random(name.hashCode()))
                    .instance(name)
                    .build();
        }

        /** How many products the run looked at. */
        long run() {
            return report().counts().found();
        }

        SyncReport report() {
            Surroundings around = new Surroundings(time, time, time, new Random(1), name, Rule.ALL);
            Run run = new Run("products", "full", Run.Patience.LEAVES, around, SyncListener.NONE);
            return stocktake.run(policy, run, () -> {});
        }
    }

    @Test
    void happenOnceInTheirIntervalWhoeverMakesThem() {
        time.clock().advance(Duration.ofHours(6));

        assertThat(two.report().outcome()).isEqualTo(SyncReport.Outcome.ELSEWHERE);
        assertThat(two.run()).isZero();
        assertThat(two.policy.rest()).isEqualTo(Duration.ofHours(18));

        time.clock().advance(two.policy.rest());
        assertThat(two.run()).isEqualTo(1);
        assertThat(two.policy.rest()).isZero();
        assertThat(one.run()).isZero();
        assertThat(one.policy.rest()).isEqualTo(DAY);
    }

    @Test
    void areNotRepeatedByAnInstanceThatIsStartedAgain() {
        time.clock().advance(Duration.ofHours(1));

        assertThat(new Instance("one again").run()).isZero();
    }

    @Test
    void doNotKeepAnybodyFromAskingForOne() {
        assertThat(two.stocktake.run(SyncPolicy.full().inPlace()).counts().found())
                .isEqualTo(1);
        assertThat(two.stocktake.run(SyncPolicy.full().inPlace()).counts().found())
                .isEqualTo(1);
    }

    @Test
    void happenAtOnceForANewVersionOfTheProjection() {
        source.projectionVersion("2");

        assertThat(two.run()).isEqualTo(1);
        assertThat(one.run()).isZero();
    }

    @Test
    void happenAlthoughTheClockOfTheLedgerWasSetBack() {
        time.clock().advance(Duration.ofDays(-300));

        assertThat(two.run()).isEqualTo(1);
    }

    @Test
    void lookAlsoAtWhatWasLookedAtSinceAWalkThatHasNotTakenItsFirstStep() {
        ProductKey product = ProductKey.of("p");
        source.unreadable(product, "The price is text");
        ledger.inTransaction("products", tx -> {
            tx.markAll(false);
            return true;
        });
        two.stocktake.sync(product.value());
        source.put(product, Document.builder().put("title", "Mended").build());
        time.clock().advance(DAY);

        assertThat(two.report().complete()).isTrue();
        assertThat(index.documents()).isEqualTo(source.documents());
    }
}
