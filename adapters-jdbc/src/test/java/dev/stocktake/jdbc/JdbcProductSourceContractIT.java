package dev.stocktake.jdbc;

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
