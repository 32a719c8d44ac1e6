package dev.stocktake.meilisearch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.ProductKey;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentIdsTest {

    private static final String ALPHABET = "abcXYZ019-_";
    private static final String[] PIECES = {
        "a", "-", "_", "b64-", "é", "漢", "😀", " ", "/", "\u0001", "倀", "忿", "Z9", "%"
    };

    @ParameterizedTest
    @ValueSource(strings = {"1", "prod_01H", "SKU-7", "007", "b64", "sha256", "-_-"})
    void leavesAnIdThatMeilisearchAllowsAsItIs(String key) {
        assertThat(DocumentIds.of(ProductKey.of(key))).contains(key);
        assertThat(DocumentIds.keyOf(key, null)).isEqualTo(ProductKey.of(key));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a/b", "a b", "ä", "b64-", "b64-YQ", "sha256-", "😀", "\u0001", "\u0001x", "a.b", "\u00a0x"})
    void writesAnyOtherIdInLettersThatMeilisearchAllows(String key) {
        String id = DocumentIds.of(ProductKey.of(key)).orElseThrow();

        assertThat(id).matches("b64-[A-Za-z0-9_-]{1,507}");
        assertThat(DocumentIds.keyOf(id, null)).isEqualTo(ProductKey.of(key));
    }

    @ParameterizedTest
    @ValueSource(strings = {"b64-", "b64-!", "b64-YQ", "b64-YR", "b64-____", "b64-IA", "b64-A"})
    void givesRubbishBehindThePrefixAKeyOfItsOwn(String rubbish) {
        String id = rubbish.replace("!", "x-x");
        ProductKey key = DocumentIds.keyOf(id, null);

        assertThat(DocumentIds.of(key)).contains(id);
        assertThat(key.value()).startsWith("\u0001");
    }

    @Test
    void givesIdsThatAreTooLongForAKeyAKeyOfTheirOwn() {
        for (int length : new int[] {400, 401, 510, 511}) {
            String id = "x".repeat(length);
            assertThat(DocumentIds.of(DocumentIds.keyOf(id, null))).contains(id);
        }
    }

    @Test
    void hashesKeysThatBecomeTooLong() {
        ProductKey fits = ProductKey.of("é".repeat(190));
        ProductKey tooLong = ProductKey.of("é".repeat(191));
        String id = DocumentIds.of(tooLong).orElseThrow();

        assertThat(DocumentIds.of(fits).orElseThrow()).startsWith("b64-");
        assertThat(id).matches("sha256-[A-Za-z0-9_-]{43}");
        assertThat(DocumentIds.keyOf(id, tooLong.value())).isEqualTo(tooLong);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "another key", "é", "\u0001"})
    void doesNotBelieveADocumentThatItHasTheKeyOfAHash(String stored) {
        String id = DocumentIds.of(ProductKey.of("é".repeat(191))).orElseThrow();

        assertThat(DocumentIds.of(DocumentIds.keyOf(id, stored))).contains(id);
        assertThat(DocumentIds.of(DocumentIds.keyOf(id, "x".repeat(500)))).contains(id);
        assertThat(DocumentIds.of(DocumentIds.keyOf(id, null))).contains(id);
    }

    @Test
    void keepsAKeyThatLooksLikeAHashApart() {
        String id = DocumentIds.of(ProductKey.of("é".repeat(191))).orElseThrow();

        assertThat(DocumentIds.of(ProductKey.of(id)).orElseThrow()).startsWith("b64-");
    }

    @Test
    void refusesKeysThatAreNoValidUnicode() {
        assertThat(DocumentIds.of(ProductKey.of("a\ud800"))).isEmpty();
        assertThat(DocumentIds.of(ProductKey.of("\udc00\ud800"))).isEmpty();
    }

    @Test
    void keepsARealKeyApartFromTheKeyOfAForeignDocument() {
        ProductKey foreign = DocumentIds.keyOf("b64-rubbish!".replace("!", "-"), null);
        String nested = "b64-"
                + Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(foreign.value().getBytes(StandardCharsets.UTF_8));

        assertThat(DocumentIds.of(foreign)).contains("b64-rubbish-");
        assertThat(DocumentIds.keyOf(nested, null)).isNotEqualTo(foreign);
        assertThat(DocumentIds.of(DocumentIds.keyOf(nested, null))).contains(nested);
    }

    @Test
    void mapsEveryKeyToOneIdAndBack() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int pieces = 1 + random.nextInt(8); pieces > 0; pieces--) {
                text.append(PIECES[random.nextInt(PIECES.length)]);
            }
            if (text.toString().isBlank()) {
                continue;
            }
            ProductKey key = ProductKey.of(text.toString());
            String id = DocumentIds.of(key).orElseThrow();
            assertThat(DocumentIds.keyOf(id, null))
                    .as("seed %d, key '%s', id '%s'", seed, key, id)
                    .isEqualTo(key);
        }
    }

    @Test
    void mapsEveryIdToOneKeyAndBack() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder id = new StringBuilder(random.nextBoolean() ? "b64-" : "");
            for (int letters = 1 + random.nextInt(random.nextInt(50) == 0 ? 507 : 12); letters > 0; letters--) {
                id.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
            }
            ProductKey key = DocumentIds.keyOf(id.toString(), null);
            assertThat(DocumentIds.of(key)).as("seed %d, id '%s'", seed, id).contains(id.toString());
        }
    }
}
