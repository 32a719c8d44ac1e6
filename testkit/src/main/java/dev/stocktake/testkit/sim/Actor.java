package dev.stocktake.testkit.sim;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A thread of the simulated world. It runs only while the {@link Conductor} has it on stage. */
final class Actor implements Runnable {

    private final String name;
    private final Conductor conductor;
    private final Runnable part;
    private @Nullable Thread thread;
    private long wake;
    private boolean killed;
    private boolean ended;

    Actor(String name, Conductor conductor, Runnable part) {
        this.name = name;
        this.conductor = conductor;
        this.part = part;
    }

    /** Plays its part on the calling thread, which the conductor has put on stage. */
    @Override
    public void run() {
        thread = Thread.currentThread();
        try {
            if (!killed) {
                part.run();
            }
            end(null);
        } catch (RuntimeException | Error e) {
            end(e);
        }
    }

    /** Its thread has nothing more to do, or cannot go on. What a dead process leaves undone is what is to be tested. */
    void end(@Nullable Throwable cause) {
        if (cause != null && !(cause instanceof Killed)) {
            conductor.broke(name, cause);
        }
        ended = true;
        conductor.leave();
    }

    /** Takes the calling thread for this actor's. */
    void enter() {
        thread = Thread.currentThread();
    }

    boolean isPlayedBy(Thread other) {
        return thread == other;
    }

    boolean entered() {
        return thread != null;
    }

    void unpark() {
        LockSupport.unpark(thread);
    }

    /** The only event that may wake it; every earlier one is void. */
    void wakeBy(long event) {
        wake = event;
    }

    boolean isWokenBy(long event) {
        return !ended && wake == event;
    }

    void kill() {
        killed = true;
    }

    boolean killed() {
        return killed;
    }

    boolean ended() {
        return ended;
    }

    @Override
    public String toString() {
        return name;
    }
}
