package dev.stocktake.jdbc;

import dev.stocktake.MisconfiguredException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with a set-up, so that all of it is told at once. */
final class Problems {

    private final String setUp;
    private final List<String> found = new ArrayList<>();

    Problems(String setUp) {
        this.setUp = setUp;
    }

    /** With the path of the setting: "children[0] 'variants'". */
    void add(String path, String problem) {
        add(path + ": " + problem);
    }

    void add(String problem) {
        if (!found.contains(problem)) {
            found.add(problem);
        }
    }

    /** What the ledger keeps a place under. */
    void unlessName(String path, String name) {
        if (name.isBlank() || name.length() > 100) {
            add(path, "must have 1 to 100 characters");
        }
    }

    void unlessPositive(String path, Duration duration) {
        if (duration.isNegative() || duration.isZero()) {
            add(path, "must be positive, is " + duration);
        }
    }

    void unlessAMillisecond(String path, Duration duration) {
        if (duration.compareTo(Duration.ofMillis(1)) < 0) {
            add(path, "must be at least a millisecond, is " + duration);
        }
    }

    boolean none() {
        return found.isEmpty();
    }

    void throwIfAny() {
        if (found.size() == 1) {
            throw new MisconfiguredException(setUp + ": " + found.get(0));
        }
        if (!found.isEmpty()) {
            throw new MisconfiguredException(
                    setUp + " has " + found.size() + " problems:\n  " + String.join("\n  ", found));
        }
    }
}
