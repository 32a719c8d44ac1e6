package dev.stocktake.testkit.sim;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Virtual time and one queue of events. Actors are real threads that run real blocking code, but exactly one is on stage:
 * whoever lets time {@linkplain #pass pass} plays the events that come before its own on its own thread, and hands the
 * stage over only when the next event is another actor's. So one schedule follows from the events alone, and an actor that
 * is alone costs no change of threads.
 */
final class Conductor implements InstantSource {

    private static final Instant DAWN = Instant.parse("2030-01-01T00:00:00Z");

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final List<String> breakages = new ArrayList<>();
    private final Executor crew;
    private long now;
    private long sequence;
    private long digest;
    private volatile @Nullable Actor onStage;

    /** Either something that happens, or the end of an actor's waiting. */
    private record Event(
            long time,
            long number,
            @Nullable Runnable happening,
            @Nullable Actor actor) implements Comparable<Event> {

        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(time, other.time);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    /** @param crew lends threads to actors */
    Conductor(Executor crew) {
        this.crew = crew;
    }

    /** Milliseconds since the beginning. */
    long now() {
        return now;
    }

    @Override
    public Instant instant() {
        return DAWN.plusMillis(now);
    }

    /** Stands for the whole schedule: equal for equal seeds. */
    long digest() {
        return digest;
    }

    /** Makes something part of the {@link #digest}. */
    void stamp(long what) {
        digest = digest * 31 + what;
    }

    /** What went wrong in a way that nobody expected. */
    List<String> breakages() {
        return breakages;
    }

    void broke(String where, Throwable e) {
        StackTraceElement[] trace = e.getStackTrace();
        breakages.add(where + ": " + e + (trace.length == 0 ? "" : " at " + trace[0]));
    }

    // --- events -----------------------------------------------------------------------------------------------------

    /** Lets something happen after a while. */
    void after(long delay, Runnable happening) {
        events.add(new Event(now + Math.max(0, delay), ++sequence, happening, null));
    }

    /** Brings an actor on stage after a while, for the first time or in place of when it meant to go on. */
    void cue(Actor actor, long delay) {
        long number = ++sequence;
        actor.wakeBy(number);
        events.add(new Event(now + Math.max(0, delay), number, null, actor));
    }

    // --- actors -----------------------------------------------------------------------------------------------------

    /**
     * Plays everything that happens until the director is cued.
     *
     * @param director on the calling thread
     */
    void direct(Actor director, long delay) {
        director.enter();
        onStage = director;
        cue(director, delay);
        play(director);
    }

    /** The actor on stage waits; it goes on in the same line of its code, or finds itself dead. */
    void pass(long delay) {
        Actor me = Objects.requireNonNull(onStage);
        if (!me.killed()) {
            cue(me, delay);
            play(me);
        }
        if (me.killed()) {
            throw new Killed();
        }
    }

    /** Whether the calling thread is the one that is on stage. */
    boolean isOnStage() {
        Actor actor = onStage;
        return actor != null && actor.isPlayedBy(Thread.currentThread());
    }

    /**
     * A thread that somebody else has made becomes an actor; it goes on after a while. Whoever made it must be on stage and
     * wait, really, until it has arrived.
     */
    void join(Actor newcomer, long delay, Runnable arrived) {
        newcomer.enter();
        cue(newcomer, delay);
        arrived.run();
        awaitStage(newcomer);
        if (newcomer.killed()) {
            throw new Killed();
        }
    }

    /** The actor on stage has played its part. */
    void leave() {
        play(null);
    }

    /** Ends an actor wherever it is. */
    void kill(Actor actor) {
        if (!actor.ended()) {
            actor.kill();
            cue(actor, 0);
        }
    }

    private void play(@Nullable Actor me) {
        while (true) {
            Event next = Objects.requireNonNull(events.poll(), "nothing is left to happen, not even the end");
            Actor actor = next.actor();
            if (actor != null && !actor.isWokenBy(next.number())) {
                continue;
            }
            now = next.time();
            stamp(now * 7 + next.number());
            if (actor == null) {
                happen(Objects.requireNonNull(next.happening()));
            } else if (actor == me) {
                return;
            } else {
                handOver(actor);
                if (me != null) {
                    awaitStage(me);
                }
                return;
            }
        }
    }

    private void happen(Runnable happening) {
        try {
            happening.run();
        } catch (RuntimeException | Error e) {
            broke("an event", e);
        }
    }

    private void handOver(Actor actor) {
        onStage = actor;
        if (actor.entered()) {
            actor.unpark();
        } else {
            crew.execute(actor);
        }
    }

    private void awaitStage(Actor me) {
        boolean interrupted = Thread.interrupted();
        while (onStage != me) {
            LockSupport.park(this);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
