package dev.stocktake.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.MisconfiguredException;
import dev.stocktake.StocktakeException;
import dev.stocktake.StoppedException;
import dev.stocktake.UnavailableException;
import dev.stocktake.jdbc.SqlErrors.Kind;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqlErrorsTest {

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "08001", "08006", "53300", "55P03", "25P03", "57014", "57P01", "57P03", "40001", "40P01", "58030",
                "XX000", "HYT00", "90067", "90098", "90121", "90131", "HY000", ""
            })
    void waitsForWhatMayPass(String state) {
        assertThat(SqlErrors.kind(new SQLException("x", state))).isEqualTo(Kind.UNAVAILABLE);
        assertThat(SqlErrors.translate("Reading", new SQLException("x", state)))
                .isInstanceOf(UnavailableException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "42P01", "42703", "42501", "42601", "42S02", "42S22", "42000", "3F000", "28P01", "3D000", "25006",
                "0A000", "90096"
            })
    void asksForACorrectionOfWhatWillNotPass(String state) {
        assertThat(SqlErrors.translate("Reading", new SQLException("x", state)))
                .isInstanceOf(MisconfiguredException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"22P02", "22012", "22003", "21000", "22018", "90053"})
    void knowsWhenTheDataOfARowIsToBlame(String state) {
        assertThat(SqlErrors.kind(new SQLException("x", state))).isEqualTo(Kind.DATA);
    }

    @ParameterizedTest
    @CsvSource({
        "HY000, 1205, UNAVAILABLE",
        "42000, 1203, UNAVAILABLE",
        "42000, 1226, UNAVAILABLE",
        "08004, 1040, UNAVAILABLE",
        "70100, 1969, UNAVAILABLE",
        "HY000, 3024, UNAVAILABLE",
        "23000, 1052, MISCONFIGURED",
        "21000, 1222, MISCONFIGURED",
        "HY000, 1267, MISCONFIGURED",
        "HY000, 1290, MISCONFIGURED",
        "HY000, 1356, MISCONFIGURED",
        "25006, 1792, MISCONFIGURED",
        "28000, 1045, MISCONFIGURED",
        "42000, 1142, MISCONFIGURED",
        "42S02, 1146, MISCONFIGURED",
        "21000, 1242, DATA",
        "22003, 1690, DATA",
        "HY000, 1525, DATA",
        "HY000, 4038, DATA",
        "45000, 1644, DATA"
    })
    void readsTheNumbersOfMariaDbWhereItsStatesSayNothing(String state, int code, Kind kind) {
        assertThat(SqlErrors.kind(new SQLException("x", state, code))).isEqualTo(kind);
    }

    @Test
    void believesThePoolThatWaitedInVain() {
        assertThat(SqlErrors.kind(new SQLTransientConnectionException("pool is empty", "42000")))
                .isEqualTo(Kind.UNAVAILABLE);
    }

    @Test
    void saysWhatWasDoneAndWhatTheDatabaseAnsweredOnOneLine() {
        StocktakeException translated =
                SqlErrors.translate("Reading 'root'", new SQLException("ERROR: no such thing\n  Position: 8", "42703"));
        assertThat(translated)
                .hasMessage(
                        "Reading 'root' failed: ERROR: no such thing; Position: 8 (SQLSTATE 42703); correct the name in"
                                + " the query or in the tables that were declared")
                .hasCauseInstanceOf(SQLException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "08001, check the address",
        "28P01, user and password",
        "3D000, database",
        "57014, 'statementTimeout'",
        "25P03, 'timeout'",
        "42501, grant",
        "42P01, correct the name",
        "42S02, correct the name",
        "42S22, correct the name"
    })
    void saysWhatToDoNext(String state, String next) {
        assertThat(SqlErrors.translate("Reading", new SQLException("no", state)))
                .hasMessageContaining(next);
    }

    @Test
    void knowsWhenThisJvmHadNoRoom() {
        assertThat(SqlErrors.isOutOfMemory(new SQLException("ran out of memory", "53200", new OutOfMemoryError())))
                .isTrue();
        assertThat(SqlErrors.isOutOfMemory(new SQLException("the server ran out of memory", "53200")))
                .isFalse();
    }

    @Test
    void restoresTheInterruptThatThePoolSwallowed() {
        SQLException error = new SQLException("interrupted during connection acquisition", new InterruptedException());
        assertThat(SqlErrors.translate("Reading", error)).isInstanceOf(StoppedException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "No suitable driver for jdbc:postgresql://db/shop?user=me&password=hush",
        "cannot connect to jdbc:h2:tcp://db/shop;USER=me;PASSWORD=hush;MODE=x",
        "cannot connect to jdbc:mariadb://me:hush@db/shop"
    })
    void keepsPasswordsOutOfMessagesAndStackTraces(String message) {
        StocktakeException translated =
                SqlErrors.translate("Connecting", new SQLException("outer", new SQLException(message, "08001")));
        StringWriter trace = new StringWriter();
        translated.printStackTrace(new PrintWriter(trace));
        assertThat(trace.toString()).doesNotContain("hush");
    }

    @Test
    void waitsForAPoolThatFailsInItsOwnWords() {
        StocktakeException translated =
                SqlErrors.noConnection(new IllegalStateException("closed: jdbc:x://db?password=hush"));
        StringWriter trace = new StringWriter();
        translated.printStackTrace(new PrintWriter(trace));

        assertThat(translated).isInstanceOf(UnavailableException.class).hasMessageContaining("closed");
        assertThat(trace.toString()).doesNotContain("hush");
    }
}
