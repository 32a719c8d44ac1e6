package dev.stocktake.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.Backlog;
import dev.stocktake.Claim;
import dev.stocktake.Generation;
import dev.stocktake.IndexIdentity;
import dev.stocktake.KeyPage;
import dev.stocktake.Lease;
import dev.stocktake.LedgerTransaction;
import dev.stocktake.ProductKey;
import dev.stocktake.Reason;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What the ledger asks of a database when there is much to remember: few statements, by index, and few rows. */
class JdbcLedgerScaleIT {

    private static final String INDEX = "products";

    @Nested
    class OnPostgres extends Scale {

        private static final int BACKLOG = Boolean.getBoolean("stocktake.soak") ? 1_000_000 : 200_000;

        OnPostgres() {
            super(TestPostgres.freshDatabase());
        }

        @Override
        int backlog() {
            return BACKLOG;
        }

        @Override
        String series() {
            return "generate_series(0, " + (BACKLOG - 1) + ") as s(i)";
        }

        /** The worst that can happen to a plan: it was made for an empty table and without knowing its parameters. */
        @Override
        Map<String, String> plans(List<String> statements) throws SQLException {
            Map<String, String> plans = new LinkedHashMap<>();
            try (Connection connection = database.getConnection()) {
                connection.setAutoCommit(false);
                Sql.run(connection, statements.get(0));
                Sql.run(connection, "set local plan_cache_mode = force_generic_plan");
                for (String sql : statements.subList(1, statements.size() - 1)) {
                    plans.put(sql, plan(connection, sql));
                }
                connection.rollback();
                connection.setAutoCommit(true);
            }
            return plans;
        }

        private static String plan(Connection connection, String sql) {
            int[] parameters = {0};
            String numbered = Pattern.compile("\\?").matcher(sql).replaceAll(question -> "\\$" + ++parameters[0]);
            String nulls = String.join(", ", Collections.nCopies(parameters[0], "null"));
            Sql.run(connection, "prepare it as " + numbered);
            String plan = String.join(
                    "\n", Sql.texts(connection, "explain execute it" + (nulls.isEmpty() ? "" : "(" + nulls + ")")));
            Sql.run(connection, "deallocate it");
            return plan;
        }

        @Override
        boolean sortedByIndex(String plan) {
            return plan.contains("Index Scan using ix_stocktake_mark_order") && !plan.contains("Sort");
        }

        @Override
        boolean readsAll(String plan) {
            return plan.contains("Seq Scan on stocktake_mark");
        }

        @Override
        boolean sorts(String plan) {
            return plan.contains("->  Sort ");
        }
    }

    @Nested
    @NeedsMariaDb
    class OnMariaDb extends Scale {

        private static final int BACKLOG = Boolean.getBoolean("stocktake.soak") ? 1_000_000 : 50_000;

        OnMariaDb() {
            super(TestMariaDb.freshDatabase());
        }

        @Override
        int more() {
            return 3;
        }

        @Override
        void analyze() {
            Sql.run(database, "analyze table stocktake_mark persistent for all");
        }

        @Override
        int backlog() {
            return BACKLOG;
        }

        @Override
        String series() {
            return "(select seq as i from seq_0_to_" + (BACKLOG - 1) + ") as s";
        }

        @Override
        Map<String, String> plans(List<String> statements) {
            Map<String, String> plans = new LinkedHashMap<>();
            for (String sql : statements) {
                if (!sql.matches("(?s)(set|start|commit).*")) {
                    Object[] nothing =
                            new Object[(int) sql.chars().filter(c -> c == '?').count()];
                    plans.put(sql, String.join("\n", Sql.rows(database, "explain " + explained(sql), nothing)));
                }
            }
            return plans;
        }

        /** A table of rows is made of some; a comparison with null is seen through before it is planned. */
        private static String explained(String sql) {
            return sql.replace("json_table(?,", "json_table(coalesce(?, '[[\"a\", 1], [\"b\", 2]]'),")
                    .replace("= ?", "= coalesce(?, '1')")
                    .replace("as signed)", "as signed) + 1");
        }

        @Override
        boolean sortedByIndex(String plan) {
            return plan.contains("|ix_stocktake_mark_order|") && !plan.contains("filesort");
        }

        /** Columns of a plan: number, kind, table, access. */
        @Override
        boolean readsAll(String plan) {
            return Pattern.compile("\\|(m|stocktake_mark|p)\\|(ALL|index)\\|")
                    .matcher(plan)
                    .find();
        }

        @Override
        boolean sorts(String plan) {
            return plan.contains("filesort");
        }
    }

    @Nested
    class OnH2 extends Scale {

        OnH2() {
            super(TestH2.freshDatabase());
        }

        @Override
        int backlog() {
            return 20_000;
        }

        @Override
        String series() {
            return "(select x - 1 as i from system_range(1, 20000)) as s";
        }

        @Override
        Map<String, String> plans(List<String> statements) {
            Map<String, String> plans = new LinkedHashMap<>();
            for (String sql : statements.subList(0, statements.size() - 1)) {
                Object[] nothing =
                        new Object[(int) sql.chars().filter(c -> c == '?').count()];
                plans.put(sql, String.join("\n", Sql.texts(database, "explain " + sql, nothing)));
            }
            return plans;
        }

