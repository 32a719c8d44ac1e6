package dev.stocktake.spring;

import dev.stocktake.AuditableIndex;
import dev.stocktake.ChangeFeed;
import dev.stocktake.Ledger;
import dev.stocktake.ProductSource;
import dev.stocktake.SearchIndex;
import dev.stocktake.Stocktake;
import dev.stocktake.StocktakeException;
import dev.stocktake.SyncListener;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncSchedule;
import dev.stocktake.SyncSettings;
import dev.stocktake.jdbc.JdbcLedger;
import dev.stocktake.jdbc.JdbcProductSource;
import dev.stocktake.meilisearch.MeilisearchIndex;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.scheduling.support.CronExpression;

/** Puts one index together, of the application's beans and of what the properties say. */
final class Assembly {

    private static final Duration CRON_LOOKOUT = Duration.ofSeconds(5);

    private final String name;
    private final String path;
    private final StocktakeProperties.Index properties;
    private final Surroundings around;
    private final Given given;

    /**
     * What all indexes share.
     *
     * @param properties of all
     * @param beans of the application
     * @param dataSource the application's; throws if it cannot be told which
     * @param texts reads what is said inline or elsewhere
     * @param book writes down what runs
     */
    record Surroundings(
            StocktakeProperties properties, Beans beans, Supplier<DataSource> dataSource, Texts texts, RunBook book) {}

    private Assembly(String name, String path, StocktakeProperties.Index properties, Surroundings around, Given given) {
        this.name = name;
        this.path = path;
        this.properties = properties;
        this.around = around;
        this.given = given;
    }

    /**
     * What the application's beans give. What follows needs none of them, so that it may be done in another thread.
     *
     * @param dataSource null if nothing of ours needs one
     */
    private record Given(
            Optional<ProductSource> source,
            Optional<SearchIndex> index,
            List<ChangeFeed> feeds,
            Optional<Ledger> ledger,
            Optional<SyncSchedule> schedule,
            Optional<SyncSettings> settings,
            Optional<MeilisearchConnectionDetails> server,
            List<SyncListener> listeners,
            List<StocktakeCustomizer> customizers,
            @Nullable DataSource dataSource) {

        DataSource database() {
            return Objects.requireNonNull(dataSource);
        }

        /** Whether no code of the application has a part in it, but for its DataSource. */
        boolean isOurs() {
            return source.isEmpty() && index.isEmpty() && feeds.isEmpty() && ledger.isEmpty() && customizers.isEmpty();
        }
    }

    /**
     * Looks at the application's beans.
     *
     * @param name the index's
     * @param path where its properties stand
     * @throws SetUpException with everything that is missing
     */
    static Assembly look(String name, String path, StocktakeProperties.Index properties, Surroundings around) {
        Beans beans = around.beans();
        Optional<ProductSource> source = beans.own(ProductSource.class, name);
        Optional<SearchIndex> index = beans.own(SearchIndex.class, name);
        List<ChangeFeed> feeds = beans.all(ChangeFeed.class, name);
        Optional<Ledger> ledger = beans.shared(Ledger.class, name);
        new Missing(name, path, properties, around)
                .check(source.isEmpty(), index.isEmpty(), feeds.isEmpty(), ledger.isEmpty());
        boolean reads = source.isEmpty() || feeds.isEmpty() || ledger.isEmpty();
        Given given = new Given(
                source,
                index,
                feeds,
                ledger,
                beans.shared(SyncSchedule.class, name),
                beans.shared(SyncSettings.class, name),
                beans.shared(MeilisearchConnectionDetails.class, name),
                beans.general(SyncListener.class, name),
                beans.general(StocktakeCustomizer.class, name),
                reads ? around.dataSource().get() : null);
        return new Assembly(name, path, properties, around, given);
    }

    /** Whether {@link #assemble} runs no code of the application, but for its DataSource's. */
    boolean isOurs() {
        return given.isOurs();
    }

    /**
     * Puts it together, of what {@link #look} has found.
     *
     * @throws SetUpException with the first thing that is wrong
     */
    Kept assemble() {
        ProductSource source = given.source().orElseGet(() -> attempt(this::source));
        Ledger ledger = given.ledger().orElseGet(() -> attempt(this::ledger));
        List<ChangeFeed> feeds = given.feeds().isEmpty() ? attempt(this::feeds) : given.feeds();
        SearchIndex index = given.index().orElseGet(() -> attempt(() -> meilisearch(source)));
        @Nullable
        AutoCloseable owned = given.index().isEmpty() && index instanceof AutoCloseable closing ? closing : null;
        try {
            SyncSchedule schedule =
                    given.schedule().orElseGet(() -> attempt(() -> schedule(ledger, index, !feeds.isEmpty())));
            Stocktake stocktake = attempt(() -> stocktake(source, index, ledger, feeds));
            return new Kept(name, stocktake, index, owned, schedule);
        } catch (RuntimeException e) {
            Kept.close(name, owned);
            throw e;
        }
    }

    private <T extends @Nullable Object> T attempt(Supplier<T> step) {
        try {
            return step.get();
        } catch (StocktakeException e) {
            throw Advice.about(name, path, e);
        }
    }

    // --- the parts --------------------------------------------------------------------------------------------------

    private ProductSource source() {
        StocktakeProperties.Source said = properties.source();
        JdbcProductSource.Builder builder = JdbcProductSource.builder(given.database())
                .root(around.texts().read(path + ".source.query", String.valueOf(said.query())))
                .id(said.id())
                .document(said.document().toArray(String[]::new))
                .projectionVersion(said.projectionVersion())
                .statementTimeout(said.statementTimeout());
        new Children(path + ".source.children", said.children(), around.texts()).addTo(builder);
        if (said.recheckAt() != null) {
            builder.recheckAt(said.recheckAt());
        }
        String keys = said.keys();
        if (keys != null) {
            addKeys(builder, keys);
        } else if (!properties.tables().isEmpty()) {
            addKeys(builder, GraphText.root(path + ".tables", properties.tables()));
        }
        return builder.build();
    }

