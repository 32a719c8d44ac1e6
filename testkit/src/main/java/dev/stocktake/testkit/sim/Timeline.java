package dev.stocktake.testkit.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What a product was worth at every time. */
final class Timeline {

    private static final List<Value> UNSOUND =
            Stream.of(Value.values()).filter(value -> !value.sound()).toList();

    private record Entry(long from, Value value) {}

    private final List<Entry> entries = new ArrayList<>();

    Timeline(Value first) {
        entries.add(new Entry(0, first));
    }

    void add(long time, Value value) {
        if (last() != value) {
            entries.add(new Entry(time, value));
        }
    }

    Value last() {
        return entries.get(entries.size() - 1).value();
    }

    /** Whether at some time from {@code from} to {@code to} this copy held what the original held then or since {@code from}. */
    boolean wasTrue(Timeline original, long from, long to) {
        for (int i = entries.size() - 1; i >= 0; i--) {
            Entry entry = entries.get(i);
            long end = Math.min(
                    to, i + 1 == entries.size() ? to : entries.get(i + 1).from());
            if (end < from) {
                return false;
            }
            if (entry.from() <= to && original.held(entry.value(), from, end)) {
                return true;
            }
        }
        return false;
    }

    /** Whether it held anything that no index can hold at any time from {@code from} to {@code to}. */
    boolean wasUnsound(long from, long to) {
        return UNSOUND.stream().anyMatch(value -> held(value, from, to));
    }

    /** Whether it held this value at any time from {@code from} to {@code to}. */
    boolean held(Value value, long from, long to) {
        for (int i = entries.size() - 1; i >= 0; i--) {
            Entry entry = entries.get(i);
            long end = i + 1 == entries.size()
                    ? Long.MAX_VALUE
                    : entries.get(i + 1).from();
            if (end < from) {
                return false;
            }
            if (entry.from() <= to && entry.value() == value) {
                return true;
            }
        }
        return false;
    }
}
