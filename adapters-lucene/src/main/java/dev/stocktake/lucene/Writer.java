package dev.stocktake.lucene;

import dev.stocktake.StocktakeException;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.Directory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits one batch after the other, each in full or not at all. From the first use on it holds the directory's lock.
 *
 * <p>Thread-safe: batches wait for each other, also for the disk, since a commit takes everything with it that was added
 * before.
 */
final class Writer implements Closeable {

    private static final Logger log = LoggerFactory.getLogger(LuceneIndex.class);
    private static final double BUFFER_MB = 32;

    private final ReentrantLock lock = new ReentrantLock();
    private final Directory directory;
    private final Analyzer analyzer;
    private final Readers readers;
    private final Failures failures;
    private @Nullable IndexWriter writer;
    private @Nullable String opened;
    private boolean closed;

    Writer(Directory directory, Analyzer analyzer, Readers readers, Failures failures) {
        this.directory = directory;
        this.analyzer = analyzer;
        this.readers = readers;
        this.failures = failures;
    }

    /** What a commit shall hold beside its stamp. */
    @FunctionalInterface
    interface Change {
        Change NONE = writer -> {};

        void apply(IndexWriter writer) throws IOException;
    }

    /** Creates the index if it is missing, and brings what it holds under these settings. Done twice, it is done once. */
    Stamp prepare(String settings, Change reindexing) {
        return locked(() -> {
            Optional<Stamp> found = Stamp.read(directory);
            if (found.isEmpty()) {
                discard();
                return commit("create", Stamp.fresh(settings), IndexWriterConfig.OpenMode.CREATE, Change.NONE);
            }
            Stamp stamp = found.get();
            if (stamp.settings().equals(settings)) {
                open(stamp, IndexWriterConfig.OpenMode.APPEND);
                return stamp;
            }
            log.info("{} gets new settings, its documents are indexed anew: {}", failures.subject(), settings);
            return commit("settings", stamp.with(settings), IndexWriterConfig.OpenMode.APPEND, reindexing);
        });
    }

    /** Commits one batch. */
    Stamp write(String batch, Change change) {
        return locked(() -> {
            Stamp stamp = Stamp.read(directory).orElseThrow(failures::missing);
            return commit(batch, stamp.afterOneMoreWrite(), IndexWriterConfig.OpenMode.APPEND, change);
        });
    }

    private Stamp commit(String batch, Stamp stamp, IndexWriterConfig.OpenMode mode, Change change) throws IOException {
        IndexWriter into = open(stamp, mode);
        boolean done = false;
        try {
            change.apply(into);
            into.setLiveCommitData(stamp.userData().entrySet());
            into.prepareCommit();
            finish(batch, into);
            done = true;
        } finally {
            if (!done) {
                discard();
            }
        }
        try {
            readers.committed();
        } catch (IOException | RuntimeException e) {
            readers.expectCommits();
            log.debug("{} was committed and could not be looked at; the next look tries again", failures.subject(), e);
        }
        return stamp;
    }

    /** Only here is it unknown what a failure leaves behind. */
    private void finish(String batch, IndexWriter into) {
        try {
            into.commit();
        } catch (IOException | RuntimeException e) {
            throw failures.unknown(batch, e);
        }
    }

    private IndexWriter open(Stamp stamp, IndexWriterConfig.OpenMode mode) throws IOException {
        IndexWriter open = writer;
        if (open != null && open.isOpen() && stamp.identity().equals(opened)) {
            return open;
        }
        discard();
        IndexWriterConfig config =
                new IndexWriterConfig(analyzer).setOpenMode(mode).setRAMBufferSizeMB(BUFFER_MB);
        IndexWriter fresh = new IndexWriter(directory, config);
        readers.reset();
        writer = fresh;
        opened = stamp.identity();
        return fresh;
    }

    /** Throws away what is not committed, gives the lock back, and begins anew the next time. */
    private void discard() {
        IndexWriter broken = writer;
        writer = null;
        opened = null;
        readers.expectCommits();
        if (broken == null) {
            return;
        }
        // With the flag set the rollback itself would be interrupted at its first file.
        boolean interrupted = Thread.interrupted();
        try {
            broken.rollback();
        } catch (IOException | RuntimeException e) {
            log.debug("{} could not be rolled back tidily; what was committed is not touched", failures.subject(), e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Work under the lock. */
    @FunctionalInterface
    private interface Work {
        Stamp run() throws IOException;
    }

    private Stamp locked(Work work) {
        lock.lock();
        try {
            if (closed) {
                throw failures.closed();
            }
            if (Thread.currentThread().isInterrupted()) {
                // Lucene's files would be closed under it.
                throw failures.interrupted(new InterruptedException());
            }
            return work.run();
        } catch (StocktakeException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw failures.nothingDone(e);
        } finally {
            lock.unlock();
        }
    }

    /** Lets merges end and gives the lock back. */
    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            closed = true;
            IndexWriter last = writer;
            if (last != null && last.isOpen()) {
                last.close();
            }
        } finally {
            discard();
            lock.unlock();
        }
    }
}
