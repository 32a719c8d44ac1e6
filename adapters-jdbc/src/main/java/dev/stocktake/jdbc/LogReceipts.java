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
    private static final char MARK = '#';

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, LogRemoval> pending = new LinkedHashMap<>();
    private long last;

    /** The incarnation in a cursor. */
    static String incarnation(String cursor) {
        int mark = cursor.indexOf(MARK);
        return mark < 0 ? cursor : cursor.substring(0, mark);
    }

    /** A new cursor that stands for the removal. */
    String give(String incarnation, String nonce, LogRemoval removal) {
        lock.lock();
        try {
            String receipt = incarnation + MARK + nonce + '.' + ++last;
            pending.put(receipt, removal);
            if (pending.size() > MOST) {
                pending.remove(pending.keySet().iterator().next());
            }
            return receipt;
        } finally {
            lock.unlock();
        }
    }

    /** What this cursor stands for; null if nothing is known of it. */
    @Nullable
    LogRemoval of(String cursor) {
        lock.lock();
        try {
            return pending.get(cursor);
        } finally {
            lock.unlock();
        }
    }

    /** It was removed. */
    void settled(String cursor) {
        lock.lock();
        try {
            pending.remove(cursor);
        } finally {
            lock.unlock();
        }
    }
}
