package dev.stocktake.jdbc;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What may be removed once a cursor comes back, which proves that it was saved together with the marks. To forget it costs
 * repetition, nothing else.
 *
 * <p>Thread-safe.
 */
final class LogReceipts {

    private static final int MOST = 16;
    private static final String MARK = "#";

    /**
     * A cursor: that the marks of one removal are saved, after those of another.
     *
     * @param incarnation of the consumer
     * @param id of the removal; empty before the first
     * @param after the one before it, which must be settled first
     */
    record Receipt(String incarnation, String id, String after) {

        static Receipt parse(String cursor) {
            String[] parts = cursor.split(MARK, -1);
            return new Receipt(parts[0], parts.length > 1 ? parts[1] : "", parts.length > 2 ? parts[2] : "");
        }

        /** Whether it was settled last, or comes next. */
        boolean follows(String settled) {
            return id.equals(settled) || after.equals(settled);
        }

        String text() {
            return String.join(MARK, incarnation, id, after);
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, LogRemoval> pending = new LinkedHashMap<>();
    private @Nullable Receipt settled;
    private long last;

    /** A new cursor that stands for the removal. */
    String give(Receipt after, String nonce, LogRemoval removal) {
        lock.lock();
        try {
            Receipt receipt = new Receipt(after.incarnation(), nonce + '.' + ++last, after.id());
            pending.put(receipt.id(), removal);
            if (pending.size() > MOST) {
                pending.remove(pending.keySet().iterator().next());
            }
            return receipt.text();
        } finally {
            lock.unlock();
        }
    }

    /** What this cursor stands for; null if nothing is known of it. */
    @Nullable
    LogRemoval of(Receipt receipt) {
        lock.lock();
        try {
            return pending.get(receipt.id());
        } finally {
            lock.unlock();
        }
    }

    /** Whether there is nothing to do for it: there was nothing ever, or it was done. */
    boolean isSettled(Receipt receipt) {
        lock.lock();
        try {
            return receipt.id().isEmpty() || receipt.equals(settled);
        } finally {
            lock.unlock();
        }
    }

    /** It was removed, or does not fit. */
    void settled(Receipt receipt) {
        lock.lock();
        try {
            pending.remove(receipt.id());
            settled = receipt;
        } finally {
            lock.unlock();
        }
    }
}
