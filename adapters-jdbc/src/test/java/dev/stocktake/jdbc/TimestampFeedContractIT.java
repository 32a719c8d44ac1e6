package dev.stocktake.jdbc;

import javax.sql.DataSource;
import org.junit.jupiter.api.Nested;

/** What every feed promises, kept on each database, for timestamps with and without a time zone. */
class TimestampFeedContractIT {

    @Nested
    class OnPostgres extends TimestampFeedContract {

        private static final DataSource DATABASE = Sql.postgres();

        OnPostgres() {
            super(DATABASE, "timestamptz");
        }
    }

    @Nested
    class OnPostgresWithLocalTimesInMilliseconds extends TimestampFeedContract {

        private static final DataSource DATABASE = Sql.postgres();

        OnPostgresWithLocalTimesInMilliseconds() {
            super(DATABASE, "timestamp(3)");
        }
    }

    @Nested
    @NeedsMariaDb
    class OnMariaDb extends TimestampFeedContract {

        private static final DataSource DATABASE = TestMariaDb.freshDatabase();

        OnMariaDb() {
            super(DATABASE, "timestamp(6) null");
        }
    }

    @Nested
    @NeedsMariaDb
    class OnMariaDbWithLocalTimesInSeconds extends TimestampFeedContract {

        private static final DataSource DATABASE = TestMariaDb.freshDatabase("collate utf8mb4_general_ci");

        OnMariaDbWithLocalTimesInSeconds() {
            super(DATABASE, "datetime");
        }
    }

    @Nested
    class OnH2 extends TimestampFeedContract {

        private static final DataSource DATABASE = Sql.h2();

        OnH2() {
            super(DATABASE, "timestamp with time zone");
        }
    }

    @Nested
    class OnH2WithLocalTimesInSeconds extends TimestampFeedContract {

        private static final DataSource DATABASE = Sql.h2();

        OnH2WithLocalTimesInSeconds() {
            super(DATABASE, "timestamp(0)");
        }
    }
}
