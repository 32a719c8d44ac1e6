package dev.stocktake.lucene;

import java.io.IOException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.Lock;
import org.jspecify.annotations.Nullable;

/**
 * The directory's lock, one for all its slots: a process that has it may change everything. Thread-safe, since merges ask on
 * threads of their own.
 */
final class Guard {

    private final Directory directory;
    private volatile @Nullable Lock lock;

    Guard(Directory directory) {
        this.directory = directory;
    }

    /**
     * Takes the lock.
     *
     * @return whether it was not ours before, so that others may have changed everything
     * @throws org.apache.lucene.store.LockObtainFailedException if another has it
     */
    boolean take() throws IOException {
        Lock held = lock;
        if (held != null) {
            held.ensureValid();
            return false;
        }
        lock = directory.obtainLock(IndexWriter.WRITE_LOCK_NAME);
        return true;
    }

    /** Gives it back, if we have it. */
    void release() throws IOException {
        Lock held = lock;
        lock = null;
        if (held != null) {
            held.close();
        }
    }

    /** The lock for a writer of one slot. It does not outlive ours, and to close it gives nothing back. */
    Lock lend() {
        Lock held = lock;
        return new Lock() {
            @Override
            public void ensureValid() throws IOException {
                if (held == null || held != lock) {
                    throw new AlreadyClosedException("The directory's lock was given back");
                }
                held.ensureValid();
            }

            @Override
            public void close() {}
        };
    }
}
