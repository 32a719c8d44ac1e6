package dev.stocktake.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stocktake.MisconfiguredException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProductQueryTest {

    private static ProductQuery parse(String sql) {
        Problems problems = new Problems("Test");
        ProductQuery query = ProductQuery.parse("root", sql, problems);
        problems.throwIfAny();
        return query;
    }

    @Test
    void putsAConditionInThePlaceOfEachPlaceholder() {
        ProductQuery query = parse(
                "select id from a where {products:a.id} union all select x from b where {products: lower(b.x) } ; \n");
        assertThat(query.sql(expression -> expression + " = 1"))
                .isEqualTo("select id from a where a.id = 1 union all select x from b where lower(b.x) = 1");
    }

    @Test
    void leavesOtherBracesAlone() {
        assertThat(parse("select '{\"a\":1}'::jsonb, id from p where {products:id}")
                        .sql(expression -> "true"))
                .isEqualTo("select '{\"a\":1}'::jsonb, id from p where true");
    }

    /** Nobody is asked to watch what he writes in a comment. */
    @Test
    void leavesCommentsAlone() {
        assertThat(parse("""
                        -- {products:p.id} stands for the products, and so did {products
                        select p.id, '--', "/*" /* {products:p.id}, :products */ from p
                        where {products:p.id} and '/*' <> '*/' -- it's {products:p.id}""").sql(expression -> "true")).isEqualTo("""
                        -- {products:p.id} stands for the products, and so did {products
                        select p.id, '--', "/*" /* {products:p.id}, :products */ from p
                        where true and '/*' <> '*/' -- it's {products:p.id}""");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ; ",
                "select id from product",
                "select id from product where {products}",
                "select id from product where {products:}",
                "select id from product where id in (:products)",
                "select id from product where {products:id} and {products",
                "select id from product -- where {products:id}"
            })
    void refusesAQueryThatDoesNotSayWhichProductsItIsAbout(String sql) {
        assertThatThrownBy(() -> parse(sql))
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageContaining("root");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select a from t where {products:a} order by b",
                "select a from t where {products:a}\nORDER   BY b -- as it should be",
                "select a, (select 1) from t where {products:a} order by (b), c",
                "select ') ' from t where {products:a} order by b"
            })
    void seesThatRowsComeInAnOrder(String sql) {
        assertThat(parse(sql).ordered()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select a from t where {products:a}",
                "select row_number() over (partition by a order by b) from t where {products:a}",
                "select (select c from u where (u.a = t.a) order by c limit 1) from t where {products:a}",
                "select ' order by ' from t where {products:a}",
                "select a from t where {products:a} -- order by b",
                "select a from t /* order by b */ where {products:a}",
                "select \"order by\" from t where {products:a}"
            })
    void seesThatRowsComeInNoOrder(String sql) {
        assertThat(parse(sql).ordered()).isFalse();
    }
}
