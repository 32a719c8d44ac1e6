package dev.stocktake;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Takes a claimed batch from its rows to the index: read, compare, write. */
final class BatchWriter {

    private static final int FIRST_READ = 32;
    private static final int LARGEST_READ = 500;

    /** After so many answers in a row that nothing is held, an index counts as empty. */
    private static final int EMPTY_AFTER = 3;

    private static final int ASKS_ONE_IN = 8;

    /** So many parts are read ahead for each reader: enough to go on while a request is sent and the books are kept. */
    private static final int PARTS_AHEAD = 4;

    /** Products differ in size: aimed at the brim, every other batch would spill a second, tiny request. */
    private static final double FILL = 0.85;

    /** How many times larger than the average a product counts at most. */
    private static final int LARGEST_STEP = 10;

    private final Ports ports;
    private final Surroundings around;
    private final Readers readers;
    private final Runnable alive;
    private final Brake brake;
    private final BatchLimits limits;
    private double bytesPerProduct;
    private int readAtOnce = FIRST_READ;
    private int partsOfWalk;
    private int nothingHeld;

    /** @param alive called before every read and every request */
    BatchWriter(
            Ports ports,
            SyncSettings.Batch settings,
            Surroundings around,
            Brake brake,
            Readers readers,
            Runnable alive) {
        this.ports = ports;
        this.around = around;
        this.readers = readers;
        this.alive = alive;
        this.brake = brake;
        BatchLimits own = ports.index().limits();
        this.limits = new BatchLimits(
                Math.min(settings.maxProducts(), own.maxProducts()), Math.min(settings.maxBytes(), own.maxBytes()));
    }

    /** A walk over all products begins: what was found out about the index is old. */
    void walkBegins() {
        nothingHeld = 0;
    }

    /** How many products of the size met so far fill a batch. */
    int claimSize() {
        if (bytesPerProduct <= 0) {
            return limits.maxProducts();
        }
        double fitting = FILL * limits.maxBytes() / bytesPerProduct;
        return (int) Math.max(1, Math.min(limits.maxProducts(), fitting));
    }

    /** Begins to read a batch whose turn to be written has not come, behind whatever is being read. */
    BatchReads begin(OpenBatch batch) {
        BatchReads reads = new BatchReads(batch.claim().items());
        int most = ahead();
        if (most > 0) {
            reads.ahead((items, whole) -> begin(items, false), partSize(), most);
        }
        return reads;
    }

    /**
     * Reads the batch's products fresh, leaves out what the index already holds, and hands over the rest in requests closed
     * by count and bytes. Every request is entered in the batch and told to {@code accepted} before the next is begun.
     *
     * @param reads what was begun of it; null if nothing was
     * @param readersIdle called once, when nothing of the batch is left to be begun, before it is sent
     */
    void write(OpenBatch batch, @Nullable BatchReads reads, Run run, Runnable readersIdle, Accepted accepted) {
        brake.begin();
        Load load = new Load(batch, run, accepted);
        BatchReads parts = reads == null ? new BatchReads(batch.claim().items()) : reads;
        boolean idle = false;
        try {
            while (!parts.over()) {
                if (!parts.allBegun()) {
                    parts.ahead(this::begin, partSize(), 1 + ahead());
                }
                BatchReads.Part part = parts.next();
                if (!idle && parts.allBegun() && ahead() > 0) {
                    idle = true;
                    readersIdle.run();
                }
                load.add(part);
            }
        } finally {
            parts.forget();
        }
        load.send();
    }

    /** Nothing is read ahead before it is known how large products are. */
    private int ahead() {
        return bytesPerProduct <= 0 ? 0 : PARTS_AHEAD * readers.ahead();
    }

