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
import dev.stocktake.RebuildableIndex;
import dev.stocktake.Receipt;
import dev.stocktake.SearchIndex;
import dev.stocktake.UnavailableException;
import dev.stocktake.UnknownOutcomeException;
import dev.stocktake.WriteBatch;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongSupplier;
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
public final class InMemoryIndex implements RebuildableIndex, LoggedIndex {

    private final ReentrantLock lock = new ReentrantLock();
    private final String name;
    private final TaskQueue tasks = new TaskQueue();
    private final Wire wire = new Wire();
    private final Wire swaps = new Wire();
    private final Objections objections = new Objections();
    private final Contents contents;
    private BatchLimits limits = new BatchLimits(1_000, Long.MAX_VALUE);
    private Duration requestLife = Duration.ofMinutes(15);
    private boolean applyAtOnce = true;
    private boolean down;
    private String declared = "";
    private long writes;

    /** An index that does not exist until it is {@linkplain #prepare() prepared}. */
    public InMemoryIndex(String name) {
        this.name = name;
        this.contents = new Contents(name, objections);
    }

    // --- kinds
    // --------------------------------------------------------------------------------------------------------

    /** The same index for a caller who cannot read its log of writes. */
    public RebuildableIndex withoutLog() {
        return new WithoutLog(this);
    }

    /** The same index for a caller who can neither read its log of writes nor build beside it. */
    public AuditableIndex withoutBuilds() {
        return new WithoutBuilds(this);
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
                task.execute();
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
        plan(Wire.Fate.REJECTED, times);
    }

    /** The next write is accepted, but its writer gets an {@link UnknownOutcomeException}. */
    public void loseReplyOfNext() {
        plan(Wire.Fate.REPLY_LOST, 1);
    }

    /** The next write gets lost, and its writer gets an {@link UnknownOutcomeException}. */
    public void dropNext() {
        plan(Wire.Fate.DROPPED, 1);
    }

    /** The next write stays on the wire until {@link #deliver()}; its writer gets an {@link UnknownOutcomeException}. */
    public void deliverNextLate() {
        plan(Wire.Fate.LATE, 1);
    }

    /** The next write is accepted as usual, and once more at {@link #deliver()}. */
    public void deliverNextTwice() {
        plan(Wire.Fate.TWICE, 1);
    }

    /** The next tasks fail for a reason of the index. */
    public void failNext(int times) {
        plan(Wire.Fate.FAILED, times);
    }

    /**
     * Delivers the oldest write that is still on the wire; if there is none, the oldest swap.
     *
     * @return whether there was one
     */
    public boolean deliver() {
        return reading(() -> {
            Runnable late = wire.size() > 0 ? wire.arriving() : swaps.arriving();
            if (late != null) {
                late.run();
            }
            return late != null;
        });
    }

    /** How many writes and swaps are still on the wire. */
    public int onTheWire() {
        return reading(() -> wire.size() + swaps.size());
    }

    /** The next swap is rejected: certainly not done. */
    public void rejectNextSwap() {
        planSwap(Wire.Fate.REJECTED);
    }

    /** The next swap is accepted, but whoever asked for it gets an {@link UnknownOutcomeException}. */
    public void loseReplyOfNextSwap() {
        planSwap(Wire.Fate.REPLY_LOST);
    }

    /** The next swap gets lost, and whoever asked for it gets an {@link UnknownOutcomeException}. */
    public void dropNextSwap() {
        planSwap(Wire.Fate.DROPPED);
    }

    /** The next swap stays on the wire until {@link #deliver()}; whoever asked for it gets an {@link UnknownOutcomeException}. */
    public void deliverNextSwapLate() {
        planSwap(Wire.Fate.LATE);
    }

    /** The next swap is accepted as usual, and once more at {@link #deliver()}. */
    public void deliverNextSwapTwice() {
        planSwap(Wire.Fate.TWICE);
    }

    /** The next swap's task fails. */
    public void failNextSwap() {
        planSwap(Wire.Fate.FAILED);
    }

