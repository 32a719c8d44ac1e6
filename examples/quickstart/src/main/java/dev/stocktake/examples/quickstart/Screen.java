package dev.stocktake.examples.quickstart;

import java.io.Console;
import java.io.PrintStream;
import java.util.Locale;

/**
 * Where the story is told: plain lines, and on a terminal one line that moves. ASCII only, so that it reads the same
 * everywhere.
 *
 * @param moving whether a line may be written over
 */
record Screen(PrintStream out, boolean moving) {

    private static final int BAR = 40;

    /** Standard output. */
    static Screen system() {
        return new Screen(System.out, isTerminal(System.console()));
    }

    /** From Java 22 on there is a console even where there is no terminal, and it can be asked. */
    private static boolean isTerminal(@org.jspecify.annotations.Nullable Console console) {
        if (console == null || "dumb".equals(System.getenv("TERM")) || System.getenv("CI") != null) {
            return false;
        }
        try {
            return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }

    void title(String text) {
        out.println();
        out.println(text);
    }

    void say(String text, Object... values) {
        out.println("   " + String.format(Locale.ROOT, text, values));
    }

    /** Something that has several lines of its own. */
    void lines(String text) {
        text.lines().forEach(line -> out.println("   " + line));
    }

    /** How far something is; written over by the next call, and only on a terminal. */
    void bar(long done, long all) {
        if (moving) {
            int full = (int) (all == 0 ? BAR : BAR * Math.min(done, all) / all);
            out.print("\r   [" + "#".repeat(full) + ".".repeat(BAR - full) + "] "
                    + String.format(Locale.ROOT, "%,d of %,d", done, all));
            out.flush();
        }
    }

    /** Leaves the bar where it is. */
    void endBar() {
        if (moving) {
            out.println();
        }
    }
}
