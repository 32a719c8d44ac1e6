package dev.stocktake.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Processor time of one process, in nanoseconds. Zero if the process is gone, or the system has no {@code /proc}. The
 * kernel counts in steps of 10 ms.
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

    /** The second field is the program's name in parentheses, which may hold anything. */
    static ProcessTimes parse(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        long own = Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        long reaped = Long.parseLong(fields[13]) + Long.parseLong(fields[14]);
        return new ProcessTimes(own * TICK, (own + reaped) * TICK);
    }
}
