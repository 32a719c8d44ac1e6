package dev.stocktake.testkit.sim;

import org.jspecify.annotations.Nullable;

/** What the shop's own people and programs do to its database. */
final class Trade {

    private static final long STATEMENT = 40;

    private final World world;
    private final Scenario scenario;
    private final Shop shop;
    private final Dice dice;
    private final Conductor time;

    Trade(World world) {
        this.world = world;
        this.scenario = world.scenario();
        this.shop = world.shop();
        this.dice = world.dice();
        this.time = world.time();
    }

    /** Fills the shop and opens it. */
    void begin() {
        Shop.Transaction stock = shop.begin();
        for (int product = 0; product < shop.products(); product++) {
            if (dice.chance(0.8)) {
                stock.write(product, new Shop.Row(dice.oneOf(Value.STOCK), 0, null), false);
            }
        }
        stock.commit();
        time.after(dice.next(scenario.whole(Knob.CHANGE_EVERY)), this::transact);
        world.storm().every(Knob.GAP_EVERY, this::loseLog);
        world.storm().every(Knob.BLANK_EVERY, this::goBlank);
    }

    private void goBlank() {
        long length = dice.anyScale(5_000, scenario.whole(Knob.LONGEST_BLANK));
        shop.blankUntil(Math.min(world.end(), time.now() + length));
        world.checker().blank();
        world.count(Happening.SOURCE_BLANK);
        world.history().event(() -> "every query of products finds nothing for " + length + " ms");
    }

    private void loseLog() {
        shop.loseLog();
        world.count(Happening.LOG_LOST);
        world.history().event(() -> "the change log is lost");
    }

    private void transact() {
        if (world.storm().isOver()) {
            return;
        }
        long end = hold();
        int statements = 1 + dice.below(4);
        Shop.Transaction transaction = shop.begin();
        for (int i = 0; i < statements; i++) {
            time.after(Math.min(end, i * STATEMENT), () -> state(transaction));
        }
        boolean rollback = dice.chance(scenario.of(Knob.ROLLBACKS));
        time.after(end, () -> end(transaction, rollback));
        time.after(dice.next(scenario.whole(Knob.CHANGE_EVERY)), this::transact);
    }

    private long hold() {
        long rest = Math.max(1, world.end() - time.now());
        return Math.min(
                rest,
                dice.chance(scenario.of(Knob.LONG))
                        ? dice.anyScale(2_000, scenario.whole(Knob.LONGEST))
                        : dice.anyScale(5, 2_000));
    }

    private void end(Shop.Transaction transaction, boolean rollback) {
        if (rollback || transaction.isGone()) {
            transaction.rollback();
            world.count(Happening.ROLLED_BACK);
        } else {
            transaction.commit();
            world.count(Happening.COMMITTED);
            world.history().note(() -> "the shop commits " + transaction, transaction::keys);
        }
    }

    private void state(Shop.Transaction transaction) {
        int product = dice.below(shop.products());
        Shop.Row old = transaction.read(product);
        Shop.Row changed = change(old);
        boolean logged = !dice.chance(scenario.of(Knob.SILENT));
        if (old != null || changed != null) {
            transaction.write(product, changed, logged);
        }
    }

    private Shop.@Nullable Row change(Shop.@Nullable Row old) {
        if (dice.chance(scenario.of(Knob.DELETES))) {
            return null;
        }
        Value value = value(old);
        return new Shop.Row(value, stamp(old), turn(value));
    }

    /** Nobody knows when a row can be read again. */
    private Shop.@Nullable Turn turn(Value value) {
        if (value == Value.UNREADABLE || !scenario.on(Knob.TIMED) || !dice.chance(scenario.of(Knob.TIMED))) {
            return null;
        }
        long at = time.now() + dice.anyScale(500, 300_000);
        return new Shop.Turn(at, dice.chance(0.2) ? Value.ABSENT : dice.oneOf(Value.STOCK));
    }

    private Value value(Shop.@Nullable Row old) {
        if (dice.chance(scenario.of(Knob.DRAFTS))) {
            return Value.ABSENT;
        }
        if (dice.chance(scenario.of(Knob.POISON))) {
            return Value.POISON;
        }
        if (dice.chance(scenario.of(Knob.OVERSIZED))) {
            return Value.OVERSIZED;
        }
        if (dice.chance(scenario.of(Knob.UNREADABLE))) {
            return Value.UNREADABLE;
        }
        return old != null && dice.chance(0.1) ? old.value() : dice.oneOf(Value.STOCK);
    }

    private long stamp(Shop.@Nullable Row old) {
        if (old != null && dice.chance(scenario.of(Knob.UNSTAMPED))) {
            return old.stamp();
        }
        return time.now() + scenario.whole(Knob.SKEW) * (dice.below(3) - 1);
    }
}