        @Override
        boolean sortedByIndex(String plan) {
            return plan.contains("PUBLIC.IX_STOCKTAKE_MARK_ORDER") && plan.contains("index sorted");
        }

        @Override
        boolean readsAll(String plan) {
            return plan.contains("STOCKTAKE_MARK.tableScan");
        }

        /** It says only where nothing is. */
        @Override
        boolean sorts(String plan) {
            return plan.contains("ORDER BY") && !plan.contains("index sorted");
        }
    }

    abstract static class Scale {

        final DataSource database;
        private final BreakingDataSource watched;
        private final JdbcLedger ledger;
        private final Lease lease;

        Scale(DataSource database) {
            this.database = database;
            this.watched = new BreakingDataSource(database);
            this.ledger = JdbcLedger.of(watched).initialize();
            this.lease = ledger.inTransaction(INDEX, tx -> {
                Lease taken =
                        tx.acquire("one", Duration.ofHours(1), Duration.ZERO).orElseThrow();
                tx.open(taken, new IndexIdentity("x"), 0);
                return taken;
            });
        }

        abstract int backlog();

        /** A table of numbers {@code i} from 0 on. */
        abstract String series();

        /** The plans of all statements but the begin and the commit. */
        abstract Map<String, String> plans(List<String> statements) throws SQLException;

        abstract boolean sortedByIndex(String plan);

        abstract boolean readsAll(String plan);

        /** Whether marks are sorted. */
        abstract boolean sorts(String plan);

        void analyze() {
            Sql.run(database, "analyze");
        }

        /** Statements that begin and end a transaction, beside one to begin and one to end it. */
        int more() {
            return 0;
        }

        /** The statistics still say that there is nothing. */
        private void fillWithoutTellingThePlanner() {
            analyze();
            Sql.run(
                    database,
                    "insert into stocktake_mark (generation, product_key, token, reason, since, stage, not_before,"
                            + " suspect, hold_until, attempts, split_limit) select ?, 'product-' || s.i, s.i + 1,"
                            + " 60 - 10 * mod(s.i, 7), 1000000 + mod(s.i * 7919, 100003), 0, 0, false, 0, 0, 0 from "
                            + series(),
                    live().number());
        }

        @Test
        void claimsFromALongBacklogInTheOrderOfAnIndex() throws SQLException {
            fillWithoutTellingThePlanner();

            Claim first = claim("first");
            List<String> claiming = List.copyOf(watched.calls());
            Claim second = claim("second");
            List<String> claimingBesideAnother = List.copyOf(watched.calls());

            assertThat(first.items()).hasSize(1_000).allMatch(item -> item.reason() == Reason.DEMAND);
            assertThat(second.items()).hasSize(1_000).doesNotContainAnyElementsOf(first.items());
            assertThat(oldest(second)).isGreaterThanOrEqualTo(newest(first));
            for (List<String> statements : List.of(claiming, claimingBesideAnother)) {
                assertThat(statements).hasSizeLessThanOrEqualTo(9 + more());
                Map<String, String> plans = plans(statements);
                assertThat(plans)
                        .noneSatisfy((sql, plan) -> assertThat(readsAll(plan)).isTrue());
                assertThat(plans)
                        .hasEntrySatisfying(
                                statements.stream()
                                        .filter(sql -> sql.matches("(?s).* limit [12]000"))
                                        .findFirst()
                                        .orElseThrow(),
                                plan -> assertThat(sortedByIndex(plan)).as(plan).isTrue());
            }
        }

        @Test
        void closesABatchOfALongBacklogByLookUps() throws SQLException {
            fillWithoutTellingThePlanner();
            Claim confirmed = claim("confirmed");
            Claim failed = claim("failed");
            Claim doubtful = claim("doubtful");

            List<String> confirming = statementsOf(tx -> tx.confirm(lease, confirmed, Map.of()));
            List<String> failing = statementsOf(tx -> tx.fail(lease, failed, Duration.ofHours(1), 500));
            List<String> suspecting = statementsOf(tx -> tx.suspect(lease, doubtful, Duration.ZERO));

            for (List<String> statements : List.of(confirming, failing, suspecting)) {
                assertThat(statements).hasSizeLessThanOrEqualTo(8 + more());
                assertThat(plans(statements))
                        .noneSatisfy((sql, plan) -> assertThat(readsAll(plan)).isTrue());
            }
            assertThat(ledger.inTransaction(INDEX, LedgerTransaction::backlog))
                    .satisfies(backlog -> assertThat(backlog.marked()).isEqualTo(counted(backlog() - 1_000)))
                    .satisfies(backlog -> assertThat(backlog.due()).isEqualTo(counted(backlog() - 2_000)))
                    .satisfies(backlog -> assertThat(backlog.suspect()).isEqualTo(1_000))
                    .satisfies(backlog -> assertThat(backlog.inFlight()).isZero());
        }

