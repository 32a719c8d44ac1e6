package dev.stocktake.examples.medusa;

import com.zaxxer.hikari.HikariDataSource;
import dev.stocktake.ChangeFeed;
import dev.stocktake.Fingerprint;
import dev.stocktake.FingerprintPage;
import dev.stocktake.Ledger;
import dev.stocktake.LedgerTransaction;
import dev.stocktake.MisconfiguredException;
import dev.stocktake.SelfCheck;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncListener;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncSchedule;
import dev.stocktake.UnavailableException;
import dev.stocktake.jdbc.ChangeLog;
import dev.stocktake.jdbc.ChangeLogFeed;
import dev.stocktake.jdbc.JdbcLedger;
import dev.stocktake.jdbc.JdbcProductSource;
import dev.stocktake.jdbc.ProductTables;
import dev.stocktake.jdbc.TimedFeed;
import dev.stocktake.jdbc.TimestampFeed;
import dev.stocktake.jdbc.XminFeed;
import dev.stocktake.meilisearch.MeilisearchIndex;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything that the settings ask for, checked and connected. The commands and the service are made of the same. */
final class Parts implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Parts.class);

    static final String WITH_LOG = "The change log is installed: every change is seen.";

    private static final String NOT_INSTALLED = "The change log was not installed: ";

    private static final Duration FAREWELL = Duration.ofSeconds(20);

    /** The column by which a query of the shop's own says when it must be asked again. */
    private static final String RECHECK = "recheck_at";

    private static final Pattern MAKES =
            Pattern.compile("(?im)^create (table|sequence) (?:if not exists )?(?:[\\w\"]+\\.)?(stocktake_\\w+)");

    private static final Duration SMART_FASTEST = Duration.ofMillis(200);
    private static final Duration SMART_WITH_LOG = Duration.ofSeconds(1);
    private static final Duration SMART_WITHOUT = Duration.ofSeconds(5);

    private final Settings settings;
    private final HikariDataSource shop;
    private final HikariDataSource own;
    private final ProductTables graph;
    private final List<AutoCloseable> toClose = new ArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile @Nullable Stocktake engine;

    private Parts(Settings settings, HikariDataSource shop, HikariDataSource own) {
        this.settings = settings;
        this.shop = shop;
        this.own = own;
        this.graph = MedusaTables.graph(settings.sql().tables());
        toClose.add(shop);
        if (own != shop) {
            toClose.add(own);
        }
    }

    /** Connects to nothing yet. */
    static Parts of(Settings settings) {
        HikariDataSource shop = Databases.pool(settings.shop(), "shop");
        DatabaseUrl elsewhere = settings.own();
        return new Parts(settings, shop, elsewhere == null ? shop : Databases.pool(elsewhere, "stocktake"));
    }

    /** Ctrl-C ends a run at its next border, with the lane given back: otherwise nobody else had it before it lapses. */
    Parts endedWithTheProcess() {
        Thread farewell = new Thread(this::farewell, "medusa-farewell");
        Runtime.getRuntime().addShutdownHook(farewell);
        toClose.add(() -> Runtime.getRuntime().removeShutdownHook(farewell));
        return this;
    }

    private void farewell() {
        Stocktake running = engine;
        if (running == null) {
            return;
        }
        running.close();
        try {
            // The run is another thread's, which still needs everything else.
            closed.await(FAREWELL.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    Settings settings() {
        return settings;
    }

    DataSource shop() {
        return shop;
    }

    ShopCheck check() {
        return new ShopCheck(shop, settings);
    }

    /**
     * Looks at the shop and throws if something is wrong with it.
     *
     * @throws WrongSettings if somebody must correct something
     * @throws UnavailableException if the database cannot be reached now
     */
    Parts requireShop() {
        List<Finding> all = check().look();
        all.stream()
                .filter(finding -> finding.level() == Finding.Level.NOTE)
                .forEach(finding -> log.info(finding.text()));
        List<Finding> bad = all.stream().filter(Finding::bad).toList();
        List<String> wrong = bad.stream()
                .filter(finding -> finding.level() == Finding.Level.WRONG)
                .map(Finding::text)
                .toList();
        if (!wrong.isEmpty()) {
            throw new WrongSettings(wrong);
        }
        if (!bad.isEmpty()) {
            throw new UnavailableException(bad.get(0).text(), null);
        }
        return this;
    }

    // --- the parts --------------------------------------------------------------------------------------------------

    /** The query is asked for its columns here, so what is wrong with it is known before anything begins. */
    JdbcProductSource source() {
        JdbcProductSource source = plain().build();
        return source.fields().contains(RECHECK) ? plain().recheckAt(RECHECK).build() : source;
    }

    private JdbcProductSource.Builder plain() {
        return JdbcProductSource.builder(shop)
                .root(Queries.document(settings.sql()))
                .keys("product", "id");
    }

    /** With its tables made. */
    JdbcLedger ledger() {
        makeSchema(own, true);
        try {
            return ledgerAsItIs().initialize();
        } catch (MisconfiguredException e) {
            requireRoomForTheLedger();
            throw e;
        }
    }

    private JdbcLedger ledgerAsItIs() {
        return JdbcLedger.builder(own).schema(schema()).build();
    }

    /** Whether anybody has made its tables; makes nothing. */
    boolean ledgerIsThere() {
        try {
            return !madeForTheLedger().isEmpty();
        } catch (SQLException e) {
            throw Databases.failure(ledgerSetting(), settings.ledger(), e);
        }
    }

    private String ledgerSetting() {
        return settings.ownDatabase() ? "STOCKTAKE_DATABASE_URL" : "DATABASE_URL";
    }

    /** Whether the ledger can be kept here, with tables that are there or can be made; says who must do what otherwise. */
    void requireRoomForTheLedger() {
        try {
            if (!schemaIsThere(own)) {
                requireRightToMakeSchema(own, true);
                return;
            }
            List<Made> made = madeForTheLedger();
            if (!mayIn(own, "usage") || made.isEmpty() && !mayIn(own, "create")) {
                throw noRoom(made.isEmpty());
            }
            requireRightsOn(made);
            requireThatItCanBeRenewed(made);
        } catch (SQLException e) {
            throw Databases.failure(ledgerSetting(), settings.ledger(), e);
        }
    }

    /** One right at a time: a list of them would ask for any. */
    private boolean mayIn(DataSource database, String right) throws SQLException {
        return Databases.exists(database, "select 1 where has_schema_privilege(?, ?)", settings.schema(), right);
    }

    private WrongSettings noRoom(boolean forNewTables) throws SQLException {
        return new WrongSettings("Stocktake needs tables of its own in schema " + schema() + ", and "
                + Databases.user(own)
                + (forNewTables ? " may make none there. " : " may not reach those that are there. ")
                + letIn(Databases.user(own), forNewTables ? "usage, create" : "usage"));
    }

    private String letIn(String user, String rights) {
        return "Let the owner of the schema run: grant " + rights + " on schema " + schema() + " to "
                + ShopCheck.quoted(user) + ";";
    }

    private String schema() {
        return ShopCheck.quoted(settings.schema());
    }

    /** Somebody else may have made them. */
    private void requireRightsOn(List<Made> made) throws SQLException {
        List<String> grants = new ArrayList<>();
        String user = Databases.user(own);
        for (Made one : made) {
            String name = schema() + "." + one.name();
            for (String right : one.rights()) {
                if (Databases.exists(own, "select 1 where not has_" + one.kind() + "_privilege(?, ?)", name, right)) {
                    grants.add("grant " + String.join(", ", one.rights()) + " on " + one.kind() + " " + name + " to "
                            + ShopCheck.quoted(user) + ";");
                    break;
                }
            }
        }
        if (!grants.isEmpty()) {
            throw new WrongSettings("Stocktake's own tables are in schema " + schema() + ", and " + user
                    + " may not write all of them. Let their owner run: " + String.join(" ", grants));
        }
    }

    /** Tables of an older version are changed by their owner alone. */
    private void requireThatItCanBeRenewed(List<Made> made) throws SQLException {
        if (made.isEmpty()) {
            return;
        }
        try {
            ledgerAsItIs().verify();
        } catch (MisconfiguredException e) {
            List<String> others = otherOwners(made);
            if (!others.isEmpty()) {
                throw new WrongSettings(
                        inOurWords(e) + " They belong to " + others.get(0) + ", who alone may change them.");
            }
            if (!mayIn(own, "create")) {
                throw new WrongSettings(inOurWords(e) + " " + letIn(Databases.user(own), "usage, create"));
            }
        }
    }

    /** Why the change log could not be installed, and who must do what where that is known. */
    WrongSettings notInstalled(RuntimeException failure) {
        log.debug("The change log was not installed", failure);
        String said = NOT_INSTALLED + inOurWords(failure);
        try {
            Map<String, String> foreign = foreignTables();
            if (!foreign.isEmpty()) {
                return new WrongSettings(notTheOwner(foreign));
            }
            boolean shut = schemaIsThere(shop) && !(mayIn(shop, "usage") && mayIn(shop, "create"));
            return new WrongSettings(shut ? said + " " + letIn(Databases.user(shop), "usage, create") : said);
        } catch (SQLException e) {
            log.debug("Whose the shop's tables are could not be asked", e);
            return new WrongSettings(said);
        }
    }

    private String notTheOwner(Map<String, String> foreign) throws SQLException {
        String user = Databases.user(shop);
        String owner = foreign.get("product");
        if (owner == null) {
            return NOT_INSTALLED + "it needs the owner of all tables that it watches, and " + user
                    + " does not own " + String.join(", ", foreign.keySet()) + ". Let an administrator run: "
                    + String.join(" ", owning(foreign, ShopCheck.quoted(user)));
        }
        String text = NOT_INSTALLED + "it needs the owner of the shop's tables (" + owner + "), and "
                + user
                + " is not. Run change-log install with an address of that user in DATABASE_URL, usually Medusa's"
                + " own.";
        boolean shut = Databases.exists(
                shop,
                "select 1 from pg_namespace where nspname = ?"
                        + " and not (has_schema_privilege(?, oid, 'usage') and has_schema_privilege(?, oid, 'create'))",
                settings.schema(),
                owner,
                owner);
        return shut ? text + " Before that: " + letIn(owner, "usage, create") : text;
    }

    /** Whose tables they are keeps his rights on them. To be a superuser, too, is more than anybody needs. */
    private Set<String> owning(Map<String, String> foreign, String user) throws SQLException {
        Set<String> grants = new LinkedHashSet<>();
        for (Map.Entry<String, String> table : foreign.entrySet()) {
            boolean superuser =
                    Databases.exists(shop, "select 1 from pg_roles where rolname = ? and rolsuper", table.getValue());
            grants.add(
                    superuser
                            ? "alter table " + table.getKey() + " owner to " + user + ";"
                            : "grant " + ShopCheck.quoted(table.getValue()) + " to " + user + ";");
        }
        return grants;
    }

    /** Whose are those that have triggers, or shall have them, where they are not our user's. */
    private Map<String, String> foreignTables() throws SQLException {
        Map<String, String> owners = new LinkedHashMap<>();
        Databases.list(
                shop,
                "select cast(c.oid as regclass), pg_get_userbyid(c.relowner) from pg_class c"
                        + " join pg_namespace n on n.oid = c.relnamespace"
                        + " where c.relkind in ('r', 'p') and not pg_has_role(c.relowner, 'usage')"
                        + " and string_to_array(?, ',') && cast(array[n.nspname || '.' || c.relname,"
                        + " case when pg_table_is_visible(c.oid) then c.relname end] as text[]) order by 1",
                row -> owners.put(row.getString(1), row.getString(2)),
                String.join(",", MedusaTables.names(settings.sql().tables())));
        return owners;
    }

    /** @param forTheLedger which may lie in another database, as the change log may not */
    private void requireRightToMakeSchema(DataSource database, boolean forTheLedger) throws SQLException {
        if (!Databases.exists(database, "select 1 where has_database_privilege(current_database(), 'create')")) {
            String user = Databases.user(database);
            throw new WrongSettings("Stocktake needs a schema for its own tables, and " + user
                    + " may not make one. Let the administrator of the database run: create schema " + schema()
                    + " authorization " + ShopCheck.quoted(user) + ";"
                    + (forTheLedger && !settings.ownDatabase()
                            ? " or let STOCKTAKE_DATABASE_URL lead to another database."
                            : ""));
        }
    }

    private void makeSchema(DataSource database, boolean forTheLedger) {
        String setting = forTheLedger ? ledgerSetting() : "DATABASE_URL";
        DatabaseUrl url = forTheLedger ? settings.ledger() : settings.shop();
        try {
            if (schemaIsThere(database)) {
                return;
            }
            requireRightToMakeSchema(database, forTheLedger);
            Databases.execute(database, "create schema " + schema());
            log.info("Made the schema {} in {} for Stocktake's own tables", settings.schema(), url);
        } catch (SQLException e) {
            raced(database, setting, url, e);
        }
    }

    /** Two instances that start at once. */
    private void raced(DataSource database, String setting, DatabaseUrl url, SQLException failure) {
        try {
            if (schemaIsThere(database)) {
                return;
            }
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
        throw Databases.failure(setting, url, failure);
    }

    boolean schemaIsThere(DataSource database) throws SQLException {
        return Databases.exists(database, "select 1 from pg_namespace where nspname = ?", settings.schema());
    }

    ChangeLog changeLog() {
        return ChangeLog.builder(shop, graph).schema(settings.schema()).build();
    }

    /** The log stands in the shop's database, wherever the ledger is. Made only for who can go on with it. */
    void makeLogSchema() {
        try {
            Map<String, String> foreign = schemaIsThere(shop) ? Map.of() : foreignTables();
            if (!foreign.isEmpty()) {
                throw new WrongSettings(notTheOwner(foreign));
            }
        } catch (SQLException e) {
            throw Databases.failure("DATABASE_URL", settings.shop(), e);
        }
        makeSchema(shop, false);
    }

    boolean changeLogIsThere() {
        try {
            return Databases.list(
                            shop,
                            "select to_regclass(?) is not null",
                            row -> row.getBoolean(1),
                            settings.schema() + ".stocktake_change")
                    .get(0);
        } catch (SQLException e) {
            throw Databases.failure("DATABASE_URL", settings.shop(), e);
        }
    }

    /** Triggers if somebody has installed them, else what can be seen by reading. */
    List<ChangeFeed> feeds() {
        List<ChangeFeed> feeds = new ArrayList<>();
        if (changeLogIsThere()) {
            feeds.add(ChangeLogFeed.builder(shop, graph)
                    .schema(settings.schema())
                    .name(settings.index())
                    .build());
        } else {
            feeds.add(XminFeed.builder(shop, graph).build());
            feeds.add(TimestampFeed.builder(shop, graph).build());
        }
        feeds.add(TimedFeed.builder(shop, Queries.ours("price-lists.sql"))
                .name("price-lists")
                .build());
        return feeds;
    }

    /** Closed with the parts. */
    MeilisearchIndex index(JdbcProductSource source) {
        List<String> fields =
                source.fields().stream().filter(field -> !field.equals(RECHECK)).toList();
        Settings.Attributes attributes = settings.attributes();
        MeilisearchIndex index = MeilisearchIndex.builder()
                .url(settings.meilisearch().toString())
                .apiKey(settings.apiKey())
                .uid(settings.index())
                .displayed(fields.toArray(String[]::new))
                .searchable(attributes.searchable().toArray(String[]::new))
                .filterable(attributes.filterable().toArray(String[]::new))
                .sortable(attributes.sortable().toArray(String[]::new))
                .rankingRules(attributes.ranking().toArray(String[]::new))
                .build();
        toClose.add(0, index);
        return index;
    }

    String withoutLog() {
        return "There is no change log: inserted and updated rows are seen by transaction number and timestamp, deleted ones"
                + " within "
                + settings.pace().bound().toString().substring(2).toLowerCase(Locale.ROOT)
                + " by comparing. The command change-log install, as the owner of the tables, makes it a second.";
    }

    SyncSchedule schedule() {
        Duration said = settings.pace().smart();
        Duration smart = said != null ? said : changeLogIsThere() ? SMART_WITH_LOG : SMART_WITHOUT;
        SyncSchedule.Builder schedule = SyncSchedule.builder()
                .paced(smart.compareTo(SMART_FASTEST) < 0 ? smart : SMART_FASTEST, smart, SyncPolicy.smart())
                .audit(settings.pace().bound());
        if (!settings.pace().full().isZero()) {
            schedule.every(settings.pace().full(), SyncPolicy.full().inPlace());
        }
        return schedule.build();
    }

    /** An engine for one command, which asks the ledger who else is at work. */
    Stocktake stocktake(SyncListener listener) {
        return stocktake(ledger(), listener);
    }

    /** An engine that may be asked and not be run: its ledger's tables are not made. */
    Stocktake onlyLooking() {
        return stocktake(ledgerAsItIs(), SyncListener.NONE);
    }

    /** Says what would be seen of changes; makes no tables, and needs none. */
    SelfCheck selfCheck() {
        Stocktake asked = ledgerIsThere() ? onlyLooking() : stocktake(new NotMade(), SyncListener.NONE);
        return asked.check(schedule());
    }

    /** A ledger whose tables nobody has made yet. */
    private static final class NotMade implements Ledger {

        @Override
        public <T extends @Nullable Object> T inTransaction(String index, Function<LedgerTransaction, T> work) {
            throw new UnavailableException("Stocktake's own tables are not there yet", null);
        }
    }

    private Stocktake stocktake(Ledger ledger, SyncListener listener) {
        JdbcProductSource source = source();
        MeilisearchIndex index = index(source);
        requireOurs(index);
        Stocktake.Builder builder = Stocktake.builder(source, index, ledger).listener(listener);
        feeds().forEach(builder::feed);
        Stocktake stocktake = builder.build();
        toClose.add(0, stocktake);
        engine = stocktake;
        return stocktake;
    }

    // --- whose index ------------------------------------------------------------------------------------------------

    /**
     * Refuses an index that holds documents of somebody else: the audit would remove them.
     *
     * @throws WrongSettings if it does, or the key is wrong
     * @throws UnavailableException if the server cannot be reached
     */
    void requireOurs(MeilisearchIndex index) {
        try {
            if (index.identify().isEmpty() || settings.takeOver()) {
                return;
            }
            FingerprintPage page = index.fingerprints(null, 100);
            boolean foreign = !page.entries().isEmpty()
                    && page.entries().values().stream().allMatch(Fingerprint.UNKNOWN::equals);
            if (foreign) {
                throw new WrongSettings("The index '" + settings.index() + "' at " + settings.meilisearch()
                        + " holds documents that are not Stocktake's, of a search plugin perhaps; they would be replaced."
                        + " Set STOCKTAKE_INDEX to a name of its own, or STOCKTAKE_TAKE_OVER_INDEX=true if nobody else"
                        + " writes it any more.");
            }
        } catch (MisconfiguredException e) {
            throw new WrongSettings(inOurWords(e));
        }
    }

    // --- the end of it ----------------------------------------------------------------------------------------------

    /** Removes what was made in the databases. Needs who made it; nothing is removed if somebody else made any of it. */
    List<String> uninstall() {
        List<String> removed = new ArrayList<>();
        try {
            List<Made> made = madeForTheLedger();
            requireOwnerOf(made);
            if (changeLogIsThere()) {
                removeChangeLog();
                removed.add("the change log and its triggers");
            }
            for (Made one : made) {
                Databases.execute(own, "drop " + one.kind() + " " + schema() + "." + one.name());
                removed.add(one.kind() + " " + one.name());
            }
            if (dropSchemaIfEmpty(own)) {
                removed.add("schema " + settings.schema());
            }
            if (own != shop && dropSchemaIfEmpty(shop)) {
                removed.add("schema " + settings.schema() + " of the shop's database");
            }
        } catch (SQLException e) {
            throw Databases.failure(ledgerSetting(), settings.ledger(), e);
        }
        return removed;
    }

    /** Nothing but the log: the triggers are on the tables of whoever owns these. */
    void removeChangeLog() {
        try {
            changeLog().uninstall();
        } catch (MisconfiguredException e) {
            throw new WrongSettings(
                    "Nothing was removed. The change log has triggers on the shop's tables, which nobody but"
                            + " their owner can remove (" + inOurWords(e)
                            + "). Run change-log uninstall with Medusa's own DATABASE_URL first, then this once more.");
        }
    }

    private void requireOwnerOf(List<Made> made) throws SQLException {
        List<String> others = otherOwners(made);
        if (!others.isEmpty()) {
            throw new WrongSettings("Nothing was removed. The tables of schema " + settings.schema() + " belong to "
                    + others.get(0) + ", the sidecar's own user: run uninstall with the " + ledgerSetting()
                    + " that the sidecar has. The change log is removed before that, by change-log uninstall as the"
                    + " owner of the shop's tables.");
        }
    }

    private List<String> otherOwners(List<Made> made) throws SQLException {
        return Databases.list(
                own,
                "select distinct pg_get_userbyid(relowner) from pg_class where relname = any (string_to_array(?, ','))"
                        + " and relnamespace = (select oid from pg_namespace where nspname = ?)"
                        + " and not pg_has_role(relowner, 'usage')",
                row -> row.getString(1),
                made.stream().map(Made::name).collect(Collectors.joining(",")),
                settings.schema());
    }

    /** A table or a sequence. */
    private record Made(String kind, String name) {

        /** What the engine needs of it. */
        List<String> rights() {
            return kind.equals("table") ? List.of("select", "insert", "update", "delete") : List.of("usage");
        }
    }

    /** What the ledger's own script makes and is there; whatever else is in the schema is somebody else's. */
    private List<Made> madeForTheLedger() throws SQLException {
        String script = ledgerAsItIs().script();
        Set<Made> all = new LinkedHashSet<>();
        Matcher found = MAKES.matcher(script);
        while (found.find()) {
            all.add(new Made(found.group(1), found.group(2)));
        }
        all.add(new Made("table", "stocktake_schema_version"));
        List<Made> there = new ArrayList<>();
        for (Made made : all) {
            boolean exists = Databases.exists(
                    own,
                    "select 1 from pg_class where relname = ? and relnamespace ="
                            + " (select oid from pg_namespace where nspname = ?)",
                    made.name(),
                    settings.schema());
            if (exists) {
                there.add(made);
            }
        }
        return there;
    }

    /** The shop's schema is never ours, whoever says so; and another's is left to him. */
    boolean dropSchemaIfEmpty(DataSource database) throws SQLException {
        boolean empty = !settings.schema().equals("public")
                && Databases.exists(
                        database,
                        "select 1 from pg_namespace n where nspname = ? and pg_has_role(nspowner, 'usage')"
                                + " and not exists (select 1 from pg_class"
                                + " where relnamespace = n.oid) and not exists (select 1 from pg_proc where"
                                + " pronamespace = n.oid)",
                        settings.schema());
        if (empty) {
            Databases.execute(database, "drop schema " + schema());
        }
        return empty;
    }

    /** About how many documents there will be; for a bar. */
    long publishedProducts() {
        try {
            return Databases.list(
                            shop,
                            "select count(*) from product where deleted_at is null and status = 'published'",
                            row -> row.getLong(1))
                    .get(0);
        } catch (SQLException e) {
            throw Databases.failure("DATABASE_URL", settings.shop(), e);
        }
    }

    /** The library names the settings of its builders; here they are variables. */
    static String inOurWords(Throwable failure) {
        String text = String.valueOf(failure.getMessage())
                .replace("'apiKey'", "MEILISEARCH_API_KEY")
                .replace("'url'", "MEILISEARCH_HOST")
                .replace("'uid'", "STOCKTAKE_INDEX");
        return text.endsWith(".") || text.endsWith(";") ? text : text + ".";
    }

    @Override
    public void close() {
        for (AutoCloseable one : toClose) {
            try {
                one.close();
            } catch (Exception e) {
                log.debug("Closing {} failed", one, e);
            }
        }
        toClose.clear();
        closed.countDown();
    }
}
