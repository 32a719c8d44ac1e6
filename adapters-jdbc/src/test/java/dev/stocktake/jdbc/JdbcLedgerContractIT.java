package dev.stocktake.jdbc;

import dev.stocktake.Ledger;
import dev.stocktake.testkit.Capability;
import dev.stocktake.testkit.LedgerContract;
import java.time.Duration;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Nested;

/** Every promise of a ledger, on each database: once with a clock that the test sets, once with the database's own. */
class JdbcLedgerContractIT {

    abstract static class OnADatabase extends LedgerContract {

        private final DataSource database;
        private final JdbcLedger ledger;

        OnADatabase(DataSource database, JdbcLedger ledger) {
            this.database = database;
            this.ledger = ledger;
            LedgerTableContents.clear(database);
        }

        @Override
        protected Ledger ledger() {
            return ledger;
        }

        @Override
        protected long storedRows() {
            return LedgerTableContents.sizes(database).entrySet().stream()
                    .filter(table -> !table.getKey().matches("stocktake_(lane|generation|build|cursor)"))
                    .mapToLong(Map.Entry::getValue)
                    .sum();
        }
    }

    abstract static class WithASetClock extends OnADatabase {

        private final DataSource database;

        WithASetClock(DataSource database, JdbcLedger ledger) {
            super(database, ledger);
            this.database = database;
        }

        static JdbcLedger ledger(DataSource database) {
            SetClock.create(database);
            return JdbcLedger.builder(database).dialect(SetClock::new).build().initialize();
        }

        @Override
        protected void advance(Duration time) {
            SetClock.advance(database, time);
        }
    }

    abstract static class WithTheDatabasesClock extends OnADatabase {

        WithTheDatabasesClock(DataSource database, JdbcLedger ledger) {
            super(database, ledger);
        }

        @Override
        protected Map<Capability, String> missing() {
            return Map.of(Capability.CLOCK_CONTROL, "nobody turns back a database's clock");
        }
    }

    @Nested
    class OnPostgres extends WithASetClock {

        private static final DataSource DATABASE = TestPostgres.freshDatabase();
        private static final JdbcLedger LEDGER = ledger(DATABASE);

        OnPostgres() {
            super(DATABASE, LEDGER);
        }
    }

    @Nested
    class OnPostgresByItsOwnClock extends WithTheDatabasesClock {

        private static final DataSource DATABASE = TestPostgres.freshDatabase();
        private static final JdbcLedger LEDGER = JdbcLedger.of(DATABASE).initialize();

        OnPostgresByItsOwnClock() {
            super(DATABASE, LEDGER);
        }
    }

    @Nested
    @NeedsMariaDb
    class OnMariaDb extends WithASetClock {

        private static final DataSource DATABASE = TestMariaDb.freshDatabase();
        private static final JdbcLedger LEDGER = ledger(DATABASE);

        OnMariaDb() {
            super(DATABASE, LEDGER);
        }
    }

    @Nested
    @NeedsMariaDb
    class OnMariaDbByItsOwnClock extends WithTheDatabasesClock {

        private static final DataSource DATABASE = TestMariaDb.freshDatabase("collate utf8mb4_general_ci");
        private static final JdbcLedger LEDGER = JdbcLedger.of(DATABASE).initialize();

        OnMariaDbByItsOwnClock() {
            super(DATABASE, LEDGER);
        }
    }

    @Nested
    class OnH2 extends WithASetClock {

        private static final DataSource DATABASE = TestH2.freshDatabase();
        private static final JdbcLedger LEDGER = ledger(DATABASE);

        OnH2() {
            super(DATABASE, LEDGER);
        }
    }

    @Nested
    class OnH2ByItsOwnClock extends WithTheDatabasesClock {

        private static final DataSource DATABASE = TestH2.freshDatabase("MODE=PostgreSQL");
        private static final JdbcLedger LEDGER = JdbcLedger.of(DATABASE).initialize();

        OnH2ByItsOwnClock() {
            super(DATABASE, LEDGER);
        }
    }
}
