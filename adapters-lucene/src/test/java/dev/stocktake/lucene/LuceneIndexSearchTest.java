package dev.stocktake.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stocktake.Document;
import dev.stocktake.Fingerprint;
import dev.stocktake.MisconfiguredException;
import dev.stocktake.ProductKey;
import dev.stocktake.WriteBatch;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LuceneIndexSearchTest {

    private LuceneIndex index = LuceneIndex.builder("lamps", new ByteBuffersDirectory())
            .searchable("name", "brand", "variants")
            .filterable("in_stock", "price", "variants", "tags", "color", "serial")
            .sortable("price", "name")
            .build();

    @BeforeEach
    void fill() {
        index.prepare();
        put(
                "1",
                Map.of(
                        "name",
                        "Desk lamp Ísafold",
                        "brand",
                        "Lumen",
                        "price",
                        new BigDecimal("49.90"),
                        "in_stock",
                        true));
        put("2", Map.of("name", "Floor lamp", "brand", "Desk & Co", "price", 120, "in_stock", false, "color", "red"));
        put(
                "3",
                Map.of(
                        "name",
                        "Lampshade",
                        "brand",
                        "Lumen",
                        "price",
                        15,
                        "tags",
                        List.of("linen", "round"),
                        "variants",
                        List.of(
                                Map.of("sku", "SH-200-R", "stock", 4, "label", "small"),
                                Map.of("sku", "SH-200-X", "stock", 0, "label", "wide"))));
        put("4", Map.of("name", "Bulb", "serial", 9_007_199_254_740_993L));
    }

    @AfterEach
    void close() {
        index.close();
    }

    @Nested
    class Clauses {

        private static final String PASTED = "lamp ".repeat(40).strip();

        private LuceneIndex wide(int fields) {
            index.close();
            index = LuceneIndex.builder("lamps", new ByteBuffersDirectory())
                    .searchable(
                            IntStream.range(0, fields).mapToObj(i -> "f" + i).toArray(String[]::new))
                    .filterable("f0")
                    .build();
            index.prepare();
            put("1", Map.of("f0", "Desk lamp"));
            return index;
        }

        @ParameterizedTest
        @ValueSource(ints = {33, 40, 512})
        void areNoMoreThanLuceneTakesWhateverTextIsPasted(int fields) {
            wide(fields);

            assertThat(found(PASTED)).containsExactly("1");
            assertThat(found(PASTED + " ")).containsExactly("1");
        }

        @Test
        void tooManyAreNamed() {
            Search search = Search.of("lamp");
            for (int i = 0; i < 1_100; i++) {
                search = search.where("f0", "lamp " + i);
            }
            Search tooMuch = search;
            wide(1);

            assertThatThrownBy(() -> index.search(tooMuch))
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("1024 clauses")
                    .hasMessageContaining("'lamps'");
        }
    }

    @Nested
    class Words {

        @Test
        void mustAllOccurInAnyField() {
            assertThat(found("desk")).containsExactlyInAnyOrder("1", "2");
            assertThat(found("lumen desk")).containsExactly("1");
            assertThat(found("lumen floor")).isEmpty();
        }

        @Test
        void countMoreInAFieldNamedEarlier() {
            assertThat(found("desk ")).containsExactly("1", "2");
        }

        @Test
        void mayBeUnfinishedAtTheEndOnly() {
            assertThat(found("lam")).containsExactlyInAnyOrder("1", "2", "3");
            assertThat(found("lam ")).isEmpty();
            assertThat(found("lam desk")).isEmpty();
            assertThat(found("desk lam")).containsExactlyInAnyOrder("1", "2");
        }

        @Test
        void areFoundWithoutCaseAndAccentsInEveryLocale() {
            Locale usual = Locale.getDefault();
            try {
                Locale.setDefault(Locale.forLanguageTag("tr"));
                assertThat(found("ISAFOLD")).containsExactly("1");
            } finally {
                Locale.setDefault(usual);
            }
        }

        @Test
        void areFoundInsideListsOfObjects() {
            assertThat(found("SH-200")).containsExactly("3");
            assertThat(found("wide")).containsExactly("3");
        }

        @Test
        void areNotLookedForWhereNothingWasSaid() {
            assertThat(found("red")).isEmpty();
            assertThat(found("linen")).isEmpty();
        }

        @Test
        void mayBeNoneAndThenEverythingIsFound() {
            assertThat(index.search(Search.everything()).total()).isEqualTo(4);
            assertThat(found(" - ")).containsExactly("1", "2", "3", "4");
        }

        @Test
        void meanNothingSpecial() {
            assertThat(found("desk\" AND (lumen* OR name:[")).isEmpty();
            assertThat(found("*:*")).hasSize(4);
        }

        @Test
        void mayBeVeryMany() {
            assertThat(found("desk ".repeat(5_000))).containsExactlyInAnyOrder("1", "2");
        }
    }

    @Nested
    class Conditions {

        @Test
        void compareTextsExactly() {
            assertThat(where(Search.everything().where("color", "red"))).containsExactly("2");
            assertThat(where(Search.everything().where("color", "Red"))).isEmpty();
            assertThat(where(Search.everything().where("variants.sku", "SH-200-R")))
                    .containsExactly("3");
            assertThat(where(Search.everything().where("tags", "round"))).containsExactly("3");
        }

        @Test
        void compareBooleansAndNumbersByValue() {
            assertThat(where(Search.everything().where("in_stock", true))).containsExactly("1");
            assertThat(where(Search.everything().where("in_stock", "true"))).isEmpty();
            assertThat(where(Search.everything().where("price", 49.9))).containsExactly("1");
            assertThat(where(Search.everything().where("price", "120"))).isEmpty();
        }

        @Test
        void tellLargeNumbersApart() {
            assertThat(where(Search.everything().where("serial", 9_007_199_254_740_993L)))
                    .containsExactly("4");
            assertThat(where(Search.everything().where("serial", 9_007_199_254_740_992L)))
                    .isEmpty();
        }

        @Test
        void takeRangesWithBothEnds() {
            assertThat(where(Search.everything().between("price", 15, 49.9))).containsExactly("1", "3");
            assertThat(where(Search.everything().between("price", null, 15))).containsExactly("3");
            assertThat(where(Search.everything().between("price", 50, null))).containsExactly("2");
            assertThat(where(Search.everything().between("variants.stock", 1, 9)))
                    .containsExactly("3");
        }

        @Test
        void mustAllHoldBesideTheWords() {
            assertThat(where(Search.of("lamp").where("in_stock", false).between("price", 100, 200)))
                    .containsExactly("2");
        }

        @Test
        void nameTheSettingThatIsMissing() {
            assertThatThrownBy(() -> index.search(Search.everything().where("brand", "Lumen")))
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("filterable")
                    .hasMessageContaining("brand");
            assertThatThrownBy(() -> index.search(Search.everything().ascending("brand")))
                    .isInstanceOf(MisconfiguredException.class)
                    .hasMessageContaining("sortable");
        }

        @Test
        void refuseWhatIsNoSingleValue() {
            assertThatThrownBy(() -> Search.everything().where("tags", List.of("a")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("tags");
        }
    }

    @Nested
    class Results {

        @Test
        void holdTheDocumentAsItWasWritten() {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("zeta", List.of(Map.of("a", 1)));
            fields.put("name", "Ordered");
            put("5", fields);

            Hits hits = index.search(Search.of("ordered"));

            assertThat(hits.hits()).hasSize(1);
            assertThat(hits.hits().get(0).key()).isEqualTo(ProductKey.of("5"));
            assertThat(hits.hits().get(0).document().fields().keySet()).containsExactly("zeta", "name");
            assertThat(index.get(ProductKey.of("5"))).contains(Document.of(fields));
            assertThat(index.get(ProductKey.of("6"))).isEmpty();
        }

        @Test
        void areLimitedAndCountedInFull() {
            Hits two = index.search(Search.everything().limit(2));
            Hits none = index.search(Search.everything().limit(0));

            assertThat(two.hits()).hasSize(2);
            assertThat(two.total()).isEqualTo(4);
            assertThat(none.hits()).isEmpty();
            assertThat(none.total()).isEqualTo(4);
        }

        @Test
        void areSortedByNumbersAndTextsWithTheMissingOnesLast() {
            assertThat(where(Search.everything().ascending("price"))).containsExactly("3", "1", "2", "4");
            assertThat(where(Search.everything().descending("price"))).containsExactly("2", "1", "3", "4");
            assertThat(where(Search.everything().ascending("name"))).containsExactly("4", "1", "2", "3");
        }

        @Test
        void stayInPlaceWhenOneOfThemIsWrittenAgain() {
            put("2", Map.of("name", "Floor lamp"));
            put("1", Map.of("name", "Desk lamp"));

            assertThat(where(Search.everything())).containsExactly("1", "2", "3", "4");
        }
    }

    @Nested
    class WithoutSettings {

        @Test
        void allTextsAreSearchedAndAllFieldsFiltered() {
            LuceneIndex open =
                    LuceneIndex.builder("open", new ByteBuffersDirectory()).build();
            index.close();
            index = open;
            open.prepare();
            put("7", Map.of("a", Map.of("b", "deep water"), "key", "own key", "document", "mine"));

            assertThat(found("water")).containsExactly("7");
            assertThat(where(Search.everything().where("a.b", "deep water"))).containsExactly("7");
            assertThat(where(Search.everything().where("key", "own key"))).containsExactly("7");
        }
    }

    private void put(String id, Map<String, ?> fields) {
        Document document = Document.of(fields);
        index.write(new WriteBatch(
                "b" + id,
                List.of(new WriteBatch.Upsert(ProductKey.of(id), document, Fingerprint.of(document, "1"))),
                List.of()));
    }

    private List<String> found(String text) {
        return where(Search.of(text));
    }

    private List<String> where(Search search) {
        Hits hits = index.search(search);
        assertThat(hits.total()).isEqualTo(hits.hits().size());
        return hits.hits().stream().map(hit -> hit.key().value()).toList();
    }
}
