package dev.stocktake.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MySqlDialectTest {

    private final MySqlDialect mariaDb = new MySqlDialect(MySqlVariant.MARIADB);
    private final MySqlDialect mySql = new MySqlDialect(MySqlVariant.MYSQL);

    @ParameterizedTest
    @CsvSource({
        "10.11.19-MariaDB-0+deb12u1, MariaDB, MARIADB",
        "5.5.5-10.6.2-MariaDB, MySQL, MARIADB",
        "8.0.36, MySQL, MYSQL",
        "8.4.0-commercial, MySQL, MYSQL"
    })
    void tellsTheTwoApartWhateverTheDriverCallsThem(String version, String product, MySqlVariant variant) {
        assertThat(MySqlVariant.of(version, product)).isEqualTo(variant);
    }

    @Test
    void limitsStatementsInTheUnitOfEach() {
        assertThat(MySqlVariant.MARIADB.statementLimit() + "=" + MySqlVariant.MARIADB.limit(Duration.ofMillis(1_050)))
                .isEqualTo("max_statement_time=1.050");
        assertThat(MySqlVariant.MYSQL.statementLimit() + "=" + MySqlVariant.MYSQL.limit(Duration.ofMillis(1_050)))
                .isEqualTo("max_execution_time=1050");
    }

    @Test
    void asksForIdsInListsOfAFewLengths() {
        assertThat(mySql.isOneOf("p.id", 1)).isEqualTo("p.id in (?)");
        assertThat(mySql.isOneOf("p.id", 3)).isEqualTo("p.id in (?, ?, ?, ?)");
        assertThat(mySql.isOneOf("p.id", 4)).isEqualTo("p.id in (?, ?, ?, ?)");
        assertThat(mySql.isOneOf("p.id", 500).chars().filter(c -> c == '?')).hasSize(512);
        assertThat(mySql.isOneOf("p.id", 0)).contains("1 = 0");
    }

    @Test
    void quotesNamesInItsOwnWay() {
        assertThat(mariaDb.quote("my `order`")).isEqualTo("`my ``order```");
    }

    @Test
    void takesNumbersAndUuidsAloneForWrittenAlike() {
        assertThat(List.of(
                        new KeyType(KeyType.Kind.INTEGER, "int8"),
                        new KeyType(KeyType.Kind.DECIMAL, "numeric"),
                        new KeyType(KeyType.Kind.UUID, "uuid")))
                .allMatch(mariaDb::writesAlike);
        assertThat(List.of(new KeyType(KeyType.Kind.TEXT, "text"), new KeyType(KeyType.Kind.PADDED, "bpchar")))
                .noneMatch(mariaDb::writesAlike);
    }

    @Test
    void comparesAsWrittenByTheCollationThatEachHas() {
        KeyType text = new KeyType(KeyType.Kind.TEXT, "text");

        assertThat(mariaDb.asWritten(text, "t.id")).isEqualTo("convert(t.id using utf8mb4) collate utf8mb4_nopad_bin");
        assertThat(mySql.asWritten(text, "t.id")).isEqualTo("convert(t.id using utf8mb4) collate utf8mb4_0900_bin");
    }
}
