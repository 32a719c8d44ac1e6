package dev.stocktake.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stocktake.MisconfiguredException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimedQueryTest {

    private static TimedQuery parse(String sql) {
        Problems problems = new Problems("TimedFeed");
        TimedQuery query = TimedQuery.parse(sql, problems);
        problems.throwIfAny();
        return query;
    }

    @Test
    void putsParametersInThePlaceOfMoments() {
        TimedQuery query = parse(" select id from p where a > :from and a <= :to or b > :from and b <= :to ;\n");

        assertThat(query.sql()).isEqualTo("select id from p where a > ? and a <= ? or b > ? and b <= ?");
        assertThat(query.ends()).containsExactly(false, true, false, true);
    }

    @Test
    void leavesQuotesCommentsAndCastsAlone() {
        String before =
                "select ':to', \":from\", $x$ :to $x$, 1::int, :fromage -- it's :to\n /* :from */ from p where ";
        TimedQuery query = parse(before + "a > :from::timestamptz and a <= :to and b = 'it''s :to'");

        assertThat(query.sql()).isEqualTo(before + "a > ?::timestamptz and a <= ? and b = 'it''s :to'");
        assertThat(query.ends()).containsExactly(false, true);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "select id from p",
                "select id from p where a > :from",
                "select id from p where a <= :to",
                "select id from p where a > ':from' and a <= :to"
            })
    void refusesAQueryThatDoesNotSayBetweenWhichMoments(String sql) {
        assertThatThrownBy(() -> parse(sql))
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageContaining("TimedFeed: query: must say between which moments by :from and :to");
    }
}
