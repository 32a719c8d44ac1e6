package dev.stocktake.testkit.sim;

import dev.stocktake.ProductKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The shop's database: rows, transactions whose changes are seen at their commit and not before, and a change log whose
 * entries are numbered when they are written and visible when they are committed.
 */
final class Shop {

    /**
     * A row.
     *
     * @param value what the product is worth to the index; a draft is worth {@link Value#ABSENT}
     * @param stamp what the writer wrote as the time of the change
     * @param turn when it will be worth something else, without anybody's doing; null if never
     */
    record Row(Value value, long stamp, @Nullable Turn turn) {

        Value value(long now) {
            return turn == null || now < turn.at() ? value : turn.then();
        }
    }

    /** A sale that begins or ends by the clock. */
    record Turn(long at, Value then) {}

    private final Conductor time;
    private final @Nullable Row[] rows;
    private final boolean[] locked;
    private final int[] unread;
    private final Timeline[] history;
    private final TreeMap<Long, Integer> log = new TreeMap<>();
    private final List<IntConsumer> observers = new ArrayList<>();
    private long lastEntry;
    private long blankTo;
    private long gaps;
    private long lastGap;
    private long skipped;
    private int restores;
    private @Nullable Backup backup;

    /** What is kept of a moment. */
    private record Backup(@Nullable Row[] rows, TreeMap<Long, Integer> log, int[] unread, long gaps, long skipped) {}

    Shop(int products, Conductor time) {
        this.time = time;
        this.rows = new Row[products];
        this.locked = new boolean[products];
        this.unread = new int[products];
        this.history = new Timeline[products];
        Arrays.setAll(history, product -> new Timeline(Value.ABSENT));
    }

    static ProductKey key(int product) {
        return ProductKey.of(product + 1);
    }

    static int product(ProductKey key) {
        return Integer.parseInt(key.value()) - 1;
    }

    /** Numbers are ordered as numbers: not as their characters are. */
    static int compare(ProductKey left, ProductKey right) {
        return Integer.compare(product(left), product(right));
    }

    /** Is told of every product that was committed. */
    void observe(IntConsumer observer) {
        observers.add(observer);
    }

    int products() {
        return rows.length;
    }

    @Nullable
    Row row(int product) {
        return rows[product];
    }

    /** What the index must hold of a product now. */
    Value value(int product) {
        Row row = rows[product];
        return row == null ? Value.ABSENT : row.value(time.now());
    }

    Timeline history(int product) {
        return history[product];
    }

    @Nullable
    Row[] snapshot() {
        return rows.clone();
    }

    /** From now until then every query of products finds nothing: a broken join, a replica without data. */
    void blankUntil(long end) {
        blankTo = end;
    }

    boolean isBlank() {
        return time.now() < blankTo;
    }

    // --- the change log ---------------------------------------------------------------------------------------------

    /** Committed entries that nobody has taken yet, by number. */
    TreeMap<Long, Integer> log() {
        return log;
    }

    /** The log is lost. Whoever reads it is told, until he knows. */
    void loseLog() {
        log.clear();
        gaps = ++lastGap;
    }

    /** Another number after each loss. */
    long gaps() {
        return gaps;
    }

    /** Everything was marked since the log was lost for the last time. */
    void gapIsKnown(long known) {
        if (known == gaps) {
            countUnread();
        }
    }

    private void countUnread() {
        Arrays.fill(unread, 0);
        log.values().forEach(product -> unread[product]++);
    }

    void removeEntry(long number) {
        Integer product = log.remove(number);
        if (product != null) {
            unread[product]--;
        }
    }

    /** What a reader does that remembers how far it came: it never sees what is committed later under a lower number. */
    void skipTo(long number) {
        skipped = Math.max(skipped, number);
        List.copyOf(log.headMap(skipped, true).keySet()).forEach(this::removeEntry);
    }

