package dev.stocktake.lucene;

import dev.stocktake.AuditableIndex;
import dev.stocktake.BatchLimits;
import dev.stocktake.Document;
import dev.stocktake.Fingerprint;
import dev.stocktake.FingerprintPage;
import dev.stocktake.IndexIdentity;
import dev.stocktake.MisconfiguredException;
import dev.stocktake.Outcome;
import dev.stocktake.ProductKey;
import dev.stocktake.RebuildableIndex;
import dev.stocktake.Receipt;
import dev.stocktake.UnavailableException;
import dev.stocktake.WriteBatch;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.IOUtils;
import org.jspecify.annotations.Nullable;

/**
 * A search index in the same process: a directory of Lucene files, and no server.
 *
 * <pre>{@code
 * try (LuceneIndex index = LuceneIndex.builder("products", Path.of("data/search"))
 *         .searchable("name", "brand", "variants.sku")
 *         .filterable("in_stock", "categories", "prices")
 *         .sortable("name")
 *         .build()) {
 *     Stocktake stocktake = Stocktake.builder(source, index, ledger).feed(feed).build();
 *     stocktake.run(SyncPolicy.full());
 *     Hits hits = index.search(Search.of("wool sca").where("in_stock", true));
 * }
 * }</pre>
 *
 * <p>A build beside the live content lies in the same directory, and which of them is live is one small file, replaced as
 * Lucene replaces its own: after a crash it is the one or the other.
 *
 * <p>A write is on disk and visible to every search when {@link #write} returns, or not at all; searches see whole batches
 * only. One process writes at a time: it takes the directory's lock with its first {@link #prepare} and keeps it until
 * {@link #close}; others may search meanwhile, and get an {@link UnavailableException} when they write.
 *
 * <p>Documents come back as they were written. Texts longer than 32,000 bytes can be searched but not filtered by.
 *
 * <p>Lucene logs with {@code java.util.logging} under {@code org.apache.lucene}. On Java 24 and newer the JVM warns of its
 * native access once, unless started with {@code --enable-native-access=ALL-UNNAMED}.
 *
 * <p>Thread-safe.
 */
public final class LuceneIndex implements RebuildableIndex, AutoCloseable {

    /** The longest name; the builds' names are cut to it. */
    static final int LONGEST_NAME = 200;

    private final Directory directory;
    private final boolean ownsDirectory;
    private final Failures failures;
    private final Finder finder;
    private final Store store;
    private final NamedIndex live;

    private LuceneIndex(Builder builder, Directory directory, Failures failures) {
        this.directory = directory;
        this.ownsDirectory = builder.directory == null;
        this.failures = failures;
        FoldingAnalyzer analyzer = new FoldingAnalyzer();
        this.finder = new Finder(builder.fields(), analyzer);
        this.store = new Store(directory, analyzer, failures);
        this.live = NamedIndex.live(builder.name, store, failures, builder.fields(), builder.limits);
    }

    /**
     * Begins with what every index has.
     *
     * @param name for ledger, reports and logs; at most 200 characters
     * @param directory where the files lie; created if it is missing
     */
    public static Builder builder(String name, Path directory) {
        return new Builder(name, directory, null);
    }

    /**
     * Begins with a Lucene directory of the caller's, who also closes it.
     *
     * @param name for ledger, reports and logs; at most 200 characters
     */
    public static Builder builder(String name, Directory directory) {
        return new Builder(name, null, directory);
    }

    // --- search -----------------------------------------------------------------------------------------------------

    /**
     * Finds products.
     *
     * @throws MisconfiguredException if the search filters or sorts by a field that the settings do not provide for
     * @throws UnavailableException if the index is closed or cannot be read
     */
    public Hits search(Search search) {
        finder.check(search);
        return live.look(searcher -> finder.find(searcher, search)).orElse(Hits.NONE);
    }

    /**
     * The document of one product.
     *
     * @throws UnavailableException if the index is closed or cannot be read
     */
    public Optional<Document> get(ProductKey key) {
        return live.look(searcher -> Finder.get(searcher, key))
                .flatMap(found -> found)
                .map(Hits.Hit::document);
    }

    // --- SearchIndex ------------------------------------------------------------------------------------------------

    @Override
    public String name() {
        return live.name();
    }

    @Override
    public BatchLimits limits() {
        return live.limits();
    }

    /** {@inheritDoc} Kept in the commits; a directory that was emptied and filled again has another one. */
    @Override
    public Optional<IndexIdentity> identify() {
        return live.identify();
    }

    /** {@inheritDoc} Where the settings differ from those of the last time, all documents are indexed anew. */
    @Override
    public IndexIdentity prepare() {
        return live.prepare();
    }

    @Override
    public Object spell(ProductKey key, Document document, Fingerprint fingerprint) {
        return live.spell(key, document, fingerprint);
    }

    @Override
    public Receipt write(WriteBatch batch) {
        return live.write(batch);
    }

    /** {@inheritDoc} A receipt is only given for what was committed, so all but those of another content are applied. */
    @Override
    public Map<Receipt, Outcome> outcomes(Collection<Receipt> receipts) {
        return live.outcomes(receipts);
    }

