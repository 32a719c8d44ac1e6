package dev.stocktake.jdbc;

import dev.stocktake.ProductKey;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.Nested;

/** What every product source promises, kept on each database, for ids of each type, in several collations. */
class JdbcProductSourceContractIT {

    @Nested
    class OnPostgresWithTextInTheServersCollation extends JdbcProductSourceContract {

        private static final DataSource DATABASE = Sql.postgres();

        OnPostgresWithTextInTheServersCollation() {
            super(DATABASE, "text");
        }
    }

    @Nested
    class OnPostgresWithTextInDictionaryOrder extends JdbcProductSourceContract {

        private static final DataSource DATABASE = Sql.postgres("locale_provider icu icu_locale 'de'");

        OnPostgresWithTextInDictionaryOrder() {
            super(DATABASE, "varchar(400)");
        }
    }

    @Nested
    class OnPostgresWithTextInACollationOfItsColumn extends JdbcProductSourceContract {

        private static final DataSource DATABASE = Sql.postgres();

        OnPostgresWithTextInACollationOfItsColumn() {
            super(DATABASE, "text collate \"de-x-icu\"");
        }
    }

    @Nested
    class OnPostgresWithTextInByteOrder extends JdbcProductSourceContract {

        private static final DataSource DATABASE = Sql.postgres("locale 'C'");

        OnPostgresWithTextInByteOrder() {
            super(DATABASE, "text");
        }
    }

    @Nested
    class OnPostgresWithIntegers extends JdbcProductSourceContract.OfNumbers {

        private static final DataSource DATABASE = Sql.postgres();

        OnPostgresWithIntegers() {
            super(DATABASE, "bigint");
        }
    }

    @Nested
    class OnPostgresWithDecimals extends JdbcProductSourceContract.OfNumbers {

        private static final DataSource DATABASE = Sql.postgres();

        OnPostgresWithDecimals() {
            super(DATABASE, "numeric(30)");
        }
    }

    @Nested
    class OnPostgresWithUuids extends JdbcProductSourceContract.OfUuids {

        private static final DataSource DATABASE = Sql.postgres();

        OnPostgresWithUuids() {
            super(DATABASE);
        }
    }

    @Nested
    @NeedsMariaDb
    class OnMariaDbWithTextInByteOrder extends JdbcProductSourceContract {

        private static final DataSource DATABASE = TestMariaDb.freshDatabase("collate utf8mb4_bin");

        OnMariaDbWithTextInByteOrder() {
            super(DATABASE, "varchar(400)");
        }
    }

    @Nested
    @NeedsMariaDb
    class OnMariaDbWithTextWhoseTrailingSpacesCount extends JdbcProductSourceContract {

        private static final DataSource DATABASE = TestMariaDb.freshDatabase("character set utf8mb4");

        OnMariaDbWithTextWhoseTrailingSpacesCount() {
            super(DATABASE, "varchar(400) collate utf8mb4_nopad_bin");
        }
    }

    @Nested
    @NeedsMariaDb
    class OnMariaDbWithTextInTheUsualCollation extends JdbcProductSourceContract.OfLenientText {

        private static final DataSource DATABASE = TestMariaDb.freshDatabase("collate utf8mb4_general_ci");

        OnMariaDbWithTextInTheUsualCollation() {
            super(DATABASE, "varchar(400)");
        }
    }

    @Nested
    @NeedsMariaDb
    class OnMariaDbWithTextInDictionaryOrder extends JdbcProductSourceContract.OfLenientText {

        private static final DataSource DATABASE = TestMariaDb.freshDatabase("character set utf8mb4");

        OnMariaDbWithTextInDictionaryOrder() {
            super(DATABASE, "varchar(400) collate utf8mb4_unicode_520_ci");
        }
    }

    @Nested
    @NeedsMariaDb
    class OnMariaDbWithIntegers extends JdbcProductSourceContract.OfNumbers {

        private static final DataSource DATABASE = TestMariaDb.freshDatabase();

        OnMariaDbWithIntegers() {
            super(DATABASE, "bigint");
        }
    }

    @Nested
    @NeedsMariaDb
    class OnMariaDbWithUnsignedIntegers extends JdbcProductSourceContract.OfNaturalNumbers {

        private static final DataSource DATABASE = TestMariaDb.freshDatabase();

        OnMariaDbWithUnsignedIntegers() {
            super(DATABASE, "bigint unsigned");
        }
    }

    @Nested
    @NeedsMariaDb
    class OnMariaDbWithDecimals extends JdbcProductSourceContract.OfNumbers {

        private static final DataSource DATABASE = TestMariaDb.freshDatabase();

        OnMariaDbWithDecimals() {
            super(DATABASE, "numeric(30)");
        }
    }

    @Nested
    @NeedsMariaDb
    class OnMariaDbWithUuids extends JdbcProductSourceContract.OfUuids {

        private static final DataSource DATABASE = TestMariaDb.freshDatabase();

        OnMariaDbWithUuids() {
            super(DATABASE);
        }

        /** Not every 128 bits are a UUID to MariaDB, and those with a time are ordered by their end. */
        @Override
        protected List<ProductKey> awkwardKeys() {
            return ProductKey.all(
                    "00000000-0000-0000-0000-000000000000",
                    "ffffffff-ffff-ffff-ffff-ffffffffffff",
                    "80000000-0000-0000-8000-000000000000",
                    "5a0f8c10-ebe4-11f1-af8b-02fc00000001",
                    "1a0f8c10-ebe4-11f1-af8b-02fc00000002",
                    "2a0f8c10-ebe4-11f0-af8b-02fc00000002",
                    "0a0f8c10-ebe4-41f1-af8b-02fc00000001",
                    "0197b2f4-ebe4-71f1-af8b-02fc00000001",
                    "7fffffff-ffff-4fff-bfff-ffffffffffff");
        }
    }

    @Nested
    class OnH2WithText extends JdbcProductSourceContract {

        private static final DataSource DATABASE = Sql.h2();

        OnH2WithText() {
            super(DATABASE, "varchar(400)");
        }
    }

    @Nested
    class OnH2WithIntegers extends JdbcProductSourceContract.OfNumbers {

        private static final DataSource DATABASE = Sql.h2();

        OnH2WithIntegers() {
            super(DATABASE, "bigint");
        }
    }

    @Nested
    class OnH2WithUuids extends JdbcProductSourceContract.OfUuids {

        private static final DataSource DATABASE = Sql.h2();

        OnH2WithUuids() {
            super(DATABASE);
        }
    }
}
