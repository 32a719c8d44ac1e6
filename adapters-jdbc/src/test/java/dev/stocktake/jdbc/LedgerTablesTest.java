package dev.stocktake.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stocktake.MisconfiguredException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LedgerTablesTest {

    private final LedgerTables plain = new LedgerTables(null, "stocktake_");
    private final LedgerTables named = new LedgerTables("shop", "search_");

    @Test
    void leavesThePlainNamesAlone() {
        String script = LedgerSchema.script(new PostgresLedgerDialect());

        assertThat(plain.named(script)).isEqualTo(script);
    }

    @Test
    void namesTablesBySchemaAndPrefix() {
        assertThat(named.named("select * from stocktake_mark m join stocktake_lane"))
                .isEqualTo("select * from shop.search_mark m join shop.search_lane");
    }

    /** An index lies in the schema of its table, and PostgreSQL refuses to be told so. */
    @Test
    void namesIndexesByPrefixOnly() {
        assertThat(named.named("create index if not exists ix_stocktake_mark_order on stocktake_mark (stage)"))
                .isEqualTo("create index if not exists ix_search_mark_order on shop.search_mark (stage)");
    }

    @Test
    void leavesNoPlainNameInAScript() {
        for (LedgerDialect dialect : List.of(
                new PostgresLedgerDialect(),
                new H2LedgerDialect(),
                new MySqlLedgerDialect(MySqlVariant.MARIADB),
                new MySqlLedgerDialect(MySqlVariant.MYSQL))) {
            assertThat(named.named(LedgerSchema.script(dialect))).doesNotContain("stocktake_");
        }
    }

    /**
     * What is proven on the one holds for the other, as far as scripts go. MySQL cannot add a column or an index if
     * there is none, and never had tables without them.
     */
    @Test
    void makesTheSameTablesInMySqlAsInMariaDb() {
        String mariaDb = LedgerSchema.script(new MySqlLedgerDialect(MySqlVariant.MARIADB));
        String columns = "(suspect, generation, stage, changed_at)";
        String index = "create index if not exists ix_stocktake_mark_doubt on stocktake_mark " + columns;
        String expected = mariaDb.replace("utf8mb4_nopad_bin", "utf8mb4_0900_bin")
                .replace(
                        "alter table stocktake_mark add column if not exists changed_at bigint not null default 0;", "")
                .replace(
                        "    refused_fingerprint varchar(32),\n",
                        "    refused_fingerprint varchar(32),\n    changed_at          bigint not null default 0,\n")
                .replace(index + ";", "")
                .replace(
                        "(stage, generation, not_before)\n",
                        "(stage, generation, not_before),\n    index ix_stocktake_mark_doubt " + columns + "\n");

        assertThat(LedgerSchema.statements(LedgerSchema.script(new MySqlLedgerDialect(MySqlVariant.MYSQL))))
                .isEqualTo(LedgerSchema.statements(expected));
    }

    @Test
    void castsAParameterAsTheDatabaseDoes() {
        String sql = "select cast(r.reason as integer), cast(? as boolean), cast(? as varchar(400))";

        assertThat(plain.sql(sql, new PostgresLedgerDialect())).isEqualTo(sql);
        assertThat(new LedgerTables(null, "stocktake_").sql(sql, new MySqlLedgerDialect(MySqlVariant.MYSQL)))
                .isEqualTo("select cast(r.reason as signed), cast(? as signed), cast(? as char(400))");
    }

    @Test
    void takesAQuotedSchemaAsItIs() {
        assertThat(new LedgerTables("\"My $1 Shop\"", "stocktake_").named("from stocktake_mark"))
                .isEqualTo("from \"My $1 Shop\".stocktake_mark");
    }

    @Test
    void spellsTheWordsInBraces() {
        String sql = "select {now}, {token} from {rows r product_key text, token bigint} {any mark m of r}";

        assertThat(named.sql(sql, new H2LedgerDialect()))
                .contains("next value for shop.search_token")
                .contains("unnest(cast(? as varchar array), cast(? as bigint array)) as r(product_key, token)")
                .contains("left join shop.search_mark m on m.generation = r.generation")
                .doesNotContain("{");
        assertThat(plain.sql(sql, new PostgresLedgerDialect()))
                .contains("nextval('stocktake_token')")
                .contains("unnest(cast(? as text[]), cast(? as bigint[]))")
                .contains("left join lateral")
                .doesNotContain("{");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "1st", "drop table x;", "\"a\"b\"", "a.b"})
    void refusesASchemaThatIsNoName(String schema) {
        assertThatThrownBy(() -> JdbcLedger.builder(TestH2.freshDatabase())
                        .schema(schema)
                        .build())
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageContaining("schema: '" + schema + "'");
    }

    @Test
    void namesEverySettingThatIsWrong() {
        JdbcLedger.Builder builder = JdbcLedger.builder(TestH2.freshDatabase())
                .schema("no name")
                .tablePrefix("x".repeat(31))
                .timeout(Duration.ZERO);

        assertThatThrownBy(builder::build)
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageContainingAll("schema: ", "tablePrefix: ", "timeout: PT0S");
    }
}
