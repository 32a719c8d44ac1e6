package dev.stocktake.lucene;

import dev.stocktake.IndexIdentity;
import dev.stocktake.RefusedException;
import dev.stocktake.StocktakeException;
import dev.stocktake.UnavailableException;
import dev.stocktake.UnknownOutcomeException;
import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.IOUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory with the live content and those of builds, each in a slot of its own. Commits one batch after the other, each in
 * full or not at all, and binds {@link Names} to slots. From the first change on it holds the directory's lock.
 *
 * <p>Thread-safe: changes wait for each other, also for the disk, since a commit takes everything with it that was added
 * before.
 */
final class Store implements Closeable {

    private static final Logger log = LoggerFactory.getLogger(LuceneIndex.class);
    private static final double BUFFER_MB = 32;

    private final ReentrantLock lock = new ReentrantLock();
    private final Directory directory;
    private final Analyzer analyzer;
    private final Failures failures;
    private final Guard guard;
    private final Map<String, Open> writers = new HashMap<>();
    private final Map<String, Readers> readers = new ConcurrentHashMap<>();
    private volatile boolean closed;

    Store(Directory directory, Analyzer analyzer, Failures failures) {
        this.directory = directory;
        this.analyzer = analyzer;
        this.failures = failures;
        this.guard = new Guard(directory);
    }

    /**
     * What a name is bound to.
     *
     * @param files of this content alone
     */
    record Content(String slot, Directory files, Stamp stamp) {

        Content with(Stamp newStamp) {
            return new Content(slot, files, newStamp);
        }
    }

    /** A writer of a slot, for as long as the slot holds the same content. */
    private record Open(IndexWriter writer, String identity) {}

    /** What a commit shall hold beside its stamp. */
    @FunctionalInterface
    interface Change {
        void apply(IndexWriter writer) throws IOException;
    }

    // --- looking ----------------------------------------------------------------------------------------------------

    /** What a name is bound to; empty if to nothing. */
    Optional<Content> find(String name) throws IOException {
        while (true) {
            Names names = Names.read(directory);
            Optional<Content> found;
            try {
                found = content(names, name);
            } catch (IOException e) {
                if (Names.read(directory).number() == names.number()) {
                    throw e;
                }
                continue;
            }
            if (found.isPresent() || Names.read(directory).number() == names.number()) {
                return found;
            }
            // Its content was bound to another name meanwhile and removed under that.
        }
    }

    private Optional<Content> content(Names names, String name) throws IOException {
        Optional<String> slot = names.slot(name);
        if (slot.isEmpty()) {
            return Optional.empty();
        }
        Directory files = files(slot.get());
        return Stamp.read(files).map(stamp -> new Content(slot.get(), files, stamp));
    }

    private Directory files(String slot) {
        return new SlotDirectory(directory, slot, guard);
    }

    /** The builds that there are. */
    Map<String, IndexIdentity> builds() throws IOException {
        Map<String, IndexIdentity> builds = new TreeMap<>();
        for (String label : Names.read(directory).builds().keySet()) {
            find(label).ifPresent(content -> builds.put(label, content.stamp().id()));
        }
        return builds;
    }

    /** The position of the last change to any content. */
    long position() throws IOException {
        return position(Names.read(directory));
    }

    private long position(Names names) throws IOException {
        long last = names.position();
        for (String slot : names.slots()) {
            last = Math.max(last, Stamp.read(files(slot)).map(Stamp::position).orElse(0L));
        }
        return last;
    }

    boolean isClosed() {
        return closed;
    }

    Readers readers(String name) {
        return readers.computeIfAbsent(name, any -> new Readers(() -> find(name)));
    }

    // --- changing ---------------------------------------------------------------------------------------------------

    /**
     * Creates the content of a name if it is missing, and brings what it holds under these settings. Done twice, it is done
     * once.
     */
    Stamp prepare(String name, String settings, DocumentMapper mapper) {
        return locked(() -> {
            if (name.equals(Names.LIVE) && find(name).isEmpty()) {
                // What is open, the lock too, may belong to files that are gone.
                discard();
            }
            Names names = owned();
            Content content = content(names, name).orElse(null);
            if (content == null) {
                return create(name, names, settings);
            }
            if (content.stamp().settings().equals(settings)) {
                open(content, IndexWriterConfig.OpenMode.APPEND);
                return content.stamp();
            }
            log.info("{} gets new settings, its documents are indexed anew: {}", failures.subject(), settings);
            Content changed = content.with(content.stamp().with(settings));
            commit("settings", changed, IndexWriterConfig.OpenMode.APPEND, new Reindexing(content.files(), mapper));
            readers(name).committed(changed);
            return changed.stamp();
        });
    }

    /** A build is bound when its content is there. */
    private Stamp create(String name, Names names, String settings) throws IOException {
        Optional<String> bound = names.slot(name);
        String slot = bound.isPresent() ? bound.get() : names.freeSlot(directory);
        Content fresh = new Content(slot, files(slot), Stamp.fresh(settings));
        commit("create", fresh, IndexWriterConfig.OpenMode.CREATE, writer -> {});
        if (bound.isEmpty()) {
            bind("the creation of build '" + name + "'", names.with(name, slot));
        }
        readers(name).committed(fresh);
        return fresh.stamp();
    }

    /**
     * Commits one batch to what the name is bound to.
     *
     * @return its position
     */
    long write(String name, String batch, Change change) {
        return locked(() -> {
            find(name).orElseThrow(() -> failures.missing(name));
            Names names = owned();
            Content content = content(names, name).orElseThrow(() -> failures.missing(name));
            Content changed = content.with(content.stamp().at(position(names) + 1));
            commit(batch, changed, IndexWriterConfig.OpenMode.APPEND, change);
            readers(name).committed(changed);
            return changed.stamp().position();
        });
    }

