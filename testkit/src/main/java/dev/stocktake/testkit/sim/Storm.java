package dev.stocktake.testkit.sim;

/** What goes wrong on the way and with the servers, and when. Calm once it is {@linkplain #end over}. */
final class Storm {

    private final World world;
    private final Scenario scenario;
    private final Conductor time;
    private final Dice dice;
    private final History history;
    private boolean over;
    private long serverDownTo;
    private long databaseDownTo;
    private int onTheWire;

    Storm(World world) {
        this.world = world;
        this.scenario = world.scenario();
        this.time = world.time();
        this.dice = world.dice();
        this.history = world.history();
    }

    void begin() {
        every(Knob.OUTAGE_EVERY, this::serverGoesDown);
        every(Knob.OUTAGE_EVERY, this::databaseGoesDown);
    }

    /** Lets something happen again and again, this often on average, until the storm is over. */
    void every(Knob knob, Runnable happening) {
        if (scenario.on(knob)) {
            time.after(dice.next(scenario.whole(knob)), () -> {
                if (!over) {
                    happening.run();
                    every(knob, happening);
                }
            });
        }
    }

    private void serverGoesDown() {
        long length = dice.anyScale(1_000, scenario.whole(Knob.LONGEST_OUTAGE));
        serverDownTo = time.now() + length;
        world.count(Happening.INDEX_DOWN);
        history.event(() -> "the index is down for " + length + " ms");
    }

    private void databaseGoesDown() {
        long length = dice.anyScale(500, scenario.whole(Knob.LONGEST_OUTAGE) / 4);
        databaseDownTo = time.now() + length;
        world.count(Happening.DATABASE_DOWN);
        history.event(() -> "the database is down for " + length + " ms");
    }

    /** For a reason of its own. */
    void databaseIsDown(long length) {
        databaseDownTo = Math.max(databaseDownTo, time.now() + length);
    }

    void end() {
        over = true;
        serverDownTo = 0;
        databaseDownTo = 0;
        history.event(() -> "nothing goes wrong any more");
    }

    boolean isOver() {
        return over;
    }

    boolean serverDown() {
        return time.now() < serverDownTo;
    }

    long untilServerIsUp() {
        return serverDownTo - time.now();
    }

    boolean databaseDown() {
        return time.now() < databaseDownTo;
    }

    /** Whether it goes wrong this time. */
    boolean strikes(Knob probability) {
        return !over && dice.chance(scenario.of(probability));
    }

    /** How long something stays on the wire that is late. */
    long lateness() {
        return dice.anyScale(500, scenario.whole(Knob.LATEST));
    }

    void sent() {
        onTheWire++;
    }

    void arrived() {
        onTheWire--;
    }

    boolean nothingOnTheWire() {
        return onTheWire == 0;
    }
}
