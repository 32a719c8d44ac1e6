package dev.stocktake.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stocktake.jdbc.KeyType.Kind;
import java.math.BigDecimal;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyTypeTest {

    private static final KeyType INTEGER = new KeyType(Kind.INTEGER, "int8");
    private static final KeyType DECIMAL = new KeyType(Kind.DECIMAL, "numeric");
    private static final KeyType TEXT = new KeyType(Kind.TEXT, "text");

    @ParameterizedTest
    @ValueSource(strings = {"", " 1", "1 ", "+1", "01", "-0", "1.0", "1e3", "٣", "x", "9223372036854775808", "--1"})
    void knowsThatNoIntegerIsWrittenSo(String key) {
        assertThat(INTEGER.value(key)).isNull();
    }

    @Test
    void readsWholeNumbersOfAnySize() {
        assertThat(INTEGER.value("-9223372036854775808")).isEqualTo(Long.MIN_VALUE);
        assertThat(DECIMAL.value("123456789012345678901234567890"))
                .isEqualTo(new BigDecimal("123456789012345678901234567890"));
    }

    @ParameterizedTest
    @CsvSource({"12.00, 12", "0, 0", "1E+3, 1000", "-7, -7"})
    void writesDecimalsInPlainDigits(String read, String text) {
        assertThat(DECIMAL.text(read)).isEqualTo(text);
    }

    @Test
    void refusesADecimalThatIsNoWholeNumber() {
        assertThatThrownBy(() -> DECIMAL.text("1.5"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1.5");
    }

    @Test
    void acceptsAUuidInItsOneSpelling() {
        KeyType type = new KeyType(Kind.UUID, "uuid");
        String uuid = "0a000000-0000-0000-0000-00000000000b";
        assertThat(type.value(uuid)).isEqualTo(UUID.fromString(uuid));
        assertThat(type.value(uuid.toUpperCase(java.util.Locale.ROOT))).isNull();
        assertThat(type.value("1-2-3-4-5")).isNull();
    }

    @Test
    void knowsThatNoDatabaseHoldsNulOrHalfACharacter() {
        assertThat(TEXT.value("a\0b")).isNull();
        assertThat(TEXT.value("a\uD83E")).isNull();
        assertThat(TEXT.value("\uDD86a")).isNull();
        assertThat(TEXT.value("🦆")).isEqualTo("🦆");
    }

    @Test
    void takesPaddingForWhatItIs() {
        KeyType padded = new KeyType(Kind.PADDED, "bpchar");
        assertThat(padded.text("A1   ")).isEqualTo("A1");
        assertThat(padded.value("A1 ")).isNull();
    }

    @Test
    void ordersNumbersAsNumbersAndWhatIsNoneBehindThem() {
        List<String> keys = new ArrayList<>(List.of("b", "10", "9", "-10", "99999999999999999999", "a", "0"));
        keys.sort(KeyType::compareNumbers);
        assertThat(keys).containsExactly("-10", "0", "9", "10", "99999999999999999999", "a", "b");
    }

    @ParameterizedTest
    @CsvSource({
        "4, int4, INTEGER",
        "-5, bigserial, INTEGER",
        "2, numeric, DECIMAL",
        "12, varchar, TEXT",
        "12, CHARACTER VARYING, TEXT",
        "1, bpchar, PADDED",
        "1111, uuid, UUID",
        "-2, UUID, UUID",
        "1111, citext, TEXT"
    })
    void tellsTheTypeOfAColumn(int jdbcType, String name, Kind kind) {
        KeyType type = KeyType.of(jdbcType, name);
        assertThat(type).isNotNull();
        assertThat(type.kind()).isEqualTo(kind);
    }

    @ParameterizedTest
    @ValueSource(ints = {Types.DOUBLE, Types.TIMESTAMP, Types.BINARY, Types.BOOLEAN, Types.OTHER})
    void refusesColumnsThatCannotHoldIds(int jdbcType) {
        @Nullable KeyType type = KeyType.of(jdbcType, "whatever");
        assertThat(type).isNull();
    }
}