    /** Whether a committed change of this product waits in the log. */
    boolean hasUnread(int product) {
        return unread[product] > 0;
    }

    private void becomes(int product) {
        history[product].add(time.now(), value(product));
        observers.forEach(observer -> observer.accept(product));
    }

    private void turn(int product, Row row) {
        if (rows[product] == row) {
            becomes(product);
        }
    }

    // --- backups ----------------------------------------------------------------------------------------------------

    /** The state to which {@link #restore} goes back. */
    void backUp() {
        backup = new Backup(rows.clone(), new TreeMap<>(log), unread.clone(), gaps, skipped);
    }

    /**
     * Rows and change log are as they were; open transactions are gone, and nobody is told. New entries of the log get new
     * numbers, as they are made by time and chance.
     *
     * @param ledgerToo whether the ledger went back as well, which holds how far the log was read
     * @param told otherwise, whether the log's readers see that it went back; if so, whatever the log tells is theirs until
     *     they have marked everything
     */
    void restore(boolean ledgerToo, boolean told) {
        Backup old = Objects.requireNonNull(backup, "There is no backup");
        restores++;
        Arrays.fill(locked, false);
        log.clear();
        log.putAll(old.log());
        skipped = old.skipped();
        countUnread();
        if (ledgerToo) {
            // Also what was lost with the log, if nobody knew of that yet.
            System.arraycopy(old.unread(), 0, unread, 0, unread.length);
            gaps = old.gaps();
        } else if (told) {
            gaps = ++lastGap;
        }
        for (int product = 0; product < rows.length; product++) {
            unread[product] += !ledgerToo && told ? 1 : 0;
            if (rows[product] != old.rows()[product]) {
                rows[product] = old.rows()[product];
                becomes(product);
            }
        }
    }

    // --- transactions -----------------------------------------------------------------------------------------------

    /** Begins a transaction. */
    Transaction begin() {
        return new Transaction();
    }

    /** Changes that nobody sees before the commit. */
    final class Transaction {

        private final TreeMap<Integer, Change> changes = new TreeMap<>();
        private final TreeMap<Long, Integer> entries = new TreeMap<>();
        private final int begun = restores;

        private record Change(@Nullable Row row) {}

        /**
         * Writes a row, or deletes it.
         *
         * @param logged whether a trigger sees it
         * @return false if another transaction has locked the row
         */
        boolean write(int product, @Nullable Row row, boolean logged) {
            if (isGone() || locked[product] && !changes.containsKey(product)) {
                return false;
            }
            locked[product] = true;
            changes.put(product, new Change(row));
            if (logged) {
                entries.put(++lastEntry, product);
            }
            return true;
        }

        /** The row as this transaction sees it. */
        @Nullable
        Row read(int product) {
            Change change = changes.get(product);
            return change == null ? rows[product] : change.row();
        }

        /** The database was restored meanwhile. */
        boolean isGone() {
            return begun != restores;
        }

        void commit() {
            if (isGone()) {
                return;
            }
            changes.forEach((product, change) -> rows[product] = change.row());
            entries.tailMap(skipped, false).forEach((number, product) -> {
                log.put(number, product);
                unread[product]++;
            });
            rollback();
            changes.forEach((product, change) -> {
                becomes(product);
                Row row = change.row();
                if (row != null && row.turn() != null) {
                    time.after(row.turn().at() - time.now(), () -> turn(product, row));
                }
            });
        }

        void rollback() {
            if (isGone()) {
                return;
            }
            changes.keySet().forEach(product -> locked[product] = false);
        }

        List<ProductKey> keys() {
            return changes.keySet().stream().map(Shop::key).toList();
        }

        @Override
        public String toString() {
            List<String> words = new ArrayList<>();
            changes.forEach((product, change) -> words.add(key(product) + "="
                    + (change.row() == null ? "deleted" : change.row().value())));
            return words.toString();
        }
    }
}
