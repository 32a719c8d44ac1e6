package dev.stocktake.jdbc;

import dev.stocktake.testkit.InMemoryLedger;
import dev.stocktake.testkit.ManualClock;
import javax.sql.DataSource;
import org.junit.jupiter.api.Nested;

/** What every feed promises, kept by the change log on each database, with the ledger beside it or elsewhere. */
class ChangeLogFeedContractIT {

    @Nested
    class OnPostgres extends ChangeLogFeedContract {

        private static final DataSource DATABASE = Sql.postgres();
        private static final JdbcLedger LEDGER = JdbcLedger.of(DATABASE).initialize();

        OnPostgres() {
            super(DATABASE, LEDGER);
        }
    }

    @Nested
    class OnPostgresWithTheLedgerInAnotherDatabase extends ChangeLogFeedContract {

        private static final DataSource DATABASE = Sql.postgres();
        private static final JdbcLedger LEDGER = JdbcLedger.of(Sql.postgres()).initialize();

        OnPostgresWithTheLedgerInAnotherDatabase() {
            super(DATABASE, LEDGER);
        }
    }

    @Nested
    class OnPostgresWithTheLedgerInMemory extends ChangeLogFeedContract {

        private static final DataSource DATABASE = Sql.postgres();

        OnPostgresWithTheLedgerInMemory() {
            super(DATABASE, new InMemoryLedger(new ManualClock()));
        }
    }

    @Nested
    @NeedsMariaDb
    class OnMariaDb extends ChangeLogFeedContract {

        private static final DataSource DATABASE = TestMariaDb.freshDatabase();
        private static final JdbcLedger LEDGER = JdbcLedger.of(DATABASE).initialize();

        OnMariaDb() {
            super(DATABASE, LEDGER);
        }
    }

    @Nested
    @NeedsMariaDb
    class OnMariaDbWithTheLedgerOnPostgres extends ChangeLogFeedContract {

        private static final DataSource DATABASE = TestMariaDb.freshDatabase("collate utf8mb4_general_ci");
        private static final JdbcLedger LEDGER = JdbcLedger.of(Sql.postgres()).initialize();

        OnMariaDbWithTheLedgerOnPostgres() {
            super(DATABASE, LEDGER);
        }
    }

    @Nested
    class OnH2 extends ChangeLogFeedContract {

        private static final DataSource DATABASE = Sql.h2();
        private static final JdbcLedger LEDGER = JdbcLedger.of(DATABASE).initialize();

        OnH2() {
            super(DATABASE, LEDGER);
        }
    }

    @Nested
    class OnH2WithTheLedgerOnPostgres extends ChangeLogFeedContract {

        private static final DataSource DATABASE = Sql.h2();
        private static final JdbcLedger LEDGER = JdbcLedger.of(Sql.postgres()).initialize();

        OnH2WithTheLedgerOnPostgres() {
            super(DATABASE, LEDGER);
        }
    }
}