    private void addKeys(JdbcProductSource.Builder builder, String keys) {
        int dot = keys.lastIndexOf('.');
        if (dot < 1 || dot == keys.length() - 1) {
            throw new SetUpException(
                    "'" + path + ".source.keys' must be a table and a column, like 'product.id', not '" + keys + "'.",
                    "Correct '" + path + ".source.keys'.",
                    null);
        }
        builder.keys(keys.substring(0, dot), keys.substring(dot + 1));
    }

    private Ledger ledger() {
        StocktakeProperties.Ledger said = around.properties().ledger();
        DataSource dataSource = given.database();
        JdbcLedger.Builder builder =
                JdbcLedger.builder(dataSource).tablePrefix(said.tablePrefix()).timeout(said.timeout());
        if (said.schema() != null) {
            builder.schema(said.schema());
        }
        JdbcLedger ledger = builder.build();
        return Embedded.shallMake(said.initialize(), dataSource) ? ledger.initialize() : ledger;
    }

    private List<ChangeFeed> feeds() {
        return new Feeds(name, path, properties, given.database(), around.texts()).make();
    }

    private SearchIndex meilisearch(ProductSource source) {
        StocktakeProperties.Meilisearch said = properties.meilisearch();
        List<String> fields = said.searchable().isEmpty() || said.displayed().isEmpty() ? fields(source) : List.of();
        List<String> searchable = said.searchable().isEmpty()
                ? fields.stream()
                        .filter(field -> !field.equals(said.primaryKey()))
                        .toList()
                : said.searchable();
        List<String> displayed = said.displayed().isEmpty() ? fields : said.displayed();
        String uid = said.uid();
        Optional<MeilisearchConnectionDetails> details = given.server();
        MeilisearchIndex.Builder builder = MeilisearchIndex.builder()
                .url(details.map(MeilisearchConnectionDetails::url).orElseGet(() -> String.valueOf(said.url())))
                .apiKey(details.isPresent() ? details.get().apiKey() : said.apiKey())
                .uid(uid == null ? name : uid)
                .primaryKey(said.primaryKey())
                .searchable(searchable.toArray(String[]::new))
                .displayed(displayed.toArray(String[]::new))
                .gzip(said.gzip())
                .connectTimeout(said.connectTimeout())
                .requestTimeout(said.requestTimeout());
        if (!said.filterable().isEmpty()) {
            builder.filterable(said.filterable().toArray(String[]::new));
        }
        if (!said.sortable().isEmpty()) {
            builder.sortable(said.sortable().toArray(String[]::new));
        }
        return builder.build();
    }

    private List<String> fields(ProductSource source) {
        if (source instanceof JdbcProductSource jdbc
                && properties.source().document().isEmpty()) {
            return jdbc.fields();
        }
        throw new SetUpException(
                "Nobody knows which fields the documents of index '" + name + "' have, so that '" + path
                        + ".meilisearch.searchable' and '" + path + ".meilisearch.displayed' cannot be left out.",
                "List under '" + path
                        + ".meilisearch.searchable' what is searched, the most important first, and under '" + path
                        + ".meilisearch.displayed' what searchers get to see.",
                null);
    }

    // --- what runs --------------------------------------------------------------------------------------------------

    private @Nullable SyncSchedule schedule(Ledger ledger, SearchIndex index, boolean noticesChanges) {
        StocktakeProperties.Schedule said = properties.schedule();
        SyncSchedule.Builder builder = SyncSchedule.builder();
        boolean any = false;
        if (isOn(said.smart()) && noticesChanges) {
            Duration fastest = said.smartFastest().compareTo(said.smart()) > 0 ? said.smart() : said.smartFastest();
            builder.paced(fastest, said.smart(), SyncPolicy.smart());
            any = true;
        }
        if (isOn(said.audit()) && index instanceof AuditableIndex) {
            builder.audit(said.audit());
            any = true;
        }
        if (said.fullCron() != null) {
            builder.every(CRON_LOOKOUT, cron(ledger, said.fullCron(), said.zone()));
            any = true;
        } else if (isOn(said.full())) {
            builder.every(said.full(), SyncPolicy.full().inPlace());
            any = true;
        }
        return any ? builder.build() : null;
    }

    private static boolean isOn(Duration interval) {
        return !interval.isZero();
    }

    private SyncPolicy cron(Ledger ledger, String expression, @Nullable ZoneId zone) {
        try {
            return new CronPolicy(
                    name, ledger, CronExpression.parse(expression), zone == null ? ZoneId.systemDefault() : zone);
        } catch (IllegalArgumentException e) {
            throw new SetUpException(
                    "'" + path + ".schedule.full-cron' is no cron expression: " + e.getMessage() + ".",
                    "Write six fields, from the second to the day of the week: '0 0 3 * * *' is every night at three.",
                    e);
        }
    }

    private Stocktake stocktake(ProductSource source, SearchIndex index, Ledger ledger, List<ChangeFeed> feeds) {
        SyncSettings settings =
                given.settings().orElseGet(() -> properties.settings().toSyncSettings());
        Stocktake.Builder builder = Stocktake.builder(source, index, ledger).settings(settings);
        feeds.forEach(builder::feed);
        String instance = around.properties().scheduler().instance();
        if (instance != null) {
            builder.instance(instance);
        }
        builder.listener(around.book().listener(name));
        given.listeners().forEach(builder::listener);
        given.customizers().forEach(customizer -> customizer.customize(name, builder));
        return builder.build();
    }
}