    /** The next swap's task is executed twice, so that nothing is exchanged, and ends well. */
    public void executeNextSwapTwice() {
        planSwap(Wire.Fate.DONE_TWICE);
    }

    private void planSwap(Wire.Fate fate) {
        locked(() -> swaps.plan(fate, 1));
    }

    private void plan(Wire.Fate fate, int times) {
        locked(() -> wire.plan(fate, times));
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
        locked(() -> objections.add(rule, of, reason));
    }

    /** Takes back {@link #refuse(ProductKey, String)}. */
    public void acceptAgain(ProductKey key) {
        acceptAgain("key " + key);
    }

    /** Takes back {@link #refuse(String, Predicate, String)}. */
    public void acceptAgain(String rule) {
        locked(() -> objections.remove(rule));
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
        locked(() -> contents.remove(Contents.LIVE));
    }

    /** Somebody drops the index and makes an empty one of the same name. */
    public void recreate() {
        locked(() -> {
            drop();
            contents.create(Contents.LIVE);
        });
    }

    /** Somebody else replaces a document that is there, without a fingerprint. */
    public void alter(ProductKey key, Document document) {
        locked(() -> {
            if (document(key).isEmpty()) {
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
        locked(() -> acceptAlien(new WriteBatch("alien", List.of(upsert), List.of())));
    }

    /** Somebody else removes a document. */
    public void erase(ProductKey key) {
        locked(() -> acceptAlien(new WriteBatch("alien", List.of(), List.of(key))));
    }

    // --- looking
    // ------------------------------------------------------------------------------------------------------

    /** The settings that searchers get; empty if nothing was declared when the index was last {@linkplain #prepare() prepared}. */
    public String settings() {
        return reading(() -> {
            IndexContent live = contents.at(Contents.LIVE);
            return live == null ? "" : live.settings();
        });
    }

    /** Declares settings, whatever they may be; every index has those with which it was last {@linkplain #prepare() prepared}. */
    public void declareSettings(String settings) {
        lock.lock();
        try {
            declared = settings;
        } finally {
            lock.unlock();
        }
    }

    /** What searchers see, by key. */
    public Map<ProductKey, Document> documents() {
        return reading(() -> {
            IndexContent live = contents.at(Contents.LIVE);
            return live == null ? Map.of() : live.documents();
        });
    }

    /** What searchers see of one product. */
    public Optional<Document> document(ProductKey key) {
        return reading(() -> Optional.ofNullable(documents().get(key)));
    }

    /** How often {@link #write} was called. */
    public long writes() {
        return reading(() -> writes);
    }

    /** How many upserts and deletions were applied in all, those of others included. */
    public long documentsWritten() {
        return reading(contents::written);
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
        return identify(Contents.LIVE);
    }

    Optional<IndexIdentity> identify(String label) {
        return asked(() -> Optional.ofNullable(contents.identity(label)));
    }

    @Override
    public IndexIdentity prepare() {
        return prepare(Contents.LIVE);
    }

    IndexIdentity prepare(String label) {
        return asked(() -> {
            IndexContent known = contents.at(label);
            IndexContent content = known == null ? contents.create(label) : known;
            content.settings(declared);
            return content.identity();
        });
    }

    @Override
    public Receipt write(WriteBatch batch) {
        return write(Contents.LIVE, batch);
    }

    Receipt write(String label, WriteBatch batch) {
        lock.lock();
        try {
            writes++;
            Wire.Fate fate = wire.next();
            if (down || fate == Wire.Fate.REJECTED) {
                throw unreachable();
            }
            Measure measure = Measure.of(batch, limits);
            if (measure.fitting().size() == 0) {
                return new Receipt(List.of(), measure.refused());
            }
            WriteBatch fitting = measure.fitting();
            IndexTask.Kind kind = IndexTask.Kind.WRITE;
            Supplier<Outcome> work = fate == Wire.Fate.FAILED
                    ? () -> Outcome.failed("Internal error; the test wants it so")
                    : () -> contents.apply(label, fitting);
            long position = send(wire, fate, () -> accept(kind, fitting.id(), work), "batch '" + fitting.id() + "'");
            return new Receipt(List.of(position), measure.refused());
        } finally {
            lock.unlock();
        }
    }

    private static long send(Wire way, Wire.Fate fate, LongSupplier arrival, String what) {
        if (fate.staysOnTheWire()) {
            way.keep(arrival::getAsLong);
        }
        if (!fate.arrives()) {
            throw noAnswer(what);
        }
        long position = arrival.getAsLong();
        if (fate == Wire.Fate.REPLY_LOST) {
            throw noAnswer(what);
        }
        return position;
    }

    private UnavailableException unreachable() {
        return new UnavailableException("Index '" + name + "' cannot be reached; the test wants it so", null);
    }

    private static UnknownOutcomeException noAnswer(String what) {
        return new UnknownOutcomeException("The index gave no answer to " + what + "; the test wants it so", null);
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
        return fingerprints(Contents.LIVE, keys);
    }

    Map<ProductKey, Fingerprint> fingerprints(String label, Collection<ProductKey> keys) {
        return looking(label, content -> content.fingerprints(keys), Map.of());
    }

    @Override
    public FingerprintPage fingerprints(@Nullable String cursor, int limit) {
        return fingerprints(Contents.LIVE, cursor, limit);
    }

    FingerprintPage fingerprints(String label, @Nullable String cursor, int limit) {
        return looking(label, content -> content.fingerprints(cursor, limit), new FingerprintPage(Map.of(), null, ""));
    }

    @Override
    public long count() {
        return count(Contents.LIVE);
    }

    long count(String label) {
        return looking(label, content -> (long) content.size(), 0L);
    }

    @Override
    public Map<ProductKey, Document> documents(Collection<ProductKey> keys) {
        return documents(Contents.LIVE, keys);
    }

    Map<ProductKey, Document> documents(String label, Collection<ProductKey> keys) {
        return looking(label, content -> content.documents(keys), Map.of());
    }

    private <T> T looking(String label, Function<IndexContent, T> look, T none) {
        return asked(() -> {
            IndexContent content = contents.at(label);
            return content == null ? none : look.apply(content);
        });
    }

    // --- RebuildableIndex
    // ---------------------------------------------------------------------------------------------

    @Override
    public AuditableIndex build(String label) {
        return new InMemoryBuild(this, RebuildableIndex.requireLabel(label));
    }

    @Override
    public Map<String, IndexIdentity> builds() {
        return asked(contents::builds);
    }

    @Override
    public Receipt swap(String label) {
        RebuildableIndex.requireLabel(label);
        lock.lock();
        try {
            Wire.Fate fate = swaps.next();
            if (down || fate == Wire.Fate.REJECTED) {
                throw unreachable();
            }
            Supplier<Outcome> work = switch (fate) {
                case FAILED -> () -> Outcome.failed("Internal error; the test wants it so");
                case DONE_TWICE ->
                    () -> {
                        contents.swap(label);
                        return contents.swap(label);
                    };
                default -> () -> contents.swap(label);
            };
            return Receipt.at(send(swaps, fate, () -> accept(IndexTask.Kind.SWAP, "", work), "the swap"));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean drop(String label, IndexIdentity onlyIf) {
        RebuildableIndex.requireLabel(label);
        return asked(() -> {
            boolean meant = onlyIf.equals(contents.identity(label));
            if (meant) {
                contents.remove(label);
            }
            return meant;
        });
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

    private void acceptAlien(WriteBatch batch) {
        accept(IndexTask.Kind.ALIEN_WRITE, batch.id(), () -> contents.apply(Contents.LIVE, batch));
    }

    private long accept(IndexTask.Kind kind, String batchId, Supplier<Outcome> work) {
        IndexTask task = tasks.accept(kind, batchId, work);
        if (applyAtOnce) {
            applyWaiting();
        }
        return task.position();
    }

    private void applyWaiting() {
        IndexTask task = tasks.next();
        while (task != null) {
            task.execute();
            task = tasks.next();
        }
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
