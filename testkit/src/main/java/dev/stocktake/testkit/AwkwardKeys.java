package dev.stocktake.testkit;

import dev.stocktake.ProductKey;
import java.util.List;

/** Keys that adapters like to confuse, mangle or lose. */
final class AwkwardKeys {

    private AwkwardKeys() {}

    /** Distinct keys, each with its own trap. */
    static List<ProductKey> all() {
        return ProductKey.all(
                "10",
                "9",
                "010",
                "a",
                "A",
                "ab",
                "a b",
                "a-b",
                "a_b",
                "a/b",
                "a.b",
                "a%2Fb",
                "a+b",
                "a:b",
                "a'b",
                "a\"b",
                "a\\b",
                "a,b;c",
                "a\tb",
                "ä",
                "a\u0308",
                "ß",
                "ss",
                "é",
                "e",
                "İ",
                "i",
                "ı",
                "Ж",
                "商品",
                "🦆",
                "🦆🦆",
                "\uFFFDx",
                "k_20",
                "x-61",
                "~",
                "*",
                "null",
                "-1",
                "x".repeat(ProductKey.MAX_LENGTH),
                "ü".repeat(ProductKey.MAX_LENGTH - 1) + "1",
                "ü".repeat(ProductKey.MAX_LENGTH - 1) + "2");
    }
}
