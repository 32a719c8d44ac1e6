package dev.stocktake.spring;

import dev.stocktake.SyncSettings;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What can be said under {@code stocktake}. Whatever an index needs may be said at the top, for the one index or for all, and
 * under {@code stocktake.indexes.<name>}, for that one.
 *
 * @param enabled Whether Stocktake is there at all. False leaves no bean, no thread and no table.
 * @param dataSource Name of the DataSource bean to use, if there are several and none is primary or annotated with
 *     {@code @StocktakeDataSource}.
 * @param source What a document is.
 * @param tables How rows lead to products. The first entry is the table with one row per product, and its id: "product.id".
 *     Each further one says which column of a table equals which column nearer to the product: "stock.variant_id ->
 *     variant.id", if need be followed by "by changed_at" (its timestamp) or "by nothing".
 * @param changes How changes are noticed.
 * @param meilisearch The index.
 * @param schedule What runs by itself, and how often.
 * @param settings Rates and bounds of the engine.
 * @param ledger Where Stocktake remembers what is not yet true.
 * @param scheduler The thread that keeps the index true.
 * @param admin The page for those who run the shop.
 * @param health The health indicator.
 * @param indexes Several indexes by name. What is not set there is taken from the top.
 */
@ConfigurationProperties(prefix = "stocktake", ignoreUnknownFields = false)
record StocktakeProperties(
        @DefaultValue("true") boolean enabled,
        @Nullable String dataSource,
        Source source,
        @DefaultValue List<String> tables,
        Changes changes,
        Meilisearch meilisearch,
        Schedule schedule,
        Settings settings,
        Ledger ledger,
        Scheduler scheduler,
        Admin admin,
        Health health,
        @DefaultValue Map<String, Index> indexes) {

    // For a group of which nothing is said Boot gives null, as no default is annotated: to convert those of some
    // seventy
    // properties at every start takes longer than all else that the properties need.
    StocktakeProperties {
        source = said(source, Source.DEFAULT);
        changes = said(changes, Changes.DEFAULT);
        meilisearch = said(meilisearch, Meilisearch.DEFAULT);
        schedule = said(schedule, Schedule.DEFAULT);
        settings = said(settings, Settings.DEFAULT);
        ledger = said(ledger, Ledger.DEFAULT);
        scheduler = said(scheduler, Scheduler.DEFAULT);
        admin = said(admin, Admin.DEFAULT);
        health = said(health, Health.DEFAULT);
    }

    private static <T> T said(@Nullable T group, T byDefault) {
        return group == null ? byDefault : group;
    }

    /**
     * What belongs to one index.
     *
     * @param source What a document is.
     * @param tables How rows lead to products.
     * @param changes How changes are noticed.
     * @param meilisearch The index.
     * @param schedule What runs by itself, and how often.
     * @param settings Rates and bounds of the engine.
     */
    record Index(
            Source source,
            @DefaultValue List<String> tables,
            Changes changes,
            Meilisearch meilisearch,
            Schedule schedule,
            Settings settings) {

        Index {
            source = said(source, Source.DEFAULT);
            changes = said(changes, Changes.DEFAULT);
            meilisearch = said(meilisearch, Meilisearch.DEFAULT);
            schedule = said(schedule, Schedule.DEFAULT);
            settings = said(settings, Settings.DEFAULT);
        }
    }

    /**
     * What a document is.
     *
     * @param query SQL with one row for each product that must be in the index, and {products:column} where the products are
     *     chosen. Or where it is: "classpath:documents.sql".
     * @param id Label of the query's column that holds the product's id.
     * @param children Queries for the rows below a product.
     * @param document Columns that hold a JSON object whose fields become the document's.
     * @param keys Table and column whose ids are walked, like "product.id". Default: the root of the tables.
     * @param recheckAt Column with the next time at which the document changes although no row is written.
     * @param projectionVersion Change it when documents are made otherwise than the queries tell.
     * @param statementTimeout How long a statement may take.
     */
    record Source(
            @Nullable String query,
            @DefaultValue("id") String id,
            @DefaultValue List<Child> children,
            @DefaultValue List<String> document,
            @Nullable String keys,
            @Nullable String recheckAt,
            @DefaultValue("1") String projectionVersion,
            @DefaultValue("60s") Duration statementTimeout) {

        static final Source DEFAULT =
                new Source(null, "id", List.of(), List.of(), null, null, "1", Duration.ofSeconds(60));
    }

    /**
     * Rows below a product.
     *
     * @param field The field they become.
     * @param query SQL with {products:column}, or where it is.
     * @param by Label of the column that says which product, or which row of the field they are nested in, a row belongs to.
     * @param as What the rows become.
     * @param name Label of the column that names the entries of a map.
     * @param key Label of the column by which rows nested in these belong to them.
     * @param hide Columns that become no fields.
     * @param in The field whose rows these are nested in, if they are not directly below the product.
     */
    record Child(
            @Nullable String field,
            @Nullable String query,
            @Nullable String by,
            @DefaultValue("list") As as,
            @DefaultValue("") String name,
            @DefaultValue("id") String key,
            @DefaultValue List<String> hide,
            @DefaultValue("") String in) {}

    /** What rows become. */
    enum As {
        /** A list of objects. */
        LIST,
        /** One object, or null. */
        ONE,
        /** A list of the values of the only column. */
        VALUES,
        /** An object, whose entries are named by a column. */
        MAP
    }

    /**
     * How changes are noticed.
     *
     * @param by Feeds that name what changed.
     * @param overlap How far a writer's clock may lag, and how long a transaction may stay open where the database does not
     *     tell.
     * @param changeLog The change log that triggers write.
     * @param timed SQL that selects the ids of products for which something begins or ends later than :from and not later
     *     than :to, or where it is.
     */
    record Changes(
            @DefaultValue("timestamps") List<By> by,
            @DefaultValue("5m") Duration overlap,
            ChangeLog changeLog,
            @Nullable String timed) {

        static final Changes DEFAULT =
                new Changes(List.of(By.TIMESTAMPS), Duration.ofMinutes(5), ChangeLog.DEFAULT, null);

        Changes {
            changeLog = said(changeLog, ChangeLog.DEFAULT);
        }
    }

    /** A way to notice changes. */
    enum By {
        /** The rows' timestamps. */
        TIMESTAMPS,
        /** Triggers; see stocktake.changes.change-log.install. */
        CHANGE_LOG,
        /** PostgreSQL's transaction numbers. */
        XMIN
    }

    /**
     * The change log.
     *
     * @param install Whether its tables and triggers are made at start: in an embedded database, always, or never.
     * @param schema Schema of its tables.
     * @param name Under which name this index takes from it. Each index on one database needs a name of its own.
     */
    record ChangeLog(
            @DefaultValue("never") Initialize install,
            @Nullable String schema,
            @Nullable String name) {

        static final ChangeLog DEFAULT = new ChangeLog(Initialize.NEVER, null, null);
    }

    /** When tables are made at start. */
    enum Initialize {
        /** If the database is in the memory of this process. */
        EMBEDDED,
        /** Always. */
        ALWAYS,
        /** Never: a migration tool does it. */
        NEVER
    }

    /**
     * The index on a Meilisearch server.
     *
     * @param url The server's address, like http://localhost:7700.
     * @param apiKey A key with the rights that docs/meilisearch.md lists. Empty for a server without keys.
     * @param uid Name of the index on the server. The name under stocktake.indexes, or "products".
     * @param primaryKey Field that holds the product's id.
     * @param searchable What is searched, the most important first. Default: all fields of the
     *     document but its id.
     * @param displayed What searchers get to see. Default: all fields of the document.
     * @param filterable What can be filtered by. By default the server's setting is left as it is.
     * @param sortable What can be sorted by. By default the server's setting is left as it is.
     * @param gzip Whether documents are compressed on the way; worth it across a network.
     * @param connectTimeout How long to wait for a connection.
     * @param requestTimeout How long to wait for the answer to a small question.
     */
    record Meilisearch(
            @Nullable String url,
            @Nullable String apiKey,
            @Nullable String uid,
            @DefaultValue("id") String primaryKey,
            @DefaultValue List<String> searchable,
            @DefaultValue List<String> displayed,
            @DefaultValue List<String> filterable,
            @DefaultValue List<String> sortable,
            @DefaultValue("false") boolean gzip,
            @DefaultValue("5s") Duration connectTimeout,
            @DefaultValue("30s") Duration requestTimeout) {

        static final Meilisearch DEFAULT = new Meilisearch(
                null,
                null,
                null,
                "id",
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                false,
                Duration.ofSeconds(5),
                Duration.ofSeconds(30));

        /** Without the key. */
        @Override
        public String toString() {
            return "Meilisearch[url=" + url + ", uid=" + uid + "]";
        }
    }

    /**
     * What runs by itself.
     *
     * @param smart How often changes are looked for at least. 0 switches it off.
     * @param smartFastest How soon after a find they are looked for again.
     * @param audit Within which time everything is compared, contents included. 0 switches it off.
     * @param full How often everything is looked at by the database's side. 0 switches it off.
     * @param fullCron When everything is looked at instead, as a Spring cron expression: "0 0 3 * * *". A run that was missed
     *     while nobody ran is made up for once.
     * @param zone Time zone of cron expressions. Default: the system's.
     */
    record Schedule(
            @DefaultValue("1s") Duration smart,
            @DefaultValue("200ms") Duration smartFastest,
            @DefaultValue("1h") Duration audit,
            @DefaultValue("24h") Duration full,
            @Nullable String fullCron,
            @Nullable ZoneId zone) {

        static final Schedule DEFAULT = new Schedule(
                Duration.ofSeconds(1), Duration.ofMillis(200), Duration.ofHours(1), Duration.ofHours(24), null, null);
    }

    /**
     * Rates and bounds of the engine.
     *
     * @param batch How much goes into one batch.
     * @param retry When and how often something is tried again.
     * @param lane How long the lease lasts and how long a run is patient.
     * @param brakes How much may be deleted without being asked for.
     * @param rebuilds How fast a build is filled and how long the old content is kept.
     */
    record Settings(Batch batch, Retry retry, Lane lane, Brakes brakes, Rebuilds rebuilds) {

        static final Settings DEFAULT =
                new Settings(Batch.DEFAULT, Retry.DEFAULT, Lane.DEFAULT, Brakes.DEFAULT, Rebuilds.DEFAULT);

        Settings {
            batch = said(batch, Batch.DEFAULT);
            retry = said(retry, Retry.DEFAULT);
            lane = said(lane, Lane.DEFAULT);
            brakes = said(brakes, Brakes.DEFAULT);
            rebuilds = said(rebuilds, Rebuilds.DEFAULT);
        }

        SyncSettings toSyncSettings() {
            return new SyncSettings(
                    new SyncSettings.Batch(
                            batch.maxProducts, batch.maxBytes.toBytes(), batch.maxInFlight, batch.readers),
                    new SyncSettings.Retry(retry.first, retry.longest, retry.growth, retry.attempts),
                    new SyncSettings.Lane(lane.lease, lane.patience, lane.firstPoll, lane.longestPoll),
                    new SyncSettings.Brakes(brakes.share, brakes.atLeast),
                    new SyncSettings.Rebuilds(rebuilds.documentsPerSecond, rebuilds.keepOld));
        }
    }

    /**
     * How much goes into one batch.
     *
     * @param maxProducts Products claimed at once.
     * @param maxBytes Documents are sent when about this much was read. Bounds the memory of a run.
     * @param maxInFlight Batches that may wait for the index at once.
     * @param readers Reads that may query the database ahead, each with up to two connections.
     */
    record Batch(
            @DefaultValue("5000") int maxProducts,
            @DefaultValue("8MB") DataSize maxBytes,
            @DefaultValue("4") int maxInFlight,
            @DefaultValue("1") int readers) {

        static final Batch DEFAULT = new Batch(5000, DataSize.ofMegabytes(8), 4, 1);
    }

    /**
     * When and how often something is tried again.
     *
     * @param first Delay after the first failure.
     * @param longest Delay at most.
     * @param growth Factor from one delay to the next.
     * @param attempts Failures in a row after which a run ends; what it did not do stays marked.
     */
    record Retry(
            @DefaultValue("1s") Duration first,
            @DefaultValue("1m") Duration longest,
            @DefaultValue("2") double growth,
            @DefaultValue("5") int attempts) {

        static final Retry DEFAULT = new Retry(Duration.ofSeconds(1), Duration.ofMinutes(1), 2, 5);
    }

    /**
     * How long the lease lasts and how long a run is patient.
     *
     * @param lease After this long without a sign of life another instance may take over.
     * @param patience How long a run waits for others and for the index.
     * @param firstPoll How long after a write the index is asked for the first time.
     * @param longestPoll Delay between two questions at most.
     */
    record Lane(
            @DefaultValue("60s") Duration lease,
            @DefaultValue("10m") Duration patience,
            @DefaultValue("20ms") Duration firstPoll,
            @DefaultValue("1s") Duration longestPoll) {

        static final Lane DEFAULT =
                new Lane(Duration.ofSeconds(60), Duration.ofMinutes(10), Duration.ofMillis(20), Duration.ofSeconds(1));
    }

    /**
     * How much may be deleted without being asked for.
     *
     * @param share Share of the index, from 0 to 1. 1 switches the brake off.
     * @param atLeast This many may always be deleted, however small the index is.
     */
    record Brakes(
            @DefaultValue("0.2") double share,
            @DefaultValue("100") long atLeast) {

        static final Brakes DEFAULT = new Brakes(0.2, 100);
    }

    /**
     * How fast a build is filled and how long the old content is kept.
     *
     * @param documentsPerSecond The walk over all products goes no faster. 0 for as fast as the two sides can.
     * @param keepOld How long what was live before is kept, to be rolled back to.
     */
    record Rebuilds(
            @DefaultValue("0") double documentsPerSecond,
            @DefaultValue("24h") Duration keepOld) {

        static final Rebuilds DEFAULT = new Rebuilds(0, Duration.ofHours(24));
    }

    /**
     * Where Stocktake remembers what is not yet true.
     *
     * @param initialize Whether its tables are made at start: in an embedded database, always, or never.
     * @param schema Schema of its tables.
     * @param tablePrefix What the tables' names begin with.
     * @param timeout How long a statement may take.
     */
    record Ledger(
            @DefaultValue("embedded") Initialize initialize,
            @Nullable String schema,
            @DefaultValue("stocktake_") String tablePrefix,
            @DefaultValue("30s") Duration timeout) {

        static final Ledger DEFAULT = new Ledger(Initialize.EMBEDDED, null, "stocktake_", Duration.ofSeconds(30));
    }

    /**
     * The thread that keeps the index true.
     *
     * @param enabled Whether this instance runs the schedule. False leaves runs to other instances, or to whoever calls them.
     * @param instance Name of this instance, for the lease. Must differ between instances. Default: random.
     * @param stopWithin How long stopping may take. Keep it below spring.lifecycle.timeout-per-shutdown-phase.
     */
    record Scheduler(
            @DefaultValue("true") boolean enabled,
            @Nullable String instance,
            @DefaultValue("20s") Duration stopWithin) {

        static final Scheduler DEFAULT = new Scheduler(true, null, Duration.ofSeconds(20));
    }

    /**
     * The page for those who run the shop.
     *
     * @param enabled Whether the page and its JSON are served.
     * @param path Where, below the application's context path.
     * @param readOnly Whether it only shows.
     * @param allowUnauthenticated Whether it is served although there is no Spring Security. Whoever reaches the port can then
     *     start runs.
     */
    record Admin(
            @DefaultValue("false") boolean enabled,
            @DefaultValue("/stocktake") String path,
            @DefaultValue("false") boolean readOnly,
            @DefaultValue("false") boolean allowUnauthenticated) {

        static final Admin DEFAULT = new Admin(false, "/stocktake", false, false);
    }

    /**
     * The health indicator.
     *
     * @param staleAfter An index whose oldest change waits longer than this is reported as UNKNOWN.
     * @param answerWithin How long health, page and endpoint wait for the ledger and the index. Whoever does not answer within
     *     that time is reported as DOWN.
     */
    record Health(
            @DefaultValue("5m") Duration staleAfter,
            @DefaultValue("3s") Duration answerWithin) {

        static final Health DEFAULT = new Health(Duration.ofMinutes(5), Duration.ofSeconds(3));
    }

    /** What the top says, for the only index. */
    Index top() {
        return new Index(source, tables, changes, meilisearch, schedule, settings);
    }
}
