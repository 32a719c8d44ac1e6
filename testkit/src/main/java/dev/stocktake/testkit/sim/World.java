package dev.stocktake.testkit.sim;

import dev.stocktake.testkit.InMemoryLedger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Everything there is in one schedule. */
final class World {

    private static final long CHECK_EVERY = 5_000;
    private static final long STABLE_FOR = 60_000;

    private final Crew crew;
    private final Scenario scenario;
    private final Conductor time;
    private final Dice dice;
    private final History history;
    private final Census census = new Census();
    private final Storm storm;
    private final Shop shop;
    private final Server server;
    private final InMemoryLedger ledger;
    private final Checker checker;
    private final Staleness staleness;
    private final List<Node> nodes = new ArrayList<>();
    private final Actor director;
    private long trueSince = -1;
    private boolean becameTrue;

    World(Scenario kind, long seed, Crew crew, boolean kept) {
        this.crew = crew;
        this.time = new Conductor(crew);
        this.dice = new Dice(seed);
        this.scenario = kind.drawn(dice);
        this.history = new History(time, kept);
        this.storm = new Storm(this);
        this.shop = new Shop((int) scenario.whole(Knob.PRODUCTS), time);
        this.server = new Server(this);
        this.ledger = scenario.ledger(time);
        this.ledger.keepSuspects(Duration.ofMillis(scenario.whole(Knob.SUSPECTS_KEPT)));
        this.checker = new Checker(this);
        this.staleness = new Staleness(this);
        this.director = new Actor("director", time, () -> {});
    }

    Crew crew() {
        return crew;
    }

    Scenario scenario() {
        return scenario;
    }

    Conductor time() {
        return time;
    }

    Dice dice() {
        return dice;
    }

    History history() {
        return history;
    }

    void count(Happening what) {
        census.count(what);
    }

    Census census() {
        return census;
    }

    Storm storm() {
        return storm;
    }

    Shop shop() {
        return shop;
    }

    Server server() {
        return server;
    }

    InMemoryLedger ledger() {
        return ledger;
    }

    Checker checker() {
        return checker;
    }

    Staleness staleness() {
        return staleness;
    }

    /** When the storm ends. */
    long end() {
        return scenario.whole(Knob.STORM);
    }

    /** Plays the whole schedule. */
    void play() {
        new Trade(this).begin();
        new Meddler(this).begin();
        new Restorer(this).begin();
        storm.begin();
        for (int i = 1; i <= scenario.whole(Knob.NODES); i++) {
            Node node = new Node(this, i);
            nodes.add(node);
            node.begin();
        }
        time.after(CHECK_EVERY, this::check);
        time.after(end(), this::calmDown);
        time.direct(director, end() + scenario.whole(Knob.CALM));
        checker.checkEnd(becameTrue);
        nodes.forEach(Node::end);
        time.direct(director, 1);
    }

    private void calmDown() {
        storm.end();
        nodes.forEach(Node::bury);
    }

    private void check() {
        checker.check();
        time.after(CHECK_EVERY, this::check);
        if (storm.isOver() && !becameTrue) {
            endIfTrue();
        }
    }

    /** Nobody needs to watch what has been true for a while. */
    private void endIfTrue() {
        if (!checker.untrue().isEmpty() || !storm.nothingOnTheWire()) {
            trueSince = -1;
        } else if (trueSince < 0) {
            trueSince = time.now();
        } else if (time.now() - trueSince >= STABLE_FOR && checker.open().isEmpty()) {
            becameTrue = true;
            checker.checkBooks();
            time.cue(director, 0);
        }
    }
}
