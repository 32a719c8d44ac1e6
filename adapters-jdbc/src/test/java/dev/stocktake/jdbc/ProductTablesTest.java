package dev.stocktake.jdbc;

import static dev.stocktake.jdbc.ProductTables.key;
import static dev.stocktake.jdbc.ProductTables.leadsTo;
import static dev.stocktake.jdbc.ProductTables.timestamp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stocktake.MisconfiguredException;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;

class ProductTablesTest {

    private static AbstractThrowableAssert<?, ?> refused(ProductTables tables) {
        return assertThatThrownBy(tables::graph).isInstanceOf(MisconfiguredException.class);
    }

    @Test
    void keepsWaysInTheOrderTheyWereDeclared() {
        Graph graph = ProductTables.root("product", "id")
                .table("category", key("id"), leadsTo("product.category_id"))
                .table("category", key("id"), leadsTo("pivot.category_id"), timestamp("changed"))
                .table("pivot", key("product_id"), leadsTo("product.id"))
                .graph();

        assertThat(graph.tables()).extracting(Graph.Table::name).containsExactly("product", "category", "pivot");
        assertThat(graph.table("category").ways())
                .extracting(Graph.Way::column)
                .containsExactly("category_id", "category_id");
        assertThat(graph.table("category").timestamp()).isEqualTo(timestamp("changed"));
    }

    @Test
    void findsATableOfAnotherSchemaByItsNameAlone() {
        Graph graph = ProductTables.root("shop.product", "id")
                .table("shop.variant", key("product_id"), leadsTo("product.id"))
                .table("stock.level", key("variant_id"), leadsTo("shop.variant.id"))
                .graph();

        assertThat(graph.table("shop.variant").ways().get(0).target()).isEqualTo("shop.product");
        assertThat(graph.table("stock.level").ways().get(0).target()).isEqualTo("shop.variant");
    }

    @Test
    void suggestsWhatWasMeant() {
        refused(ProductTables.root("product", "id")
                        .table("variant", key("product_id"), leadsTo("product.id"))
                        .table("price", key("variant_id"), leadsTo("varaint.id")))
                .hasMessage("ProductTables: tables[1].leadsTo: no table 'varaint' in the graph;"
                        + " did you mean 'variant'?");
    }

    @Test
    void tellsEverythingThatIsWrongAtOnce() {
        refused(ProductTables.root("product", " ")
                        .table("", key("product_id"), leadsTo("product.id"))
                        .table("price", key("variant_id"), leadsTo("variant"))
                        .table("\"note\"", key("variant_id"), leadsTo("nothing.like.it")))
                .hasMessageContaining("5 problems")
                .hasMessageContaining("root.key: must be named")
                .hasMessageContaining("tables[0].table: must be named")
                .hasMessageContaining("tables[1].leadsTo: 'variant' must be a table and a column")
                .hasMessageContaining("tables[2].table: must be written without quotes")
                .hasMessageContaining("tables[2].leadsTo: no table 'nothing.like' in the graph");
    }

    @Test
    void refusesCircles() {
        refused(ProductTables.root("product", "id")
                        .table("a", key("x"), leadsTo("b.y"))
                        .table("b", key("x"), leadsTo("c.y"))
                        .table("c", key("x"), leadsTo("a.y")))
                .hasMessageContaining("tables[0]: leads in a circle, never to the root: a -> b -> c -> a");
    }

    @Test
    void refusesARootThatLeadsUpward() {
        refused(ProductTables.root("product", "id").table("product", key("parent_id"), leadsTo("product.id")))
                .hasMessageContaining("'product' is the root");
    }

    @Test
    void refusesTwoTimestampsOfOneTable() {
        refused(ProductTables.root("product", "id")
                        .table("variant", key("product_id"), leadsTo("product.id"), timestamp("a"))
                        .table("variant", key("other_id"), leadsTo("product.id"), timestamp("b")))
                .hasMessageContaining("tables[1].timestamp: 'variant' has another timestamp already");
    }
}