        private static long counted(long count) {
            return Math.min(count, Backlog.MOST_COUNTED);
        }

        /** Somebody may ask every second: by ranges of indexes, sorting nothing, and counting to an end. */
        @Test
        void tellsTheNumbersOfALongBacklogWithoutReadingIt() throws SQLException {
            fillWithoutTellingThePlanner();
            Claim doubtful = claim("doubtful");
            assertThat(statementsOf(tx -> tx.suspect(lease, doubtful, Duration.ZERO)))
                    .isNotEmpty();
            claim("in flight");
            Sql.run(
                    database,
                    "update stocktake_mark set changed_at = since + 7 where product_key in ('product-17', 'product-18')");
            watch();

            Backlog backlog = ledger.inTransaction(INDEX, LedgerTransaction::backlog);

            List<String> statements = List.copyOf(watched.calls());
            assertThat(statements).hasSizeLessThanOrEqualTo(7 + more());
            assertThat(plans(statements)).allSatisfy((sql, plan) -> {
                assertThat(readsAll(plan)).as(plan).isFalse();
                assertThat(sorts(plan)).as(plan).isFalse();
            });
            assertThat(backlog.marked()).isEqualTo(counted(backlog()));
            assertThat(backlog.due()).isEqualTo(counted(backlog() - 1_000));
            assertThat(backlog.suspect()).isEqualTo(1_000);
            assertThat(backlog.quarantined()).isZero();
            assertThat(backlog.inFlight()).isEqualTo(1_000);
            assertThat(backlog.oldest()).isEqualTo(Micros.instant(1_000_000));
            assertThat(backlog.oldestChange()).isEqualTo(Micros.instant(1_000_007 + 17 * 7919 % 100_003));
            assertThat(ledger.<Long>inTransaction(INDEX, tx -> tx.marked(1_234)))
                    .isEqualTo(1_234);
            assertThat(ledger.<Long>inTransaction(INDEX, tx -> tx.marked(Long.MAX_VALUE)))
                    .isEqualTo(backlog());
        }

        @Test
        void marksTenThousandProductsInAHandfulOfStatements() {
            List<ProductKey> keys = page(0, 10_000);
            watch();
            ledger.inTransaction(INDEX, tx -> {
                tx.mark(keys, Reason.CHANGE, false);
                return null;
            });

            assertThat(watched.calls()).hasSizeLessThanOrEqualTo(3 + more());
            assertThat(LedgerTableContents.sizes(database)).containsEntry("stocktake_mark", 10_000);
        }

        /** A walk over everything, two batches at a time on their way. */
        @Test
        void keepsNoRowsForWhatTheWalkHasPassed() {
            Deque<Claim> open = new ArrayDeque<>();
            for (int page = 0; page < 20; page++) {
                Generation seen = live();
                List<ProductKey> keys = page(page * 1_000, 1_000);
                String batch = "page-" + page;
                watch();
                open.add(ledger.inTransaction(
                                INDEX,
                                tx -> tx.claimFrontier(
                                        lease,
                                        seen,
                                        batch,
                                        KeyPage.of(seen.frontier().after(), keys, false)))
                        .orElseThrow());
                assertThat(watched.calls()).as("statements to claim a page").hasSizeLessThanOrEqualTo(8 + more());
                assertThat(LedgerTableContents.sizes(database))
                        .containsEntry("stocktake_mark", 0)
                        .containsEntry("stocktake_batch", open.size());
                if (open.size() == 2) {
                    Claim oldest = open.remove();
                    watch();
                    ledger.inTransaction(INDEX, tx -> tx.confirm(lease, oldest, Map.of()));
                    assertThat(watched.calls())
                            .as("statements to confirm a page")
                            .hasSizeLessThanOrEqualTo(5 + more());
                }
            }
        }

        private List<String> statementsOf(Predicate<LedgerTransaction> closing) {
            watch();
            boolean closed = ledger.inTransaction(INDEX, closing::test);
            assertThat(closed).isTrue();
            return List.copyOf(watched.calls());
        }

        private void watch() {
            watched.arm(Integer.MAX_VALUE, BreakingDataSource.Fault.BREAK);
        }

        private Claim claim(String batch) {
            long generation = live().number();
            watch();
            return ledger.inTransaction(INDEX, tx -> tx.claim(lease, generation, batch, 1_000))
                    .orElseThrow();
        }

        private Generation live() {
            return ledger.inTransaction(INDEX, LedgerTransaction::live).orElseThrow();
        }

        private static List<ProductKey> page(int from, int count) {
            return IntStream.range(from, from + count)
                    .mapToObj(i -> ProductKey.of("product-" + (1_000_000 + i)))
                    .toList();
        }

        private long oldest(Claim claim) {
            return times(claim).min().orElseThrow();
        }

        private long newest(Claim claim) {
            return times(claim).max().orElseThrow();
        }

        private LongStream times(Claim claim) {
            return claim.items().stream()
                    .map(item -> item.key().value().substring("product-".length()))
                    .mapToLong(number -> 1_000_000 + Long.parseLong(number) * 7919 % 100_003);
        }
    }
}