    /** Few products at first, and later as many as are known to fit into memory, with those that are read ahead. */
    private int partSize() {
        if (bytesPerProduct <= 0) {
            return FIRST_READ;
        }
        double fitting = limits.maxBytes() / (bytesPerProduct * (1 + ahead()));
        readAtOnce = (int) Math.max(1, Math.min(Math.min(LARGEST_READ, fitting), readAtOnce * 2.0));
        return readAtOnce;
    }

    /** @param whole nothing is to be gained if the batch has no other part */
    private BatchReads.Part begin(List<Claim.Item> items, boolean whole) {
        alive.run();
        boolean asks = asksIndex(items);
        Readers.Read<BatchReads.Seen> look = answered -> look(items, asks, answered);
        return new BatchReads.Part(items, whole ? Readers.later(look) : readers.begin(look));
    }

    private BatchReads.Seen look(List<Claim.Item> items, boolean asks, Runnable answered) {
        List<ProductKey> keys = items.stream().map(Claim.Item::key).toList();
        Map<ProductKey, Projection> now = ports.source().read(keys, answered);
        Map<ProductKey, Fingerprint> held = asks ? held(items) : null;
        return new BatchReads.Seen(now, held, spelt(items, now, held));
    }

    /**
     * Spells each document for its fingerprint and at once for the index: a text that has just been looked at is looked at
     * again for little, and for much when a batch of others came in between.
     */
    private Map<ProductKey, BatchReads.Spelt> spelt(
            List<Claim.Item> items, Map<ProductKey, Projection> now, @Nullable Map<ProductKey, Fingerprint> held) {
        Canonicalizer canonicalizer = new Canonicalizer();
        String version = ports.source().projectionVersion();
        Map<ProductKey, BatchReads.Spelt> spelt = new HashMap<>(2 * items.size());
        for (Claim.Item item : items) {
            if (now.get(item.key()) instanceof Projection.Present present) {
                Document document = present.document();
                Canonicalizer.Canonical canonical = canonicalizer.spell(document, version);
                Fingerprint fingerprint = canonical.fingerprint();
                boolean same = held != null && fingerprint.equals(held.getOrDefault(item.key(), null));
                Object sent = same ? null : ports.index().spell(item.key(), document, fingerprint);
                spelt.put(item.key(), new BatchReads.Spelt(canonical, sent));
            }
        }
        return spelt;
    }

    /**
     * While a walk over all products fills an index that has shown to be empty there, looking for what is not there takes
     * longer than writing what is: then only every so many parts ask. Not to ask means to write.
     */
    private boolean asksIndex(List<Claim.Item> items) {
        if (items.stream().anyMatch(item -> item.token() != 0)) {
            return true;
        }
        return nothingHeld < EMPTY_AFTER || partsOfWalk++ % ASKS_ONE_IN == 0;
    }

    private void learnWhetherEmpty(BatchReads.Part part, @Nullable Map<ProductKey, Fingerprint> held) {
        if (held != null && part.items().stream().anyMatch(item -> !forced(item))) {
            nothingHeld = held.isEmpty() ? nothingHeld + 1 : 0;
        }
    }

    /** Writes down where an accepted request stands. */
    @FunctionalInterface
    interface Accepted {
        void at(WriteBatch request, Receipt receipt);
    }

    /**
     * A product that must not be in the index.
     *
     * @param held what the index holds of it; null if that is not known
     */
    private record Deletion(Claim.Item item, @Nullable Fingerprint held) {}

    /** The request being filled. */
    private final class Load {

        private final OpenBatch batch;
        private final Run run;
        private final Accepted accepted;
        private List<WriteBatch.Upsert> upserts = new ArrayList<>();
        private List<ProductKey> deletions = new ArrayList<>();
        private long bytes;
        private long markedLooked;
        private boolean keepsDocument;

        Load(OpenBatch batch, Run run, Accepted accepted) {
            this.batch = batch;
            this.run = run;
            this.accepted = accepted;
        }

