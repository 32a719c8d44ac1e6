package dev.stocktake.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.MisconfiguredException;
import dev.stocktake.StocktakeException;
import dev.stocktake.UnavailableException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LedgerErrorsTest {

    @ParameterizedTest
    @ValueSource(strings = {"40001", "40P01", "40002", "23505", "HYT00", "90131"})
    void repeatsWhatLostAgainstAnother(String state) {
        assertThat(LedgerErrors.isConflict(new SQLException("lost", state))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"40003", "55P03", "08006", "57P01", "57014", "42P01", "23502", "22001"})
    void repeatsNothingElse(String state) {
        assertThat(LedgerErrors.isConflict(new SQLException("other", state))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"HY000, 1205", "40001, 1213", "23000, 1062", "HY000, 1020"})
    void repeatsWhatLostAgainstAnotherByTheNumbersOfMariaDb(String state, int code) {
        assertThat(LedgerErrors.isConflict(new SQLException("lost", state, code)))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({"23000, 1048", "23000, 1452", "70100, 1969", "70100, 1317", "HY000, 3024", "08S01, 1927", "42000, 1142"
    })
    void repeatsNothingElseOfMariaDb(String state, int code) {
        assertThat(LedgerErrors.isConflict(new SQLException("other", state, code)))
                .isFalse();
    }

    @Test
    void readsTheNumbersOfMariaDb() {
        assertThat(translated("42000", 1049))
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageContaining("'schema'");
        assertThat(translated("42000", 1142))
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageContaining("grant select, insert, update and delete");
        assertThat(translated("HY000", 1205)).isInstanceOf(UnavailableException.class);
    }

    @Test
    void repeatsNothingThatTheDatabaseDidNotSay() {
        assertThat(LedgerErrors.isConflict(null)).isFalse();
        assertThat(LedgerErrors.isConflict(new SQLException("no state"))).isFalse();
    }

    @Test
    void findsTheDatabasesErrorBehindAnother() {
        SQLException error = new SQLException("deadlock", "40P01");

        assertThat((Throwable) LedgerErrors.behind(new UnavailableException("feed", new RuntimeException(error))))
                .isSameAs(error);
        assertThat((Throwable) LedgerErrors.behind(new RuntimeException("no database")))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"42P01", "42S02", "3F000", "90079"})
    void saysHowToMakeMissingTables(String state) {
        assertThat(translated(state))
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageContainingAll("JdbcLedger.initialize()", "JdbcLedger.script()", "'schema'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"42703", "42S22"})
    void saysThatTablesAreOfAnotherVersion(String state) {
        assertThat(translated(state))
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageContaining("another version");
    }

    @ParameterizedTest
    @ValueSource(strings = {"42501", "90096"})
    void saysWhichRightsAreNeeded(String state) {
        assertThat(translated(state))
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageContaining("grant select, insert, update and delete");
    }

    @Test
    void leavesTheRestToTheSqlErrors() {
        assertThat(translated("08006")).isInstanceOf(UnavailableException.class);
        assertThat(translated("57014")).isInstanceOf(UnavailableException.class);
    }

    private static StocktakeException translated(String state) {
        return translated(state, 0);
    }

    private static StocktakeException translated(String state, int code) {
        return LedgerErrors.translate("The ledger", new SQLException("the driver's words", state, code));
    }
}
