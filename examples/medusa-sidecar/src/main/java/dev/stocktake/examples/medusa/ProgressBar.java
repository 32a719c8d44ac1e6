package dev.stocktake.examples.medusa;

import dev.stocktake.SyncListener;
import dev.stocktake.SyncProgress;
import dev.stocktake.SyncReport;
import java.io.Console;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Shows how far a run is: a bar on a terminal, a line now and then elsewhere, so that a log stays readable. */
final class ProgressBar implements SyncListener {

    private static final int WIDTH = 30;
    private static final Duration ON_TERMINAL = Duration.ofMillis(100);
    private static final Duration ELSEWHERE = Duration.ofSeconds(5);

    private final PrintWriter out;
    private final long expected;
    private final boolean terminal;
    private final InstantSource clock;
    private Instant next;
    private boolean drawn;

    /** @param expected about how many products; 0 if that is not known */
    ProgressBar(PrintWriter out, long expected, boolean terminal, InstantSource clock) {
        this.out = out;
        this.expected = expected;
        this.terminal = terminal;
        this.clock = clock;
        this.next = clock.instant().plus(terminal ? Duration.ZERO : ELSEWHERE);
    }

    static ProgressBar on(PrintWriter out, long expected) {
        return new ProgressBar(out, expected, isTerminal(), InstantSource.system());
    }

    /** Since Java 22 there is a console also where there is no terminal, and it says so. */
    private static boolean isTerminal() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }

    @Override
    public void progressed(SyncProgress progress) {
        Instant now = clock.instant();
        if (now.isBefore(next)) {
            return;
        }
        next = now.plus(terminal ? ON_TERMINAL : ELSEWHERE);
        long done = progress.rebuilding()
                .map(rebuild -> rebuild.documents())
                .orElse(progress.counts().found());
        long of = progress.rebuilding()
                .map(rebuild -> rebuild.expected())
                .filter(number -> number > 0)
                .orElse(expected);
        String words =
                progress.phase().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
        if (terminal) {
            out.print("\r" + bar(done, of) + " " + words + "\u001b[K");
            out.flush();
            drawn = true;
        } else {
            out.println(words + " " + share(done, of));
            out.flush();
        }
    }

    /** A line beside the bar. */
    void line(String text) {
        erase();
        out.println(text);
        out.flush();
    }

    @Override
    public void finished(SyncReport report) {
        erase();
    }

    private void erase() {
        if (drawn) {
            out.print("\r\u001b[K");
            out.flush();
            drawn = false;
        }
    }

    private static String bar(long done, long of) {
        if (of <= 0) {
            return share(done, of);
        }
        int full = (int) Math.min(WIDTH, done * WIDTH / of);
        return "[" + "#".repeat(full) + ".".repeat(WIDTH - full) + "] " + share(done, of);
    }

    private static String share(long done, long of) {
        return of <= 0 ? String.valueOf(done) : done + "/" + Math.max(done, of);
    }
}
