package dev.stocktake.bench;

import java.sql.SQLException;
import java.util.List;

/** What does a smart sync cost in which nothing changed? */
final class IdleCase implements Case {

    @Override
    public String name() {
        return "idle";
    }

    @Override
    public void run(Stage stage, Plan plan, Results results) throws SQLException {
        stage.sink().reset(false);
        for (int products : List.of(plan.small(), plan.largest())) {
            Shop shop = stage.shop(products);
            try (Subject subject = SmartSyncCase.synced(shop, stage)) {
                SmartSync idle = new SmartSync(subject, shop, stage.setUp(), 0);
                Rounds rounds = Rounds.of(stage.meter(), plan.warmUps(), plan.rounds(), List.of(idle));
                List<Measured> all = rounds.of(idle.name());
                results.figures(name(), products, idle.name(), all, SmartSyncCase.figures(idle.repeats()));
            }
        }
    }
}
