package dev.stocktake.jdbc;

import dev.stocktake.ChangeFeed;
import dev.stocktake.Contribution;
import dev.stocktake.Coverage;
import dev.stocktake.Intake;
import dev.stocktake.LedgerTransaction;
import dev.stocktake.MisconfiguredException;
import dev.stocktake.ProductKey;
import dev.stocktake.UnavailableException;
import dev.stocktake.Unread;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what the triggers of a {@link ChangeLog} have written: every committed change of every table of the graph, whoever
 * made it, deletions included, and climbs from the rows to their products.
 *
 * <pre>{@code
 * ChangeFeed feed = ChangeLogFeed.builder(dataSource, tables).name("products").build();
 * }</pre>
 *
 * <p>The log is a queue: exactly the entries that were read are removed, in the transaction that marks their products if the
 * ledger is in the same database, else after it. Nothing depends on the order in which transactions commit. An entry that
 * leads to very many products (a renamed category) is followed page by page, behind everything else.
 *
 * <p><b>Its name says who takes.</b> Each index must have a feed of another name, and then sees every change. Two that take
 * under one name notice, and refuse to go on.
 *
 * <p>It begins anew, and says that there is a {@linkplain Intake#gap() gap}, if the log was emptied, or if its triggers were
 * dropped, disabled or replaced, be it only for a moment. As long as they are missing it refuses.
 *
 * <p>It needs the right to read the tables of the graph; to select, update and delete in {@code stocktake_change} and
 * insert there; and to select, insert, update and delete in {@code stocktake_change_copy} and
 * {@code stocktake_change_consumer}. On MariaDB and MySQL also the right {@code TRIGGER} on the tables of the graph, to see
 * whether they have any. Thread-safe.
 */
public final class ChangeLogFeed implements ChangeFeed {

    private static final Logger LOG = LoggerFactory.getLogger(ChangeLogFeed.class);

    private final Settings settings;
    private final LogAlarm alarm;
    private final LogReceipts receipts = new LogReceipts();
    private final AtomicReference<@Nullable LogSetUp> known = new AtomicReference<>();
    private final AtomicReference<@Nullable String> matched = new AtomicReference<>();
    private final AtomicReference<@Nullable Boolean> sameDatabase = new AtomicReference<>();

    private ChangeLogFeed(Settings settings, LogAlarm alarm) {
        this.settings = settings;
        this.alarm = alarm;
    }

    /** What the host said. */
    private record Settings(
            Database database, Graph graph, @Nullable String schema, String name, int wide) {}

    /** What a take saw; without what was taken if the feed cannot go on where it was. */
    private record Seen(LogSetUp setUp, LogConsumers.Look look, String triggers, LogTake.@Nullable Taken taken) {

        /** The receipt that was settled last. */
        String settled(String consumer) {
            return look.of(consumer).map(LogConsumers.Registration::settled).orElse("");
        }
    }

    /** How a feed begins anew. */
    private record Beginning(String incarnation, String why) {}

    /**
     * Begins a feed.
     *
     * @param dataSource opens, or borrows from a pool, connections of its own to the primary
     * @param tables how rows lead to products
     */
    public static Builder builder(DataSource dataSource, ProductTables tables) {
        return new Builder(dataSource, tables);
    }

    @Override
    public String name() {
        return settings.name();
    }

    @Override
    public Completeness completeness() {
        return Completeness.COMPLETE;
    }

    /** {@inheritDoc} What is committed is in the next take. */
    @Override
    public Optional<Duration> delay() {
        return Optional.of(Duration.ZERO);
    }

    @Override
    public List<String> blindSpots() {
        List<String> blind = new ArrayList<>();
        try {
            settings.database().read(Database.View.LATEST, "Looking at the change log", session -> {
                LogSetUp setUp = setUp(session);
                LogCheck check = LogCheck.of(session, setUp.log(), setUp.graph());
                check.problems().forEach(problem -> blind.add("Change log: " + problem));
                check.spots().forEach(spot -> blind.add("Change log: written to directly, " + spot));
                blind.addAll(session.dialect().changeLog().blindSpots());
                return true;
            });
        } catch (UnavailableException | MisconfiguredException e) {
            blind.add("What the change log does not see is not known: " + e.getMessage());
        }
        return blind;
    }

    /** {@inheritDoc} Every table must have its triggers, and every climb must be possible. */
    @Override
    public void verify() {
        known.set(null);
        settings.database().read(Database.View.LATEST, "Looking at the change log", session -> {
            LogSetUp setUp = setUp(session);
            LogCheck check = LogCheck.of(session, setUp.log(), setUp.graph());
            check.require();
            check.spots().forEach(spot -> LOG.warn("Changes made to it directly are not logged: {}", spot));
            for (LogGraph.Upward upward : setUp.graph().upward().values()) {
                upward.climb().check(session);
            }
            return new LogConsumers(setUp.log()).look(session);
        });
    }

    @Override
    public Optional<Unread> unread() {
        return settings.database().read(Database.View.LATEST, "Counting the change log", session -> {
            LogConsumers consumers = new LogConsumers(setUp(session).log());
            return consumers.look(session).of(settings.name()).isEmpty()
                    ? Optional.empty()
                    : Optional.of(consumers.unread(session, settings.name()));
        });
    }

    @Override
    public List<Coverage> coverage() {
        known.set(null);
        return settings.database().read(Database.View.LATEST, "Looking at the change log", session -> {
            LogSetUp setUp = setUp(session);
            return LogCheck.of(session, setUp.log(), setUp.graph()).coverage();
        });
    }

    @Override
    public List<Contribution> contributions(ProductKey product) {
        return settings.database()
                .read(
                        Database.View.ONE_SNAPSHOT,
                        "Reading the rows of product '" + product + "'",
                        session -> new Descent(session, setUp(session).graph().graph(), product)
                                .contributions(table -> Coverage.By.TRIGGER));
    }

    private LogSetUp setUp(Database.Session session) throws SQLException {
        LogSetUp seen = known.get();
        if (seen != null) {
            return seen;
        }
        LogSetUp found = new LogSetUp(
                LogTables.in(session, settings.schema()),
                LogGraph.of(session, settings.graph()),
                LogConsumers.chance(session),
                settings.wide());
        known.set(found);
        return found;
    }

    // --- taking

    @Override
    public Intake take(@Nullable String cursor, int limit) {
        try {
            LogReceipts.Receipt receipt = cursor == null ? null : LogReceipts.Receipt.parse(cursor);
            settle(receipt);
            Seen seen = settings.database()
                    .read(
                            Database.View.LATEST,
                            "Taking changes from the change log",
                            session -> look(session, receipt, limit));
            LogTake.Taken taken = seen.taken();
            if (taken == null || receipt == null) {
                return begin(receipt);
            }
            goOn(seen, taken, receipt.incarnation());
            String settled = seen.settled(settings.name());
            return settled.equals(receipt.id())
                    ? intake(seen.setUp(), taken, receipt)
                    : wentBack(seen.setUp(), receipt, settled);
        } catch (MisconfiguredException e) {
            known.set(null);
            throw better(e);
        }
    }

    @Override
    public Optional<Intake> peek(@Nullable String cursor, int limit) {
        if (cursor == null) {
            return Optional.empty();
        }
        LogReceipts.Receipt receipt = LogReceipts.Receipt.parse(cursor);
        Seen seen = settings.database()
                .read(Database.View.LATEST, "Looking at the change log", session -> look(session, receipt, limit));
        LogTake.Taken taken = seen.taken();
        if (taken == null || !receipt.follows(seen.settled(settings.name()))) {
            return Optional.of(Intake.gap(null));
        }
        Intake named = Intake.upTo(null, List.of(), taken.more()).withHints(hints(taken));
        return Optional.of(taken.everything() ? named.withEverything() : named);
    }

    /** What is missing explains more than the statement that failed because of it. */
    private MisconfiguredException better(MisconfiguredException failure) {
        if (!(failure.getCause() instanceof SQLException)) {
            return failure;
        }
        try {
            verify();
            return failure;
        } catch (MisconfiguredException e) {
            return e;
        } catch (UnavailableException e) {
            return failure;
        }
    }

    private Seen look(Database.Session session, LogReceipts.@Nullable Receipt receipt, int limit) throws SQLException {
        LogSetUp setUp = setUp(session);
        LogConsumers.Look look = new LogConsumers(setUp.log()).look(session);
        String triggers = session.dialect()
                .changeLog()
                .signature(session.connection(), setUp.log(), setUp.graph().tables());
        boolean fits = receipt != null
                && look.of(settings.name())
                        .filter(one -> one.incarnation().equals(receipt.incarnation()))
                        .filter(one -> unbroken(one, setUp, triggers))
                        .isPresent();
        return new Seen(
                setUp, look, triggers, fits ? new LogTake(session, setUp, settings.name(), limit).take() : null);
    }

    private static boolean unbroken(LogConsumers.Registration one, LogSetUp setUp, String triggers) {
        return one.anchored()
                && one.triggers().equals(triggers)
                && one.graph().equals(setUp.graph().fingerprint());
    }

    private void goOn(Seen seen, LogTake.Taken taken, String incarnation) {
        matched.set(incarnation);
        boolean confirmed = seen.look()
                .of(settings.name())
                .map(LogConsumers.Registration::confirmed)
                .orElse(true);
        if (!confirmed) {
            settings.database()
                    .write(
                            "Confirming a consumer of the change log",
                            session -> new LogConsumers(seen.setUp().log())
                                    .confirm(session, settings.name(), incarnation));
        }
        alarm.look(seen.look());
        if (!taken.full()) {
            alarm.drained();
        } else if (alarm.wantsCount(seen.look().now())) {
            unread().ifPresent(alarm::count);
        }
    }

    private static List<Intake.Hint> hints(LogTake.Taken taken) {
        List<Intake.Hint> hints = new ArrayList<>();
        taken.products().forEach((product, at) -> hints.add(Intake.Hint.of(product, at)));
        taken.many().forEach((product, at) -> hints.add(new Intake.Hint(product, at, true)));
        return hints;
    }

    private Intake intake(LogSetUp setUp, LogTake.Taken taken, LogReceipts.Receipt receipt) {
        List<Intake.Hint> hints = hints(taken);
        if (!taken.removal().wide().isEmpty()) {
            LOG.info(
                    "Feed '{}': {} entries of the change log lead to more than {} products each; these are marked page by"
                            + " page, behind everything else",
                    settings.name(),
                    taken.removal().wide().size(),
                    settings.wide());
        }
        if (taken.removal().isEmpty()) {
            return Intake.upTo(null, List.of(), taken.more()).withHints(hints);
        }
        Intake intake = Intake.queued(
                        List.of(), taken.more(), ledger -> acknowledge(ledger, setUp, receipt, taken.removal()))
                .withHints(hints);
        if (!taken.everything()) {
            return intake;
        }
        LOG.warn("Feed '{}': a table was emptied by TRUNCATE, everything is marked", settings.name());
        return intake.withEverything();
    }

    // --- what was marked goes

    private void acknowledge(
            LedgerTransaction ledger, LogSetUp setUp, LogReceipts.Receipt receipt, LogRemoval removal) {
        Connection connection = ledger.unwrap(Connection.class);
        try {
            if (connection == null || !removed(connection, setUp, receipt.incarnation(), removal)) {
                giveReceipt(ledger, setUp, receipt, removal);
            }
        } catch (SQLException e) {
            throw SqlErrors.translate("Removing taken entries from the change log", e);
        }
    }

    /** Unless somebody else has got further meanwhile: then these entries stay, and are marked once more. */
    private void giveReceipt(
            LedgerTransaction ledger, LogSetUp setUp, LogReceipts.Receipt receipt, LogRemoval removal) {
        if (isAt(ledger, receipt)) {
            ledger.saveCursor(settings.name(), receipts.give(receipt, setUp.nonce(), removal));
        }
    }

    /** Whether the ledger's own transaction could do it: tried, not concluded from an address. */
    private boolean removed(Connection connection, LogSetUp setUp, String incarnation, LogRemoval removal)
            throws SQLException {
        Boolean proven = sameDatabase.get();
        if (proven != null) {
            if (proven) {
                removal.apply(connection, Dialect.of(connection), setUp.log(), settings.name());
            }
            return proven;
        }
        Savepoint before = connection.setSavepoint();
        boolean same;
        try {
            same = seesUs(connection, setUp, incarnation);
            if (same) {
                removal.apply(connection, Dialect.of(connection), setUp.log(), settings.name());
            }
            connection.releaseSavepoint(before);
        } catch (SQLException e) {
            connection.rollback(before);
            if (SqlErrors.kind(e) == SqlErrors.Kind.UNAVAILABLE) {
                throw e;
            }
            LOG.info(
                    "The ledger's connection cannot remove entries of the change log, so they go after its transaction"
                            + " instead of within it: {}",
                    SqlErrors.describe(e));
            same = false;
        }
        sameDatabase.set(same);
        return same;
    }

    /** Our incarnation is a text by chance, in a row that only our database has, beside the anchor it names. */
    private boolean seesUs(Connection connection, LogSetUp setUp, String incarnation) throws SQLException {
        String sql = "select count(*) from " + setUp.log().consumers() + " c join "
                + setUp.log().entries() + " e on e.id = c.anchor where c.consumer = ? and c.incarnation = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, settings.name());
            statement.setString(2, incarnation);
            try (ResultSet answer = statement.executeQuery()) {
                return answer.next() && answer.getInt(1) == 1;
            }
        }
    }

    /** The cursor came back, so what it stands for is marked, if it follows the one that was settled last. */
    private void settle(LogReceipts.@Nullable Receipt receipt) {
        if (receipt == null || receipts.isSettled(receipt)) {
            return;
        }
        LogRemoval removal = receipts.of(receipt);
        settings.database().write("Removing taken entries from the change log", session -> {
            LogTables log = setUp(session).log();
            boolean marked = new LogConsumers(log).settle(session, settings.name(), receipt);
            if (marked && removal != null) {
                removal.apply(session.connection(), session.dialect(), log, settings.name());
            }
            return marked;
        });
        receipts.settled(receipt);
    }

    /**
     * More was removed than this cursor knows of. Either somebody else has got further since it was read, which the ledger
     * then shows; or the ledger itself went back, and with it marks whose entries are gone.
     */
    private Intake wentBack(LogSetUp setUp, LogReceipts.Receipt receipt, String settled) {
        return Intake.queued(List.of(), true, ledger -> {
                    if (isAt(ledger, receipt)) {
                        LOG.warn(
                                "Feed '{}': the ledger went back, by a failover or a restored backup, behind what was"
                                        + " removed from the change log already; everything is marked",
                                settings.name());
                        LogReceipts.Receipt last = new LogReceipts.Receipt(receipt.incarnation(), settled, "");
                        ledger.saveCursor(settings.name(), receipts.give(last, setUp.nonce(), LogRemoval.NOTHING));
                    }
                })
                .withEverything();
    }

    private boolean isAt(LedgerTransaction ledger, LogReceipts.Receipt receipt) {
        return ledger.cursor(settings.name()).map(LogReceipts.Receipt::parse).equals(Optional.of(receipt));
    }

    // --- beginning

    /** For the first time, or because nobody knows what was missed. */
    private Intake begin(LogReceipts.@Nullable Receipt receipt) {
        Beginning beginning = settings.database().write("Beginning to take from the change log", session -> {
            known.set(null);
            LogSetUp setUp = setUp(session);
            LogCheck.of(session, setUp.log(), setUp.graph()).require();
            return begin(session, setUp, receipt);
        });
        if (receipt == null) {
            return Intake.upTo(beginning.incarnation(), List.of(), false);
        }
        LOG.warn("Changes may have been missed, everything is marked: {}", beginning.why());
        return Intake.gap(beginning.incarnation());
    }

    private Beginning begin(Database.Session session, LogSetUp setUp, LogReceipts.@Nullable Receipt receipt)
            throws SQLException {
        String cursor = receipt == null ? null : receipt.incarnation();
        LogConsumers consumers = new LogConsumers(setUp.log());
        String triggers = session.dialect()
                .changeLog()
                .signature(session.connection(), setUp.log(), setUp.graph().tables());
        LogConsumers.Registration found =
                consumers.look(session).of(settings.name()).orElse(null);
        if (cursor != null && found != null) {
            refuseToShare(found, setUp, cursor);
            if (found.previous().equals(cursor) && unbroken(found, setUp, triggers)) {
                return new Beginning(found.incarnation(), "another instance has noticed it already");
            }
        }
        String incarnation = consumers.register(
                session,
                settings.name(),
                cursor == null ? "" : cursor,
                setUp.graph().fingerprint(),
                triggers);
        return new Beginning(incarnation, why(found, setUp, triggers, receipt));
    }

    /** Whoever was overtaken must not overtake in turn. */
    private void refuseToShare(LogConsumers.Registration found, LogSetUp setUp, String cursor) {
        if (matched.get() == null) {
            return;
        }
        boolean lineage = found.incarnation().equals(cursor) || found.previous().equals(cursor);
        if (!lineage && found.confirmed()) {
            throw new MisconfiguredException(
                    "ChangeLogFeed '" + settings.name() + "': somebody else takes under this name" + " since "
                            + found.beganAt() + "; give each index a feed with a name of its own, name(...)");
        }
        if (!found.graph().equals(setUp.graph().fingerprint())) {
            throw new MisconfiguredException(
                    "ChangeLogFeed '" + settings.name() + "': an instance with other ProductTables"
                            + " has taken over; stop this one, or give both the same ProductTables");
        }
    }

    private String why(
            LogConsumers.@Nullable Registration found,
            LogSetUp setUp,
            String triggers,
            LogReceipts.@Nullable Receipt receipt) {
        String who = "feed '" + settings.name() + "': ";
        if (found == null) {
            return who + "the change log does not know it, it was forgotten or the log was made anew";
        }
        if (receipt == null || !found.incarnation().equals(receipt.incarnation())) {
            return who + "somebody has taken under this name without this ledger";
        }
        if (!found.anchored()) {
            return who + "somebody has emptied the change log";
        }
        if (!found.triggers().equals(triggers)) {
            return who + "triggers were dropped, disabled or replaced, or partitions came or went";
        }
        return who + "its ProductTables are others than before";
    }

    /** Builds a {@link ChangeLogFeed}. Not thread-safe. */
    public static final class Builder {

        private final DataSource dataSource;
        private final ProductTables tables;
        private String name = "changes";
        private @Nullable String schema;
        private int wide = 1_000;
        private Duration oldest = Duration.ofMinutes(15);
        private long most = 500_000;
        private Duration statementTimeout = Duration.ofSeconds(60);

        private Builder(DataSource dataSource, ProductTables tables) {
            this.dataSource = dataSource;
            this.tables = tables;
        }

        /** Who takes, {@code "changes"} if nothing is said. Each index on one database needs a name of its own. */
        public Builder name(String consumer) {
            this.name = consumer;
            return this;
        }

        /** The schema of the log's tables; unless set, the one in which the connection makes tables. */
        public Builder schema(String logSchema) {
            this.schema = logSchema;
            return this;
        }

        /** An entry that leads to more products than this is followed page by page, behind the others; 1,000. */
        public Builder wide(int products) {
            this.wide = products;
            return this;
        }

        /**
         * From when on to warn.
         *
         * @param age of the oldest entry; 15 minutes if nothing is said
         * @param entries that wait, less than a million; 500,000 if nothing is said
         */
        public Builder warn(Duration age, long entries) {
            this.oldest = age;
            this.most = entries;
            return this;
        }

        /** How long a statement may take; 60 seconds if nothing is said. */
        public Builder statementTimeout(Duration timeout) {
            this.statementTimeout = timeout;
            return this;
        }

        /**
         * The feed. Connects to nothing yet; {@link ChangeLogFeed#verify} does.
         *
         * @throws MisconfiguredException naming every setting that is wrong
         */
        public ChangeLogFeed build() {
            Graph graph = tables.graph();
            Problems problems = new Problems("ChangeLogFeed");
            problems.unlessName("name", name);
            if (schema != null && schema.isBlank()) {
                problems.add("schema", "must be named, or not be set");
            }
            if (wide < 1) {
                problems.add("wide", "must be at least 1, is " + wide);
            }
            problems.unlessPositive("warn.age", oldest);
            if (most < 1 || most >= 1_000_000) {
                problems.add("warn.entries", "must be from 1 to 999,999, is " + most);
            }
            if (statementTimeout.compareTo(Duration.ofMillis(2)) < 0) {
                problems.add("statementTimeout", "must be at least 2 milliseconds, is " + statementTimeout);
            }
            problems.throwIfAny();
            return new ChangeLogFeed(
                    new Settings(new Database(dataSource, statementTimeout), graph, schema, name, wide),
                    new LogAlarm(name, oldest, most));
        }
    }
}
