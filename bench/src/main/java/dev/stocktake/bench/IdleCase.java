package dev.stocktake.bench;

import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncSchedule;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/** What does a smart sync cost in which nothing changed: run by hand, and as one of a schedule's? */
final class IdleCase implements Case {

    private static final SyncSchedule OFTEN = SyncSchedule.builder()
            .every(Duration.ofMillis(20), SyncPolicy.smart())
            .build();

    @Override
    public String name() {
        return "idle";
    }

    @Override
    public void run(Stage stage, Plan plan, Results results) throws SQLException {
        stage.sink().reset(false);
        for (int products : List.of(plan.small(), plan.largest())) {
            Shop shop = stage.shop(products);
            IdleSchedule schedule = new IdleSchedule(shop);
            try (Subject subject = SmartSyncCase.synced(shop, stage, schedule);
                    schedule) {
                SmartSync byHand = SmartSync.idle(subject, shop);
                tell(stage, plan, results, shop, byHand, byHand.repeats());
                subject.start(OFTEN);
                tell(stage, plan, results, shop, schedule, IdleSchedule.PASSES);
            }
        }
    }

    private void tell(Stage stage, Plan plan, Results results, Shop shop, Contestant contestant, int runs)
            throws SQLException {
        Rounds rounds = Rounds.of(stage.meter(), plan.warmUps(), plan.rounds(), List.of(contestant));
        results.figures(
                name(), shop.products(), contestant.name(), rounds.of(contestant.name()), SmartSyncCase.figures(runs));
    }
}
