package dev.stocktake.jdbc;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;

/** Which of the two: they went apart in a few words. */
enum MySqlVariant {
    /** MariaDB 10.6 and later. */
    MARIADB("MariaDB", "utf8mb4_nopad_bin", "max_statement_time", "idle_transaction_timeout"),
    /** MySQL 8.0.20 and later. It limits the time of reading statements only. */
    MYSQL("MySQL", "utf8mb4_0900_bin", "max_execution_time", "wait_timeout");

    private final String productName;
    private final String exactCollation;
    private final String statementLimit;
    private final String silenceLimit;

    MySqlVariant(String productName, String exactCollation, String statementLimit, String silenceLimit) {
        this.productName = productName;
        this.exactCollation = exactCollation;
        this.statementLimit = statementLimit;
        this.silenceLimit = silenceLimit;
    }

    /** MySQL's driver calls MariaDB a MySQL; the version tells. */
    static MySqlVariant of(String version, String product) {
        return version.contains("MariaDB") || product.equals("MariaDB") ? MARIADB : MYSQL;
    }

    String productName() {
        return productName;
    }

    /** The folder of the schema scripts. */
    String scripts() {
        return productName.toLowerCase(Locale.ROOT);
    }

    /** The collation in which text is equal only if its bytes are, trailing spaces included. */
    String exactCollation() {
        return exactCollation;
    }

    /** The variable that limits the time of a statement. */
    String statementLimit() {
        return statementLimit;
    }

    /** The variable that limits, in seconds, how long a session may say nothing inside a transaction. */
    String silenceLimit() {
        return silenceLimit;
    }

    /** A time as the statements' limit takes it. */
    String limit(Duration time) {
        return this == MARIADB
                ? BigDecimal.valueOf(time.toMillis(), 3).toPlainString()
                : Long.toString(time.toMillis());
    }
}