    /**
     * Exchanges the live content and a build's.
     *
     * @return the position of this
     * @throws RefusedException if one of them is not there
     */
    long swap(String label) {
        return locked(() -> {
            Names names = owned();
            if (content(names, Names.LIVE).isEmpty() || content(names, label).isEmpty()) {
                throw new RefusedException(
                        failures.subject() + " or its build '" + label + "' does not exist: nothing was swapped", null);
            }
            Names swapped = names.swapped(label, position(names) + 1);
            bind("the swap with build '" + label + "'", swapped);
            committed(Names.LIVE, swapped);
            committed(label, swapped);
            log.info("{} holds what build '{}' held, and that what it held", failures.subject(), label);
            return swapped.position();
        });
    }

    private void committed(String name, Names names) throws IOException {
        Optional<Content> content = content(names, name);
        if (content.isPresent()) {
            readers(name).committed(content.get());
        }
    }

    /**
     * Removes a build, if the label is bound to this content.
     *
     * @return false if it is not
     */
    boolean drop(String label, IndexIdentity onlyIf) {
        try {
            return locked(() -> {
                if (!isBoundTo(find(label), onlyIf)) {
                    return false;
                }
                Names names = owned();
                Optional<Content> content = content(names, label);
                if (content.isEmpty() || !isBoundTo(content, onlyIf)) {
                    return false;
                }
                Names left = names.without(label, position(names));
                bind("the removal of build '" + label + "'", left);
                readers(label).reset();
                close(writers.remove(content.get().slot()));
                tidyUp(left);
                return true;
            });
        } catch (UnknownOutcomeException e) {
            throw new UnavailableException(String.valueOf(e.getMessage()), e);
        }
    }

    private static boolean isBoundTo(Optional<Content> content, IndexIdentity identity) {
        return content.filter(there -> there.stamp().id().equals(identity)).isPresent();
    }

    // --- inside -----------------------------------------------------------------------------------------------------

    /** Takes the directory's lock, unless it is ours already, and reads what the names are bound to. */
    private Names owned() throws IOException {
        boolean others;
        try {
            others = guard.take();
        } catch (IOException | RuntimeException e) {
            discard();
            throw e;
        }
        Names names = Names.read(directory);
        if (others) {
            tidyUp(names);
        }
        return names;
    }

    /** Removes what a crash left: content that no name is bound to, and bindings that hold no more. */
    private void tidyUp(Names names) throws IOException {
        for (String file : Names.files(directory)) {
            String slot = SlotDirectory.slotOf(file);
            boolean leftover = slot == null ? names.replaces(file) : !names.binds(slot);
            if (leftover) {
                try {
                    directory.deleteFile(file);
                } catch (IOException e) {
                    log.debug("{} keeps file '{}' for now", failures.subject(), file, e);
                }
            }
        }
    }

    private void bind(String what, Names names) throws IOException {
        boolean done = false;
        try {
            names.stage(directory);
            try {
                names.publish(directory);
            } catch (IOException | RuntimeException e) {
                throw failures.unknown(what, e);
            }
            done = true;
        } finally {
            if (!done) {
                discard();
            }
        }
    }

    private void commit(String batch, Content content, IndexWriterConfig.OpenMode mode, Change change)
            throws IOException {
        IndexWriter into = open(content, mode);
        boolean done = false;
        try {
            change.apply(into);
            into.setLiveCommitData(content.stamp().userData().entrySet());
            into.prepareCommit();
            finish(batch, into);
            done = true;
        } finally {
            if (!done) {
                discard();
            }
        }
    }

    /** Only here is it unknown what a failure leaves behind. */
    private void finish(String batch, IndexWriter into) {
        try {
            into.commit();
        } catch (IOException | RuntimeException e) {
            throw failures.unknown("the commit of batch '" + batch + "'", e);
        }
    }

    private IndexWriter open(Content content, IndexWriterConfig.OpenMode mode) throws IOException {
        Open open = writers.get(content.slot());
        if (open != null && open.writer().isOpen() && content.stamp().identity().equals(open.identity())) {
            return open.writer();
        }
        close(writers.remove(content.slot()));
        IndexWriterConfig config =
                new IndexWriterConfig(analyzer).setOpenMode(mode).setRAMBufferSizeMB(BUFFER_MB);
        IndexWriter fresh = new IndexWriter(content.files(), config);
        writers.put(content.slot(), new Open(fresh, content.stamp().identity()));
        return fresh;
    }

    /** Throws away what is not committed, gives the lock back, and begins anew the next time. */
    private void discard() {
        readers.values().forEach(Readers::expectCommits);
        writers.values().forEach(this::close);
        writers.clear();
        try {
            guard.release();
        } catch (IOException | RuntimeException e) {
            log.debug("{} could not give its lock back tidily", failures.subject(), e);
        }
    }

    private void close(@Nullable Open broken) {
        if (broken == null) {
            return;
        }
        // With the flag set the rollback itself would be interrupted at its first file.
        boolean interrupted = Thread.interrupted();
        try {
            broken.writer().rollback();
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
    private interface Work<T> {
        T run() throws IOException;
    }

    private <T> T locked(Work<T> work) {
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
            for (Open last : writers.values()) {
                if (last.writer().isOpen()) {
                    last.writer().close();
                }
            }
        } finally {
            discard();
            try {
                IOUtils.close(readers.values());
            } finally {
                lock.unlock();
            }
        }
    }
}
