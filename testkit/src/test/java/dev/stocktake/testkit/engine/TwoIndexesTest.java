package dev.stocktake.testkit.engine;

import static dev.stocktake.testkit.engine.Shop.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.Stocktake;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;
import dev.stocktake.testkit.InMemoryChangeFeed;
import dev.stocktake.testkit.InMemoryIndex;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Two indexes of one database, with their books in one ledger. */
class TwoIndexesTest {

    private final Shop shop = new Shop().products(5);
    private final InMemoryIndex soundIndex = new InMemoryIndex("sound");
    private final InMemoryChangeFeed soundFeed = new InMemoryChangeFeed();
    private final Stocktake sick = shop.stocktake();
    private final Stocktake sound = Stocktake.builder(shop.source, soundIndex, shop.ledger)
            .feed(soundFeed)
            .clock(shop.time)
            .sleeper(shop.time)
            .build();

    @Test
    void theSickOneStopsNobodyAndIsNotCalledHealthy() {
        sick.run(SyncPolicy.full().inPlace());
        sound.run(SyncPolicy.full().inPlace());
        shop.index.down();
        shop.change(key(1), 0);
        soundFeed.changed(key(1));

        SyncReport failed = sick.run(SyncPolicy.smart());
        shop.pass(Duration.ofMinutes(1));
        SyncReport done = sound.run(SyncPolicy.smart());

        assertThat(done.complete()).isTrue();
        assertThat(soundIndex.documents()).isEqualTo(shop.source.documents());
        assertThat(sound.status().clean()).isTrue();
        assertThat(failed.outcome()).isEqualTo(SyncReport.Outcome.INCOMPLETE);
        assertThat(sick.status().clean()).isFalse();
        assertThat(sick.status().lastRun()).isEqualTo(failed);
        assertThat(sick.status().oldestMarkAge())
                .hasValueSatisfying(age -> assertThat(age).isGreaterThanOrEqualTo(Duration.ofMinutes(1)));
    }

    @Test
    void theSickOneIsMadeTrueWhenItIsWell() {
        sick.run(SyncPolicy.full().inPlace());
        sound.run(SyncPolicy.full().inPlace());
        shop.index.down();
        shop.change(key(1), 0);
        soundFeed.changed(key(1));
        sick.run(SyncPolicy.smart());
        sound.run(SyncPolicy.smart());

        shop.index.up();

        assertThat(sick.run(SyncPolicy.smart()).complete()).isTrue();
        shop.assertIndexIsTrue();
        assertThat(sick.status().clean()).isTrue();
    }
}
