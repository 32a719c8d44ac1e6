package dev.stocktake.testkit;

import dev.stocktake.AuditableIndex;
import dev.stocktake.BatchLimits;
import dev.stocktake.Document;
import dev.stocktake.Fingerprint;
import dev.stocktake.FingerprintPage;
import dev.stocktake.IndexIdentity;
import dev.stocktake.LoggedIndex;
import dev.stocktake.Outcome;
import dev.stocktake.ProductKey;
import dev.stocktake.Receipt;
import dev.stocktake.SearchIndex;
import dev.stocktake.UnavailableException;
import dev.stocktake.UnknownOutcomeException;
import dev.stocktake.WriteBatch;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A search index in memory that behaves like one with a queue of asynchronous tasks, and fails on command.
 *
 * <p>A write is accepted with a position; its task becomes final when it is {@linkplain #apply() applied}. Unless {@link
 * #applyLater()} was called that happens before {@link #write} returns.
 *
 * <pre>{@code
 * InMemoryIndex index = new InMemoryIndex("products");
 * index.refuse(ProductKey.of(7), "field 'price' is not a number");  // the task that holds it is refused as a whole
 * index.loseReplyOfNext();                                          // applied, but the writer is not told
 * index.deliverNextLate();                                          // applied only by deliver()
 * }</pre>
 *
 * <p>What is planned for "the next" writes is used up one plan per write, in the order of planning. Deterministic and
 * thread-safe.
 */
public final class InMemoryIndex implements AuditableIndex, LoggedIndex {

    private record Stored(Document document, Fingerprint fingerprint) {}

    /** What happens to a write on its way. */
    private enum Fate {
        ACCEPTED,
        REJECTED,
        REPLY_LOST,
        DROPPED,
        LATE,
        TWICE,
        FAILED
    }

    private record Refusal(Predicate<WriteBatch.Upsert> of, String reason) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final String name;
    private final TaskQueue tasks = new TaskQueue();
    private final TreeMap<String, Stored> documents = new TreeMap<>();
    private final Deque<Fate> fates = new ArrayDeque<>();
    private final Deque<WriteBatch> onTheWire = new ArrayDeque<>();
    private final Map<String, Refusal> refusals = new LinkedHashMap<>();
    private @Nullable IndexIdentity identity;
    private BatchLimits limits = new BatchLimits(1_000, Long.MAX_VALUE);
    private Duration requestLife = Duration.ofMinutes(15);
    private boolean applyAtOnce = true;
    private boolean down;
    private int identities;
    private long writes;
    private long documentsWritten;

    /** An index that does not exist until it is {@linkplain #prepare() prepared}. */
    public InMemoryIndex(String name) {
        this.name = name;
    }

    // --- kinds
    // --------------------------------------------------------------------------------------------------------

    /** The same index for a caller who cannot read its log of writes. */
    public AuditableIndex withoutLog() {
        return new WithoutLog(this);
    }

    /** The same index for a caller who can only write. */
    public SearchIndex writeOnly() {
        return new WriteOnly(this);
    }

    // --- settings
    // -----------------------------------------------------------------------------------------------------

    /** Changes the limits; at first 1,000 products of any size. */
    public void limits(BatchLimits newLimits) {
        locked(() -> limits = newLimits);
    }

    /** Changes the request life; at first 15 minutes. */
    public void requestLife(Duration newRequestLife) {
        locked(() -> requestLife = newRequestLife);
    }

    /** From now on tasks wait for {@link #apply()}. */
    public void applyLater() {
        locked(() -> applyAtOnce = false);
    }

    /** From now on tasks are applied before {@link #write} returns; those that wait are applied now. */
    public void applyAtOnce() {
        locked(() -> {
            applyAtOnce = true;
            applyWaiting();
        });
    }

    // --- the queue
    // ----------------------------------------------------------------------------------------------------

    /**
     * Brings the oldest waiting task to its end.
     *
     * @return whether there was one
     */
    public boolean apply() {
        return reading(() -> {
            IndexTask task = tasks.next();
            if (task != null) {
                execute(task);
            }
            return task != null;
        });
    }

    /** Brings all waiting tasks to their ends. */
    public void applyAll() {
        locked(this::applyWaiting);
    }

    /** How many tasks wait. */
    public int waitingTasks() {
        return reading(tasks::waiting);
    }

    // --- faults of the way
    // --------------------------------------------------------------------------------------------

    /** From now on nothing reaches the index. */
    public void down() {
        locked(() -> down = true);
    }

    /** The index can be reached again. */
    public void up() {
        locked(() -> down = false);
    }

    /** The next writes are rejected: certainly not applied. */
    public void rejectNext(int times) {
        plan(Fate.REJECTED, times);
    }

    /** The next write is accepted, but its writer gets an {@link UnknownOutcomeException}. */
    public void loseReplyOfNext() {
        plan(Fate.REPLY_LOST, 1);
    }

    /** The next write gets lost, and its writer gets an {@link UnknownOutcomeException}. */
    public void dropNext() {
        plan(Fate.DROPPED, 1);
    }

    /** The next write stays on the wire until {@link #deliver()}; its writer gets an {@link UnknownOutcomeException}. */
    public void deliverNextLate() {
        plan(Fate.LATE, 1);
    }

    /** The next write is accepted as usual, and once more at {@link #deliver()}. */
    public void deliverNextTwice() {
        plan(Fate.TWICE, 1);
    }

    /** The next tasks fail for a reason of the index. */
    public void failNext(int times) {
        plan(Fate.FAILED, times);
    }

    /**
     * Delivers the oldest write that is still on the wire.
     *
     * @return whether there was one
     */
    public boolean deliver() {
        return reading(() -> {
            WriteBatch late = onTheWire.poll();
            if (late != null) {
                accept(late, false, false);
            }
            return late != null;
        });
    }

    /** How many writes are still on the wire. */
    public int onTheWire() {
        return reading(onTheWire::size);
    }

    private void plan(Fate fate, int times) {
        locked(() -> {
            for (int i = 0; i < times; i++) {
                fates.add(fate);
            }
        });
    }

    // --- faults of documents
    // ------------------------------------------------------------------------------------------

    /** A task that puts this product is refused as a whole. */
    public void refuse(ProductKey key, String reason) {
        refuse("key " + key, upsert -> upsert.key().equals(key), reason);
    }

    /**
     * A task that puts such a document is refused as a whole.
     *
     * @param rule a name for {@link #acceptAgain}
     */
    public void refuse(String rule, Predicate<WriteBatch.Upsert> of, String reason) {
        locked(() -> refusals.put(rule, new Refusal(of, reason)));
    }

    /** Takes back {@link #refuse(ProductKey, String)}. */
    public void acceptAgain(ProductKey key) {
        acceptAgain("key " + key);
    }

    /** Takes back {@link #refuse(String, Predicate, String)}. */
    public void acceptAgain(String rule) {
        locked(() -> refusals.remove(rule));
    }

    // --- faults of the index
    // ------------------------------------------------------------------------------------------

    /** Final tasks are remembered no longer: their outcomes are lost, and the log has a hole. */
    public void forgetTasks() {
        locked(tasks::forgetFinal);
    }

    /** The log's positions begin again behind this one, as after a restored backup. The documents stay. */
    public void regressTo(long position) {
        locked(() -> tasks.regress(position));
    }

    /** Somebody drops the index: its name is bound to nothing, and tasks that wait will fail. */
    public void drop() {
        locked(() -> {
            identity = null;
            documents.clear();
        });
    }

    /** Somebody drops the index and makes an empty one of the same name. */
    public void recreate() {
        locked(() -> {
            drop();
            create();
        });
    }

    /** Somebody else replaces a document that is there, without a fingerprint. */
    public void alter(ProductKey key, Document document) {
        locked(() -> {
            if (!documents.containsKey(key.value())) {
                throw new IllegalArgumentException("There is no document of product '" + key + "' to alter");
            }
            plant(key, document);
        });
    }

    /** Somebody else puts a document, without a fingerprint. */
    public void plant(ProductKey key, Document document) {
        plant(key, document, Fingerprint.UNKNOWN);
    }

    /** Somebody else puts a document with a fingerprint, an older one of ours perhaps. */
    public void plant(ProductKey key, Document document, Fingerprint fingerprint) {
        WriteBatch.Upsert upsert = new WriteBatch.Upsert(key, document, fingerprint);
        locked(() -> accept(new WriteBatch("alien", List.of(upsert), List.of()), true, false));
    }

    /** Somebody else removes a document. */
    public void erase(ProductKey key) {
        locked(() -> accept(new WriteBatch("alien", List.of(), List.of(key)), true, false));
    }

    // --- looking
    // ------------------------------------------------------------------------------------------------------

    /** What searchers see, by key. */
    public Map<ProductKey, Document> documents() {
        return reading(() -> {
            Map<ProductKey, Document> all = new LinkedHashMap<>();
            documents.forEach((key, stored) -> all.put(ProductKey.of(key), stored.document()));
            return all;
        });
    }

    /** What searchers see of one product. */
    public Optional<Document> document(ProductKey key) {
        return reading(() -> Optional.ofNullable(documents.get(key.value())).map(Stored::document));
    }

    /** How often {@link #write} was called. */
    public long writes() {
        return reading(() -> writes);
    }

    /** How many upserts and deletions were applied in all, those of others included. */
    public long documentsWritten() {
        return reading(() -> documentsWritten);
    }

    // --- SearchIndex
    // --------------------------------------------------------------------------------------------------

    @Override
    public String name() {
        return name;
    }

    @Override
    public BatchLimits limits() {
        return reading(() -> limits);
    }

    @Override
    public Duration requestLife() {
        return reading(() -> requestLife);
    }

    @Override
    public Optional<IndexIdentity> identify() {
        return asked(() -> Optional.ofNullable(identity));
    }

    @Override
    public IndexIdentity prepare() {
        return asked(() -> identity == null ? create() : identity);
    }

    private IndexIdentity create() {
        IndexIdentity created = new IndexIdentity(name + "-" + ++identities);
        identity = created;
        return created;
    }

    @Override
    public Receipt write(WriteBatch batch) {
        lock.lock();
        try {
            writes++;
            Fate fate = fates.isEmpty() ? Fate.ACCEPTED : fates.poll();
            if (down || fate == Fate.REJECTED) {
                throw unreachable();
            }
            Measure measure = Measure.of(batch, limits);
            if (measure.fitting().size() == 0) {
                return new Receipt(List.of(), measure.refused());
            }
            return new Receipt(List.of(send(measure.fitting(), fate)), measure.refused());
        } finally {
            lock.unlock();
        }
    }

    private long send(WriteBatch batch, Fate fate) {
        if (fate == Fate.LATE || fate == Fate.TWICE) {
            onTheWire.add(batch);
        }
        if (fate == Fate.LATE || fate == Fate.DROPPED) {
            throw noAnswer(batch);
        }
        long position = accept(batch, false, fate == Fate.FAILED);
        if (fate == Fate.REPLY_LOST) {
            throw noAnswer(batch);
        }
        return position;
    }

    private UnavailableException unreachable() {
        return new UnavailableException("Index '" + name + "' cannot be reached; the test wants it so", null);
    }

    private UnknownOutcomeException noAnswer(WriteBatch batch) {
        return new UnknownOutcomeException(
                "Index '" + name + "' gave no answer to batch '" + batch.id() + "'; the test wants it so", null);
    }

    @Override
    public Map<Receipt, Outcome> outcomes(Collection<Receipt> receipts) {
        return asked(() -> {
            Map<Receipt, Outcome> outcomes = new LinkedHashMap<>();
            receipts.forEach(receipt -> outcomes.put(receipt, outcome(receipt)));
            return outcomes;
        });
    }

    /** The first outcome that is not "applied": an index of this kind has one task per receipt. */
    private Outcome outcome(Receipt receipt) {
        return receipt.positions().stream()
                .map(tasks::outcome)
                .filter(outcome -> outcome.kind() != Outcome.Kind.APPLIED)
                .findFirst()
                .orElseGet(Outcome::applied);
    }

    // --- AuditableIndex
    // -----------------------------------------------------------------------------------------------

    @Override
    public Map<ProductKey, Fingerprint> fingerprints(Collection<ProductKey> keys) {
        return asked(() -> {
            Map<ProductKey, Fingerprint> found = new LinkedHashMap<>();
            for (ProductKey key : keys) {
                Stored stored = documents.get(key.value());
                if (stored != null) {
                    found.put(key, stored.fingerprint());
                }
            }
            return found;
        });
    }

    @Override
    public FingerprintPage fingerprints(@Nullable String cursor, int limit) {
        return asked(() -> {
            Map<ProductKey, Fingerprint> entries = new LinkedHashMap<>();
            String last = null;
            for (Map.Entry<String, Stored> entry : behind(cursor).entrySet()) {
                if (entries.size() == limit) {
                    return new FingerprintPage(entries, last, version());
                }
                last = entry.getKey();
                entries.put(ProductKey.of(last), entry.getValue().fingerprint());
            }
            return new FingerprintPage(entries, null, version());
        });
    }

    private Map<String, Stored> behind(@Nullable String cursor) {
        return cursor == null ? documents : documents.tailMap(cursor, false);
    }

    /** Pages follow the keys, so that no document slips from one to another, whatever is written. */
    private String version() {
        return identity == null ? "" : identity.value();
    }

    // --- LoggedIndex
    // --------------------------------------------------------------------------------------------------

    @Override
    public long settledPosition() {
        return asked(tasks::settled);
    }

    @Override
    public LogPage writesAfter(long position, int limit) {
        return asked(() -> tasks.after(position, limit));
    }

    // --- inside
    // -------------------------------------------------------------------------------------------------------

    private long accept(WriteBatch batch, boolean alien, boolean doomed) {
        IndexTask task = tasks.accept(batch, alien, doomed);
        if (applyAtOnce) {
            applyWaiting();
        }
        return task.position();
    }

    private void applyWaiting() {
        IndexTask task = tasks.next();
        while (task != null) {
            execute(task);
            task = tasks.next();
        }
    }

    private void execute(IndexTask task) {
        WriteBatch batch = task.take();
        if (identity == null) {
            task.end(Outcome.failed("There is no index '" + name + "'"));
            return;
        }
        if (task.doomed()) {
            task.end(Outcome.failed("Internal error; the test wants it so"));
            return;
        }
        Outcome refused = refusal(batch);
        if (refused != null) {
            task.end(refused);
            return;
        }
        for (WriteBatch.Upsert upsert : batch.upserts()) {
            documents.put(upsert.key().value(), new Stored(upsert.document(), upsert.fingerprint()));
        }
        batch.deletions().forEach(key -> documents.remove(key.value()));
        documentsWritten += batch.size();
        task.end(Outcome.applied());
    }

    private @Nullable Outcome refusal(WriteBatch batch) {
        if (refusals.isEmpty()) {
            return null;
        }
        for (WriteBatch.Upsert upsert : batch.upserts()) {
            for (Refusal refusal : refusals.values()) {
                if (refusal.of().test(upsert)) {
                    return Outcome.refused("Document of product '" + upsert.key() + "': " + refusal.reason());
                }
            }
        }
        return null;
    }

    private <T> T asked(Supplier<T> question) {
        return reading(() -> {
            if (down) {
                throw unreachable();
            }
            return question.get();
        });
    }

    private <T> T reading(Supplier<T> look) {
        lock.lock();
        try {
            return look.get();
        } finally {
            lock.unlock();
        }
    }

    private void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
        } finally {
            lock.unlock();
        }
    }
}