    /** {@inheritDoc} None: nothing is on a wire. */
    @Override
    public Duration requestLife() {
        return live.requestLife();
    }

    // --- AuditableIndex ---------------------------------------------------------------------------------------------

    @Override
    public Map<ProductKey, Fingerprint> fingerprints(Collection<ProductKey> keys) {
        return live.fingerprints(keys);
    }

    /** {@inheritDoc} In the order of the keys' bytes, in which nothing can slip past: the version is the identity. */
    @Override
    public FingerprintPage fingerprints(@Nullable String cursor, int limit) {
        return live.fingerprints(cursor, limit);
    }

    @Override
    public long count() {
        return live.count();
    }

    @Override
    public Map<ProductKey, Document> documents(Collection<ProductKey> keys) {
        return live.documents(keys);
    }

    // --- RebuildableIndex -------------------------------------------------------------------------------------------

    /** {@inheritDoc} Its files lie in the same directory, under names that begin with {@code stocktake.}. */
    @Override
    public AuditableIndex build(String label) {
        return live.build(RebuildableIndex.requireLabel(label));
    }

    @Override
    public Map<String, IndexIdentity> builds() {
        return live.reading(store::builds);
    }

    /** {@inheritDoc} Done when it returns; searches that are going on end with what they began with. */
    @Override
    public Receipt swap(String label) {
        return Receipt.at(store.swap(RebuildableIndex.requireLabel(label)));
    }

    @Override
    public boolean drop(String label, IndexIdentity onlyIf) {
        return store.drop(RebuildableIndex.requireLabel(label), onlyIf);
    }

    /** Waits for the write that is going on and gives the directory's lock back. May be repeated. */
    @Override
    public void close() {
        try {
            IOUtils.close(store, ownsDirectory ? directory : null);
        } catch (IOException | RuntimeException e) {
            throw failures.nothingDone(e);
        }
    }

    /** Settings of a {@link LuceneIndex}. Not thread-safe. */
    public static final class Builder {

        private static final BatchLimits DEFAULT_LIMITS = new BatchLimits(10_000, 64L * 1024 * 1024);

        private final String name;
        private final @Nullable Path path;
        private final @Nullable Directory directory;
        private List<String> searchable = List.of(FieldSettings.ALL);
        private List<String> filterable = List.of(FieldSettings.ALL);
        private List<String> sortable = List.of();
        private BatchLimits limits = DEFAULT_LIMITS;

        private Builder(String name, @Nullable Path path, @Nullable Directory directory) {
            this.name = name;
            this.path = path;
            this.directory = directory;
        }

        /**
         * The fields whose texts are searched, most important first. Default: all, weighted alike. Naming an object
         * or list includes everything in it.
         */
        public Builder searchable(String... names) {
            searchable = Arrays.asList(names);
            return this;
        }

        /** The fields that {@link Search} may filter by; default: all. An object or list as above. */
        public Builder filterable(String... names) {
            filterable = Arrays.asList(names);
            return this;
        }

        /** The fields that {@link Search} may sort by, each by its full name; default: none. */
        public Builder sortable(String... names) {
            sortable = Arrays.asList(names);
            return this;
        }

        /** What one write may hold; default: 10,000 products and 64 MiB. A larger document is refused. */
        public Builder limits(BatchLimits newLimits) {
            limits = newLimits;
            return this;
        }

        private FieldSettings fields() {
            return new FieldSettings(searchable, filterable, sortable);
        }

        /**
         * Opens the directory. Neither takes its lock nor creates the index; {@link LuceneIndex#prepare} does.
         *
         * @throws MisconfiguredException naming every setting that is wrong
         */
        public LuceneIndex build() {
            check();
            Failures failures = new Failures(name, directory == null ? "'" + path + "'" : directory.toString());
            try {
                Directory opened = directory == null && path != null ? FSDirectory.open(path) : directory;
                return new LuceneIndex(this, java.util.Objects.requireNonNull(opened), failures);
            } catch (IOException e) {
                throw failures.cannotOpen(e);
            }
        }

        private void check() {
            List<String> problems = new ArrayList<>();
            if (name.isBlank() || name.length() > LONGEST_NAME) {
                problems.add("name must have 1 to 200 characters, but is '" + name + "'");
            }
            checkNames("searchable", searchable, problems);
            checkNames("filterable", filterable, problems);
            checkNames("sortable", sortable, problems);
            if (sortable.contains(FieldSettings.ALL)) {
                problems.add("sortable must name each field, '*' is not possible");
            }
            if (!problems.isEmpty()) {
                throw new MisconfiguredException("LuceneIndex: " + String.join("; ", problems));
            }
        }

        private static void checkNames(String setting, List<String> names, List<String> problems) {
            if (names.stream().anyMatch(String::isBlank)) {
                problems.add(setting + " holds a blank name");
            }
            if (names.stream().distinct().count() < names.size()) {
                problems.add(setting + " names a field twice: " + names);
            }
        }
    }
}
