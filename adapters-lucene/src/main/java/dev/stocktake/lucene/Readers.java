package dev.stocktake.lucene;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.SearcherFactory;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.store.AlreadyClosedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at what is committed to the content that a name is bound to, and at nothing else. Thread-safe; who looks never waits
 * for a writer, and finds what was there before or what came in its place.
 */
final class Readers implements Closeable {

    private static final Logger log = LoggerFactory.getLogger(LuceneIndex.class);

    private final Place place;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable Opened opened;
    private volatile boolean current;
    private volatile boolean closed;

    Readers(Place place) {
        this.place = place;
    }

    /** Where the name's content is now; empty if there is none. */
    @FunctionalInterface
    interface Place {
        Optional<Store.Content> find() throws IOException;
    }

    /**
     * What is open.
     *
     * @param identity of the content it belongs to
     */
    private record Opened(SearcherManager searchers, String identity) {

        static Opened of(Store.Content content) throws IOException {
            return new Opened(
                    new SearcherManager(content.files(), new SearcherFactory()),
                    content.stamp().identity());
        }
    }

    /** A look at the index. */
    @FunctionalInterface
    interface Look<T> {
        T at(IndexSearcher searcher) throws IOException;
    }

    /** Looks at the last commit; empty if there is no index. */
    <T> Optional<T> look(Look<T> look) throws IOException {
        while (true) {
            if (closed) {
                throw new AlreadyClosedException("The index is closed");
            }
            Opened last = current ? opened : null;
            if (last == null) {
                last = refreshed();
            }
            if (last == null) {
                return Optional.empty();
            }
            IndexSearcher searcher;
            try {
                searcher = last.searchers().acquire();
            } catch (AlreadyClosedException e) {
                if (last == opened) {
                    throw e;
                }
                continue;
            }
            try {
                return Optional.of(look.at(searcher));
            } finally {
                last.searchers().release(searcher);
            }
        }
    }

    private @Nullable Opened refreshed() throws IOException {
        Optional<Store.Content> found = place.find();
        while (true) {
            if (found.isEmpty()) {
                reset();
                return null;
            }
            String identity = found.get().stamp().identity();
            try {
                Opened last = opened;
                if (last == null || !last.identity().equals(identity)) {
                    last = reopened();
                }
                if (last != null) {
                    last.searchers().maybeRefreshBlocking();
                }
                return last;
            } catch (IOException | AlreadyClosedException e) {
                found = place.find();
                if (found.filter(now -> now.stamp().identity().equals(identity)).isPresent()) {
                    throw e;
                }
                // The name was bound to other content meanwhile, and the one before it removed.
            }
        }
    }

    /** Looks again where the content is, since another may have opened what came in its place. */
    private @Nullable Opened reopened() throws IOException {
        lock.lock();
        try {
            Optional<Store.Content> found = closed ? Optional.empty() : place.find();
            return found.isEmpty() ? null : open(found.get());
        } finally {
            lock.unlock();
        }
    }

    /** The old ones are closed when the new ones are there, so nobody finds nothing. */
    private Opened open(Store.Content content) throws IOException {
        Opened last = opened;
        if (last != null && last.identity().equals(content.stamp().identity())) {
            return last;
        }
        Opened fresh = Opened.of(content);
        opened = fresh;
        if (last != null) {
            last.searchers().close();
        }
        return fresh;
    }

    /** From now on anybody may commit: every look begins with a look at the directory. */
    void expectCommits() {
        current = false;
    }

    /** The only one who may commit says that he did, or that the name is bound to this now. */
    void committed(Store.Content content) {
        lock.lock();
        try {
            Opened last = opened;
            if (last != null && last.identity().equals(content.stamp().identity())) {
                last.searchers().maybeRefreshBlocking();
            } else if (last != null) {
                open(content);
            }
            current = true;
        } catch (IOException | RuntimeException e) {
            current = false;
            log.debug("What was committed could not be looked at; the next look tries again", e);
        } finally {
            lock.unlock();
        }
    }

    /** There is no content any more: what is open belongs to files that are gone. */
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
        closed = true;
        reset();
    }
}
