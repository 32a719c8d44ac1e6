package dev.stocktake.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConductorTest {

    private final Crew crew = new Crew();
    private final Conductor conductor = new Conductor(crew);
    private final List<String> said = new ArrayList<>();

    @AfterEach
    void dismiss() {
        crew.close();
    }

    private void say(String what) {
        said.add(conductor.now() + " " + what);
    }

    private Actor actor(String name, Runnable part) {
        return new Actor(name, conductor, part);
    }

    private void direct(long end) {
        conductor.direct(actor("director", () -> {}), end);
    }

    @Test
    void playsEventsByTimeThenInTheOrderOfTheirAnnouncement() {
        conductor.after(20, () -> say("late"));
        conductor.after(10, () -> say("early"));
        conductor.after(20, () -> say("last"));

        direct(100);

        assertThat(said).containsExactly("10 early", "20 late", "20 last");
        assertThat(conductor.now()).isEqualTo(100);
    }

    @Test
    void letsOneActorGoOnWhileTheOthersWait() {
        conductor.cue(
                actor("a", () -> {
                    say("a begins");
                    conductor.pass(10);
                    say("a ends");
                }),
                5);
        conductor.cue(
                actor("b", () -> {
                    say("b begins");
                    conductor.pass(2);
                    say("b ends");
                }),
                8);

        direct(100);

        assertThat(said).containsExactly("5 a begins", "8 b begins", "10 b ends", "15 a ends");
    }

    @Test
    void killsAnActorWhereItWaitsAndWhereverItTriesToGoOn() {
        Actor victim = actor("victim", () -> {
            try {
                say("waits");
                conductor.pass(1_000);
                say("never said");
            } finally {
                conductor.pass(1);
                say("nor this");
            }
        });
        conductor.cue(victim, 0);
        conductor.after(30, () -> conductor.kill(victim));

        direct(100);

        assertThat(said).containsExactly("0 waits");
        assertThat(victim.ended()).isTrue();
        assertThat(conductor.breakages()).isEmpty();
    }

    @Test
    void letsAWaitingActorGoOnAtAnotherTimeThanItMeant() {
        Actor sleeper = actor("sleeper", () -> {
            conductor.pass(10);
            say("wakes");
        });
        conductor.cue(sleeper, 0);
        conductor.after(5, () -> conductor.cue(sleeper, 70));

        direct(100);

        assertThat(said).containsExactly("75 wakes");
    }

    @Test
    void remembersWhatBrokeAndGoesOn() {
        conductor.cue(
                actor("clumsy", () -> {
                    throw new IllegalStateException("oops");
                }),
                0);
        conductor.after(1, () -> {
            throw new IllegalArgumentException("ouch");
        });
        conductor.after(2, () -> say("still here"));

        direct(100);

        assertThat(said).containsExactly("2 still here");
        assertThat(conductor.breakages())
                .hasSize(2)
                .anyMatch(what -> what.contains("clumsy") && what.contains("oops"))
                .anyMatch(what -> what.contains("ouch"));
    }

    @Test
    void playsTheSameForTheSameEvents() {
        conductor.after(3, () -> say("x"));
        direct(10);
        Conductor other = new Conductor(crew);
        other.after(3, () -> {});
        other.direct(new Actor("director", other, () -> {}), 10);

        assertThat(other.digest()).isEqualTo(conductor.digest());
    }
}
