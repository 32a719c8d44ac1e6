package dev.stocktake.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Processor time of one process, in nanoseconds. Zero if the process is gone, or the system has no {@code /proc}. Here the
 * kernel counts in steps of 10 ms; of {@linkplain #ofThread one thread} it knows more.
 *
 * @param own its own time
 * @param withReaped its own and that of its children that have ended
 */
record ProcessTimes(long own, long withReaped) {

    private static final long TICK = 10_000_000;

    static ProcessTimes of(long pid) {
        try {
            return parse(Files.readString(Path.of("/proc", Long.toString(pid), "stat")));
        } catch (IOException e) {
            return new ProcessTimes(0, 0);
        }
    }

    /** Of one thread, and a process of one thread only is one: to the nanosecond, where the kernel keeps such books. */
    static long ofThread(ThreadId thread) {
        Path task = Path.of("/proc", Long.toString(thread.process()), "task", Long.toString(thread.id()));
        try {
            return Long.parseLong(Files.readString(task.resolve("schedstat")).split(" ")[0]);
        } catch (IOException e) {
            return ofCoarse(task);
        }
    }

    private static long ofCoarse(Path task) {
        try {
            return parse(Files.readString(task.resolve("stat"))).own();
        } catch (IOException e) {
            return 0;
        }
    }

    /** A thread of a process, as the kernel numbers them. */
    record ThreadId(long process, long id) {}

    /** The second field is the program's name in parentheses, which may hold anything. */
    static ProcessTimes parse(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        long own = Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        long reaped = Long.parseLong(fields[13]) + Long.parseLong(fields[14]);
        return new ProcessTimes(own * TICK, (own + reaped) * TICK);
    }
}
