package dev.stocktake.meilisearch;

import com.meilisearch.sdk.Config;
import dev.stocktake.AuditableIndex;
import dev.stocktake.BatchLimits;
import dev.stocktake.Document;
import dev.stocktake.Fingerprint;
import dev.stocktake.FingerprintPage;
import dev.stocktake.IndexIdentity;
import dev.stocktake.LoggedIndex;
import dev.stocktake.MisconfiguredException;
import dev.stocktake.Outcome;
import dev.stocktake.ProductKey;
import dev.stocktake.RebuildableIndex;
import dev.stocktake.Receipt;
import dev.stocktake.Sleeper;
import dev.stocktake.StoppedException;
import dev.stocktake.UnavailableException;
import dev.stocktake.WriteBatch;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An index on a Meilisearch server, version 1.31 or later.
 *
 * <pre>{@code
 * try (MeilisearchIndex index = MeilisearchIndex.builder()
 *         .url("http://localhost:7700")
 *         .apiKey(System.getenv("SEARCH_KEY"))
 *         .uid("products")
 *         .searchable("name", "brand")
 *         .displayed("id", "name", "brand", "price", "stock")
 *         .filterable("brand", "stock")
 *         .build()) {
 *     // hand it to Stocktake
 * }
 * }</pre>
 *
 * <p>Documents are replaced whole, with the product's id under the {@linkplain Builder#primaryKey primary key} and a
 * fingerprint under {@value #FINGERPRINT_FIELD}. An id that Meilisearch does not allow is written as {@code b64-} and the
 * base64url of its bytes. Each request that writes is sent once; what becomes of it is read from the server's task queue,
 * where our batch id stands as {@code customMetadata}.
 *
 * <p>The key needs {@code documents.add}, {@code documents.get}, {@code documents.delete}, {@code indexes.get},
 * {@code tasks.get}, {@code settings.get}, and, if Stocktake shall create the index or change its settings,
 * {@code indexes.create}, {@code indexes.update} and {@code settings.update}. To rebuild it needs all of these and
 * {@code indexes.swap} and {@code indexes.delete}, for the index and its builds ({@code products*}). Only a key for all
 * indexes sees in the task history that somebody else swapped.
 *
 * <p>Thread-safe. {@link #close} ends its threads; without it they end by themselves some time after the last use.
 */
public final class MeilisearchIndex implements RebuildableIndex, LoggedIndex, AutoCloseable {

    /** The field that holds a document's fingerprint. Documents must not have one of this name. */
    public static final String FINGERPRINT_FIELD = DocumentEncoder.FINGERPRINT;

    private final Options options;
    private final Family family;
    private final Http http;
    private final Lazy<Parts> parts;

    private MeilisearchIndex(Options options, Sleeper sleeper, InstantSource clock) {
        this.options = options;
        this.family = new Family(options.uid());
        this.http = new Http(options.address(), options.timeouts().connect(), HttpThreads.named(options.uid()), clock);
        this.parts = new Lazy<>(() -> Parts.of(options, family, http, sleeper, clock));
    }

    /** What speaks to the server; made when somebody first asks it. */
    private record Parts(
            Wire wire, ServerVersion version, SentWrites sent, ServerIndex live, Builds builds, WriteLog writeLog) {

        static Parts of(Options options, Family family, Http http, Sleeper sleeper, InstantSource clock) {
            Translator translator = Translator.of(options.address(), options.uid());
            TaskQueue queue = new TaskQueue(http, translator, options.timeouts().request());
            Wire wire = new Wire(
                    http,
                    translator,
                    queue,
                    sleeper,
                    clock,
                    new RequestSize(options.address(), options.limits().maxBytes()));
            ServerVersion version = new ServerVersion(options, wire);
            SentWrites sent = new SentWrites();
            ServerIndex live = new ServerIndex(options, wire, family, version, sent);
            Builds builds = new Builds(options, wire, version, sent);
            return new Parts(wire, version, sent, live, builds, new WriteLog(family, queue, builds));
        }
    }

    private ServerIndex live() {
        return parts.get().live();
    }

    /** A builder without a server. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder with the address and the key of the vendor's client. */
    public static Builder fromConfig(Config config) {
        return new Builder().url(config.getHostUrl()).apiKey(config.getApiKey());
    }

    @Override
    public String name() {
        return options.uid();
    }

    @Override
    public BatchLimits limits() {
        return options.limits();
    }

    @Override
    public Optional<IndexIdentity> identify() {
        return live().identify();
    }

    /**
     * {@inheritDoc}
     *
     * @throws MisconfiguredException also if the server is older than 1.31, or the index has another primary key
     */
    @Override
    public IndexIdentity prepare() {
        return live().prepare();
    }

    @Override
    public Object spell(ProductKey key, Document document, Fingerprint fingerprint) {
        return live().spell(key, document, fingerprint);
    }

    /**
     * {@inheritDoc}
     *
     * @throws StoppedException if the thread is interrupted or the index closed; the batch may be applied or not
     */
    @Override
    public Receipt write(WriteBatch batch) {
        return live().write(batch);
    }

    @Override
    public Map<Receipt, Outcome> outcomes(Collection<Receipt> receipts) {
        return live().outcomes(receipts);
    }

    @Override
    public Duration requestLife() {
        return options.requestLife();
    }

    @Override
    public Map<ProductKey, Fingerprint> fingerprints(Collection<ProductKey> keys) {
        return live().fingerprints(keys);
    }

    @Override
    public FingerprintPage fingerprints(@Nullable String cursor, int limit) {
        return live().fingerprints(cursor, limit);
    }

    /** {@inheritDoc} Exact: of one moment, and not from the server's statistics. */
    @Override
    public long count() {
        return live().count();
    }

    /**
     * {@inheritDoc} Meilisearch keeps the field {@code _vectors} in a form of its own and does not give it back.
     */
    @Override
    public Map<ProductKey, Document> documents(Collection<ProductKey> keys) {
        return live().documents(keys);
    }

    /**
     * {@inheritDoc} It is called like this one with {@code __stocktake_} and the label behind. What the builder was not told
     * about settings is copied from the live index when it is prepared. Preparing it waits for 20 seconds at most, not for as
     * long as {@link Builder#prepareTimeout} says, and begins no build while the server has another one's making or removal
     * before it.
     *
     * @throws IllegalArgumentException {@inheritDoc}
     */
    @Override
    public AuditableIndex build(String label) {
        String build = family.build(RebuildableIndex.requireLabel(label));
        Parts all = parts.get();
        Wire there = all.wire().at(Translator.of(options.address(), build));
        return new ServerIndex(options.at(build), there, family, all.version(), all.sent());
    }

    @Override
    public Map<String, IndexIdentity> builds() {
        return parts.get().builds().list();
    }

    /**
     * {@inheritDoc}
     *
     * @throws UnavailableException also while another swap waits in the server's queue: two would be none
     * @throws MisconfiguredException also if the server is older than 1.31, which loses track of its tasks
     * @throws StoppedException if the thread is interrupted or the index closed; done now, later or never
     */
    @Override
    public Receipt swap(String label) {
        return parts.get().builds().swap(RebuildableIndex.requireLabel(label));
    }

    /**
     * {@inheritDoc}
     *
     * @throws UnavailableException also while a swap waits in the server's queue, which would be executed first; and if the
     *     server has not removed it after five seconds: then it will, and asking again sends nothing a second time
     */
    @Override
    public boolean drop(String label, IndexIdentity onlyIf) {
        return parts.get().builds().drop(RebuildableIndex.requireLabel(label), onlyIf);
    }

    @Override
    public long settledPosition() {
        return parts.get().writeLog().settledPosition();
    }

    @Override
    public LogPage writesAfter(long position, int limit) {
        return parts.get().writeLog().after(position, limit);
    }

    /** Ends running requests and the threads. Further calls throw {@link StoppedException}. */
    @Override
    public void close() {
        http.close();
    }

    @Override
    public String toString() {
        return options.words();
    }

    /** What the parts of the adapter speak to the server with. */
    record Wire(
            Http http, Translator translator, TaskQueue queue, Sleeper sleeper, InstantSource clock, RequestSize size) {

        /** For requests about something else. */
        Wire at(Translator newTranslator) {
            return new Wire(http, newTranslator, queue, sleeper, clock, size);
        }
    }

    /** The settings, checked. */
    record Options(
            Address address,
            String uid,
            String primaryKey,
            Attributes attributes,
            BatchLimits limits,
            boolean gzip,
            Timeouts timeouts,
            Duration requestLife) {

        /** The same for another index. */
        Options at(String newUid) {
            return new Options(address, newUid, primaryKey, attributes, limits, gzip, timeouts, requestLife);
        }

        String words() {
            return "Meilisearch index '" + uid + "' at '" + address + "'";
        }
    }

    /** Builds a {@link MeilisearchIndex}. Not thread-safe. */
    public static final class Builder {

        final Draft draft = new Draft();
        private Sleeper sleeper = Sleeper.system();
        private InstantSource clock = InstantSource.system();

        private Builder() {}

        /** The server's address, like {@code http://localhost:7700}; required. May have a path, if it is behind a proxy. */
        public Builder url(String url) {
            draft.url = url;
            return this;
        }

        /** An API key, see {@link MeilisearchIndex}; null or empty (the default) for a server without keys. */
        public Builder apiKey(@Nullable String apiKey) {
            draft.apiKey = apiKey == null ? "" : apiKey;
            return this;
        }

        /** The index's name; required. 1 to 160 characters of {@code [A-Za-z0-9_-]}, and not that of a build. */
        public Builder uid(String uid) {
            draft.uid = uid;
            return this;
        }

        /** The field that holds the product's id, by default {@code id}. */
        public Builder primaryKey(String field) {
            draft.primaryKey = field;
            return this;
        }

        /**
         * What is searched, the most important first; required. {@code "*"} is refused: the fingerprint of every document
         * would be searched too, and become a word of the index's dictionary.
         */
        public Builder searchable(String... attributes) {
            draft.searchable = List.of(attributes);
            return this;
        }

        /** What searchers get to see; required. {@code "*"} shows everything, the fingerprint too. */
        public Builder displayed(String... attributes) {
            draft.displayed = List.of(attributes);
            return this;
        }

        /** What can be filtered by; by default the server's setting is left as it is. */
        public Builder filterable(String... attributes) {
            draft.filterable = List.of(attributes);
            return this;
        }

        /** What can be sorted by; by default the server's setting is left as it is. */
        public Builder sortable(String... attributes) {
            draft.sortable = List.of(attributes);
            return this;
        }

        /** The ranking rules, the first decides first; by default the server's setting is left as it is. */
        public Builder rankingRules(String... rules) {
            draft.rankingRules = List.of(rules);
            return this;
        }

        /** How much goes into one batch, by default 10,000 products and 20 MB. */
        public Builder limits(BatchLimits limits) {
            draft.limits = limits;
            return this;
        }

        /**
         * Whether documents are compressed on the way, by default not. Product data shrinks to about an eighth for twice
         * the work; it pays across a network, not on one machine.
         */
        public Builder gzip(boolean gzip) {
            draft.gzip = gzip;
            return this;
        }

        /** How long to wait for a connection, by default 5 s. */
        public Builder connectTimeout(Duration timeout) {
            draft.connect = timeout;
            return this;
        }

        /** How long to wait for the answer to a small question, by default 30 s. */
        public Builder requestTimeout(Duration timeout) {
            draft.request = timeout;
            return this;
        }

        /** How long to wait for a page of documents, by default 60 s. */
        public Builder readTimeout(Duration timeout) {
            draft.read = timeout;
            return this;
        }

        /** How long to wait until the server has taken in a batch, by default 120 s. */
        public Builder writeTimeout(Duration timeout) {
            draft.write = timeout;
            return this;
        }

        /**
         * How long {@link MeilisearchIndex#prepare} waits until a new setting is applied, by default 10 min. Of a build never
         * longer than 20 s.
         */
        public Builder prepareTimeout(Duration timeout) {
            draft.prepare = timeout;
            return this;
        }

        /** See {@link MeilisearchIndex#requestLife}; by default 15 min. */
        public Builder requestLife(Duration life) {
            draft.requestLife = life;
            return this;
        }

        Builder sleeper(Sleeper sleeper) {
            this.sleeper = sleeper;
            return this;
        }

        Builder clock(InstantSource clock) {
            this.clock = clock;
            return this;
        }

        /**
         * The index. No connection is made yet.
         *
         * @throws MisconfiguredException with every setting that is missing or wrong
         */
        public MeilisearchIndex build() {
            return new MeilisearchIndex(draft.check(), sleeper, clock);
        }

        @Override
        public String toString() {
            return "MeilisearchIndex.Builder for '" + draft.uid + "'";
        }
    }
}