        void add(BatchReads.Part part) {
            BatchReads.Seen seen = run.reading(part.seen()::await);
            Map<ProductKey, Projection> now = seen.now();
            Map<ProductKey, Fingerprint> held = seen.held();
            learnWhetherEmpty(part, held);
            List<Deletion> gone = new ArrayList<>();
            for (Claim.Item item : part.items()) {
                markedLooked += item.token() == 0 ? 0 : 1;
                place(
                        item,
                        now.get(item.key()),
                        seen.spelt().get(item.key()),
                        held == null ? null : held.getOrDefault(item.key(), null),
                        held != null,
                        gone);
            }
            remove(gone);
        }

        private void place(
                Claim.Item item,
                @Nullable Projection now,
                BatchReads.@Nullable Spelt spelt,
                @Nullable Fingerprint held,
                boolean compared,
                List<Deletion> gone) {
            if (now == null) {
                throw noAnswer(item.key());
            }
            remember(item, now.recheckAt());
            if (now instanceof Projection.Unreadable unreadable) {
                batch.refuse(item.key(), unreadable.problem(), null);
            } else if (now instanceof Projection.Present present) {
                put(item, present.document(), Objects.requireNonNull(spelt), held, compared);
            } else if (skips(item, compared, held == null)) {
                batch.result(item.key(), outcome(ProductOutcome.Result.UNCHANGED, null, null));
            } else {
                gone.add(new Deletion(item, held));
            }
        }

        private void remember(Claim.Item item, @Nullable Instant recheckAt) {
            if (recheckAt != null && around.on(Rule.RECHECK)) {
                batch.recheck(item.key(), recheckAt);
            }
        }

        private void put(
                Claim.Item item,
                Document document,
                BatchReads.Spelt spelt,
                @Nullable Fingerprint held,
                boolean compared) {
            Canonicalizer.Canonical canonical = spelt.canonical();
            Fingerprint fingerprint = canonical.fingerprint();
            measure(canonical.size());
            Refusal refusal = item.refused();
            if (refusal != null && standsRefused(item, refusal, fingerprint)) {
                batch.result(item.key(), outcome(ProductOutcome.Result.REFUSED, held, fingerprint));
                batch.refuse(item.key(), refusal.reason(), fingerprint);
            } else if (skips(item, compared, fingerprint.equals(held))) {
                keepsDocument = true;
                batch.result(item.key(), outcome(ProductOutcome.Result.UNCHANGED, held, fingerprint));
            } else {
                keepsDocument = true;
                makeRoom(canonical.size());
                upserts.add(new WriteBatch.Upsert(item.key(), document, fingerprint, spelt.sent()));
                bytes += canonical.size();
                batch.result(item.key(), outcome(ProductOutcome.Result.WRITTEN, held, fingerprint));
            }
        }

        private void remove(List<Deletion> gone) {
            List<Deletion> losing = brake.fitted() ? losing(gone) : List.of();
            Set<Deletion> heldBack = new LinkedHashSet<>(heldBack(losing));
            brake.goes(losing.stream()
                    .filter(deletion -> !heldBack.contains(deletion))
                    .map(deletion -> deletion.item().key())
                    .toList());
            brake.leaves(
                    heldBack.stream().map(deletion -> deletion.item().key()).toList());
            for (Deletion deletion : gone) {
                if (heldBack.contains(deletion)) {
                    batch.holdBack(deletion.item().key(), deletion.held());
                } else {
                    makeRoom(0);
                    deletions.add(deletion.item().key());
                    batch.result(deletion.item().key(), outcome(ProductOutcome.Result.DELETED, deletion.held(), null));
                }
            }
        }

        /** Those of the deletions by which the index loses a document, as far as it tells. */
        private List<Deletion> losing(List<Deletion> gone) {
            List<ProductKey> unasked = gone.stream()
                    .filter(deletion -> deletion.held() == null)
                    .map(deletion -> deletion.item().key())
                    .toList();
            Set<ProductKey> there = unasked.isEmpty()
                    ? Set.of()
                    : run.writing(() -> ((AuditableIndex) ports.index())
                            .fingerprints(unasked)
                            .keySet());
            return gone.stream()
                    .filter(deletion -> deletion.held() != null
                            || there.contains(deletion.item().key()))
                    .toList();
        }

