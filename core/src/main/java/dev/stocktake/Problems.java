package dev.stocktake;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with settings, each problem with its path, so that all of it is told at once. */
final class Problems {

    private final String setUp;
    private final List<String> found = new ArrayList<>();

    Problems(String setUp) {
        this.setUp = setUp;
    }

    void add(String path, String problem) {
        found.add(path + " " + problem);
    }

    void atLeast(String path, long value, long least) {
        if (value < least) {
            add(path, "must be at least " + least + ", not " + value);
        }
    }

    void atLeast(String path, Duration value, Duration least) {
        if (value.compareTo(least) < 0) {
            add(path, "must be at least " + least + ", not " + value);
        }
    }

    void positive(String path, Duration value) {
        if (value.isZero() || value.isNegative()) {
            add(path, "must be positive, not " + value);
        }
    }

    void lengthOf(String path, String value, int longest) {
        if (value.isBlank() || value.length() > longest) {
            add(path, "must have 1 to " + longest + " characters and not be blank, not " + value.length());
        }
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
