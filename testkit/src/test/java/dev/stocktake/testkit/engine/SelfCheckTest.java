package dev.stocktake.testkit.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.ChangeFeed;
import dev.stocktake.Coverage;
import dev.stocktake.ProductKey;
import dev.stocktake.SelfCheck;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncSchedule;
import dev.stocktake.Unread;
import dev.stocktake.testkit.InMemoryChangeFeed;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SelfCheckTest {

    private static final SyncSchedule SMART_AND_FULL = SyncSchedule.builder()
            .paced(Duration.ofMillis(200), Duration.ofSeconds(1), SyncPolicy.smart())
            .every(Duration.ofHours(24), SyncPolicy.full().inPlace())
            .build();
    private static final SyncSchedule SMART = SyncSchedule.builder()
            .every(Duration.ofSeconds(1), SyncPolicy.smart())
            .build();

    private final Shop shop = new Shop();

    private SelfCheck check(SyncSchedule schedule, InMemoryChangeFeed... others) {
        var builder = shop.builder(shop.index);
        for (InMemoryChangeFeed other : others) {
            builder.feed(other);
        }
        return builder.build().check(schedule);
    }

    private static Coverage trigger(String table) {
        return new Coverage(table, Coverage.By.TRIGGER, Duration.ZERO, true, List.of());
    }

    private static Coverage timestamp(String table, String... missing) {
        return new Coverage(table, Coverage.By.TIMESTAMP, Duration.ZERO, false, List.of(missing));
    }

    @Test
    void takesATableForCompleteIfACompleteFeedSeesItsDeletionsToo() {
        shop.feed.covers(trigger("stock"));

        SelfCheck check = check(SMART);

        assertThat(check.tables()).singleElement().satisfies(table -> {
            assertThat(table.complete()).isTrue();
            assertThat(table.sights().get(0).latest()).isEqualTo(Duration.ofSeconds(1));
        });
        assertThat(check.lossFree()).isTrue();
        assertThat(check.toString()).contains("stock  by trigger within 1 s, deletions too");
    }

    @Test
    void saysAfterHowLongAComparisonFindsWhatATimestampDoesNotShow() {
        shop.feed.completeness(ChangeFeed.Completeness.WITHIN_OVERLAP);
        shop.feed.covers(timestamp("stock", "No index begins with stock.updated_at: create one"));

        SelfCheck check = check(SMART_AND_FULL);

        assertThat(check.otherwiseFound()).contains(Duration.ofHours(24));
        assertThat(check.lossFree()).isTrue();
        assertThat(check.toString())
                .contains("by its timestamp within 1 s; what else changes, deletions among it:"
                        + " by comparing everything within 24 h")
                .contains("! No index begins with stock.updated_at: create one");
    }

    @Test
    void saysWhatAFeedHasNotTakenYet() {
        shop.feed.changed(ProductKey.of(1), ProductKey.of(2));

        SelfCheck check = check(SMART, new InMemoryChangeFeed("quiet"));

        assertThat(check.unread()).isEqualTo(Map.of("changes", new Unread(2, null), "quiet", new Unread(0, null)));
        assertThat(check.toString())
                .contains("feed 'changes' has not taken 2 entries yet")
                .doesNotContain("feed 'quiet' has");
        assertThat(shop.feed.pending()).hasSize(2);
    }

    @Test
    void saysNeverWhereNothingSeesATableAndNothingComparesIt() {
        shop.feed.completeness(ChangeFeed.Completeness.WITHIN_OVERLAP);
        shop.feed.covers(Coverage.nothing("product_tag"));

        SelfCheck check = check(SMART);

        assertThat(check.lossFree()).isFalse();
        assertThat(check.tables().get(0).seen()).isFalse();
        assertThat(check.toString()).contains("product_tag  every change: never found");
    }

    @Test
    void putsWhatSeveralFeedsSeeOfATableTogetherTheCompleteOneFirst() {
        shop.feed.completeness(ChangeFeed.Completeness.WITHIN_OVERLAP);
        shop.feed.covers(timestamp("stock"), Coverage.nothing("tag"));
        InMemoryChangeFeed log = new InMemoryChangeFeed("change-log");
        log.covers(trigger("stock"));

        SelfCheck check = check(SMART_AND_FULL, log);

        assertThat(check.tables()).extracting(SelfCheck.Table::name).containsExactly("stock", "tag");
        assertThat(check.tables().get(0).sights())
                .extracting(SelfCheck.Sight::feed)
                .containsExactly("change-log", "changes");
        assertThat(check.tables().get(0).complete()).isTrue();
        assertThat(check.tables().get(1).complete()).isFalse();
    }

    @Test
    void saysOnceWhatIsMissingOfSeveralTablesAndNotWhatNobodyMisses() {
        shop.feed.completeness(ChangeFeed.Completeness.WITHIN_OVERLAP);
        shop.feed.covers(
                timestamp("stock", "Open transactions cannot be seen", "No index on stock"),
                timestamp("price", "Open transactions cannot be seen"),
                timestamp("tag", "Open transactions cannot be seen"));
        InMemoryChangeFeed log = new InMemoryChangeFeed("change-log");
        log.covers(trigger("stock"));

        String text = check(SMART_AND_FULL, log).toString();

        assertThat(text.lines().filter(line -> line.contains("Open transactions cannot be seen")))
                .hasSize(1);
        assertThat(text).doesNotContain("No index on stock");
    }

    @Test
    void saysThatNoFeedIsAskedWhereTheScheduleTakesNoChanges() {
        shop.feed.covers(trigger("stock"));
        SyncSchedule full = SyncSchedule.builder()
                .every(Duration.ofHours(1), SyncPolicy.full().inPlace())
                .build();

        SelfCheck check = check(full);

        assertThat(check.tables().get(0).complete()).isFalse();
        assertThat(check.problems()).anyMatch(problem -> problem.contains("SyncPolicy.smart()"));
    }

    @Test
    void namesAFeedThatKnowsNoTables() {
        assertThat(check(SMART).problems()).contains("Feed 'changes' does not say which tables it sees");
    }

    @Test
    void namesWhatAFeedDoesNotSeeThatPromisesEverything() {
        shop.feed.covers(trigger("stock"));
        shop.feed.blindTo("Change log: H2 fires no trigger for TRUNCATE");

        SelfCheck check = check(SMART);

        assertThat(check.lossFree()).isTrue();
        assertThat(check.problems()).contains("Change log: H2 fires no trigger for TRUNCATE");
        assertThat(check.toString()).contains("! Change log: H2 fires no trigger for TRUNCATE");
        assertThat(shop.stocktake().guarantee(SMART).gaps()).contains("Change log: H2 fires no trigger for TRUNCATE");
    }

    @Test
    void doesNotSayTwiceWhatStandsWithATable() {
        shop.feed.covers(trigger("price"), Coverage.nothing("stock", "'stock' has no trigger; install it"));
        shop.feed.blindTo("Change log: 'stock' has no trigger; install it");

        assertThat(check(SMART).toString().lines().filter(line -> line.contains("has no trigger")))
                .hasSize(1);
        assertThat(shop.stocktake().guarantee(SMART).gaps().stream().filter(gap -> gap.contains("no trigger")))
                .hasSize(1);
    }

    @Test
    void takesNoFeedAtItsWordThatFindsATableWithoutItsTrigger() {
        shop.feed.covers(trigger("price"), Coverage.nothing("stock"));
        var stocktake = shop.stocktake();

        assertThat(stocktake.check(SMART).lossFree()).isFalse();
        assertThat(stocktake.guarantee(SMART).lossFree()).isFalse();
        assertThat(stocktake.guarantee(SMART).gaps())
                .contains("Feed 'changes' does not see every change of 'stock'")
                .anyMatch(gap -> gap.startsWith("A change that no feed sees is never found"));
        assertThat(stocktake.check(SMART_AND_FULL).lossFree()).isTrue();
        assertThat(stocktake.guarantee(SMART_AND_FULL).lossFree()).isTrue();
    }

    @Test
    void needsOneCompleteFeedForEachTableAndNoneForTheClock() {
        shop.feed.completeness(ChangeFeed.Completeness.WITHIN_OVERLAP);
        shop.feed.covers(timestamp("stock"), new Coverage("sales", Coverage.By.QUERY, Duration.ZERO, false, List.of()));
        shop.feed.blindTo("A deleted row leaves no timestamp");
        InMemoryChangeFeed log = new InMemoryChangeFeed("change-log");
        log.covers(trigger("stock"));
        var stocktake = shop.builder(shop.index).feed(log).build();

        assertThat(stocktake.guarantee(SMART).lossFree()).isTrue();
        assertThat(stocktake.check(SMART).lossFree()).isTrue();
        assertThat(stocktake.guarantee(SMART).gaps())
                .contains("Feed 'changes' alone: A deleted row leaves no timestamp");

        shop.feed.covers(timestamp("stock"), timestamp("tag"));
        assertThat(stocktake.guarantee(SMART).lossFree()).isFalse();
        assertThat(stocktake.check(SMART).lossFree()).isFalse();
    }

    @Test
    void countsAFullSyncOnlyWhereTheIndexTellsWhatItHolds() {
        shop.feed.completeness(ChangeFeed.Completeness.WITHIN_OVERLAP);
        shop.feed.covers(timestamp("stock"));
        var blind = shop.stocktake(shop.index.writeOnly());

        assertThat(blind.check(SMART_AND_FULL).lossFree()).isFalse();
        assertThat(blind.guarantee(SMART_AND_FULL).lossFree()).isFalse();
    }

    @Test
    void agreesWithTheGuarantee() {
        shop.feed.completeness(ChangeFeed.Completeness.WITHIN_OVERLAP);
        shop.feed.covers(timestamp("stock"));

        for (SyncSchedule schedule : List.of(SMART, SMART_AND_FULL)) {
            var stocktake = shop.stocktake();
            assertThat(stocktake.check(schedule).lossFree())
                    .isEqualTo(stocktake.guarantee(schedule).lossFree());
            assertThat(stocktake.check(schedule).otherwiseFound())
                    .isEqualTo(stocktake.guarantee(schedule).worstCase());
        }
    }

    @Test
    void looksAtTheScheduleThatRuns() {
        shop.feed.covers(timestamp("stock"));
        try (var stocktake = shop.stocktake()) {
            assertThat(stocktake.check().otherwiseFound())
                    .isEqualTo(stocktake.guarantee(SyncSchedule.recommended()).worstCase());

            stocktake.start(SMART);

            assertThat(stocktake.check().otherwiseFound()).isEmpty();
        }
    }
}