        /**
         * What somebody asked for by name goes at once. What the walk over all products meets waits for the walk over the
         * index's ids, which is owed anyway and counts first; the rest goes if it cannot be too much.
         */
        private List<Deletion> heldBack(List<Deletion> losing) {
            List<Deletion> unasked = losing.stream()
                    .filter(deletion -> deletion.item().reason() != Reason.DEMAND || !run.mayDelete(brake.always()))
                    .toList();
            brake.made(losing.size() - unasked.size());
            List<Deletion> marked = unasked.stream()
                    .filter(deletion -> deletion.item().token() != 0)
                    .toList();
            if (!brake.lets(marked.size(), markedLooked, keepsDocument)) {
                return unasked;
            }
            return unasked.stream()
                    .filter(deletion -> deletion.item().token() == 0)
                    .toList();
        }

        private void makeRoom(long size) {
            int count = upserts.size() + deletions.size();
            if (count > 0 && (count >= limits.maxProducts() || bytes + size > limits.maxBytes())) {
                send();
            }
        }

        void send() {
            if (upserts.isEmpty() && deletions.isEmpty()) {
                return;
            }
            WriteBatch request = new WriteBatch(batch.claim().batchId(), upserts, deletions);
            upserts = new ArrayList<>();
            deletions = new ArrayList<>();
            bytes = 0;
            alive.run();
            Receipt receipt = run.writing(() -> ports.index().write(request));
            batch.sent(receipt);
            accepted.at(request, receipt);
        }
    }

    static IllegalStateException noAnswer(ProductKey product) {
        return new IllegalStateException("The product source did not answer for product '" + product
                + "'; ProductSource.read must return an entry for each key it is given");
    }

    /** What the index holds of the unforced items; null if it was not asked. */
    private @Nullable Map<ProductKey, Fingerprint> held(List<Claim.Item> items) {
        if (!(ports.index() instanceof AuditableIndex auditable) || !around.on(Rule.SKIP)) {
            return null;
        }
        List<ProductKey> unforced = items.stream()
                .filter(item -> !forced(item))
                .map(Claim.Item::key)
                .toList();
        return unforced.isEmpty() ? new LinkedHashMap<>() : auditable.fingerprints(unforced);
    }

    /** R6': only what was read back equal after the claim may be left out. */
    private boolean skips(Claim.Item item, boolean compared, boolean equal) {
        return compared && !forced(item) && (equal || !around.on(Rule.COMPARE_BEFORE_SKIP));
    }

    private boolean forced(Claim.Item item) {
        return item.forced() && around.on(Rule.FORCE_SUSPECT);
    }

    /** A document that was refused is not sent again unless somebody asks for it, or an unknown write may have landed. */
    private boolean standsRefused(Claim.Item item, Refusal refusal, Fingerprint now) {
        return now.equals(refusal.fingerprint()) && item.reason() != Reason.DEMAND && !forced(item);
    }

    private static ProductOutcome outcome(
            ProductOutcome.Result result, @Nullable Fingerprint before, @Nullable Fingerprint after) {
        return new ProductOutcome(result, before, after, "");
    }

    /** One giant says nothing about its neighbours: none may outweigh all that was learnt of them. */
    private void measure(long size) {
        double counted = bytesPerProduct <= 0
                ? Math.min(size, (double) limits.maxBytes() / limits.maxProducts())
                : Math.min(size, LARGEST_STEP * bytesPerProduct);
        bytesPerProduct = bytesPerProduct <= 0 ? counted : bytesPerProduct * 0.95 + counted * 0.05;
    }
}
