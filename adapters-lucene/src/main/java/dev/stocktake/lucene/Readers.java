package dev.stocktake.lucene;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.SearcherFactory;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.store.Directory;
import org.jspecify.annotations.Nullable;

/** Looks at what is committed, and at nothing else. Thread-safe; readers never wait for writers. */
final class Readers implements Closeable {

    private final Directory directory;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable Opened opened;
    private volatile boolean current;

    Readers(Directory directory) {
        this.directory = directory;
    }

    /**
     * What is open.
     *
     * @param identity of the content it belongs to
     */
    private record Opened(SearcherManager searchers, String identity) {}

    /** A look at the index. */
    @FunctionalInterface
    interface Look<T> {
        T at(IndexSearcher searcher) throws IOException;
    }

    /** Looks at the last commit; empty if there is no index. */
    <T> Optional<T> look(Look<T> look) throws IOException {
        Opened last = current ? opened : null;
        if (last == null) {
            last = refreshed();
        }
        if (last == null) {
            return Optional.empty();
        }
        IndexSearcher searcher = last.searchers().acquire();
        try {
            return Optional.of(look.at(searcher));
        } finally {
            last.searchers().release(searcher);
        }
    }

    private @Nullable Opened refreshed() throws IOException {
        Optional<Stamp> stamp = Stamp.read(directory);
        if (stamp.isEmpty()) {
            reset();
            return null;
        }
        Opened last = open(stamp.get().identity());
        last.searchers().maybeRefreshBlocking();
        return last;
    }

    private Opened open(String identity) throws IOException {
        lock.lock();
        try {
            Opened last = opened;
            if (last != null && last.identity().equals(identity)) {
                return last;
            }
            reset();
            Opened fresh = new Opened(new SearcherManager(directory, new SearcherFactory()), identity);
            opened = fresh;
            return fresh;
        } finally {
            lock.unlock();
        }
    }

    /** From now on anybody may commit: every look begins with a look at the directory. */
    void expectCommits() {
        current = false;
    }

    /** The only one who may commit says that he did. */
    void committed() throws IOException {
        Opened last = opened;
        if (last != null) {
            last.searchers().maybeRefreshBlocking();
        }
        current = true;
    }

    /** The content was replaced: what is open belongs to files that are gone. */
    void reset() throws IOException {
        lock.lock();
        try {
            Opened last = opened;
            opened = null;
            current = false;
            if (last != null) {
                last.searchers().close();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() throws IOException {
        reset();
    }
}
