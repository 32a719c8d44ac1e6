package dev.stocktake.examples.medusa;

import dev.stocktake.Document;
import dev.stocktake.Explanation;
import dev.stocktake.ProductKey;
import dev.stocktake.Projection;
import dev.stocktake.Stocktake;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Why a product is as it is in the index. */
@Command(
        name = "explain",
        description = "Says why a product is as it is in the index. Changes nothing.",
        mixinStandardHelpOptions = true)
final class ExplainCommand extends Task {

    @Parameters(paramLabel = "ID", description = "A product's id, handle, or a sku or barcode.")
    private String name = "";

    @Override
    public Integer call() throws Exception {
        try (Parts parts = parts().requireShop()) {
            List<ProductKey> products = new Lookup(parts).products(List.of(name));
            if (!parts.ledgerIsThere()) {
                throw new WrongSettings("Stocktake's own tables are not in schema "
                        + parts.settings().schema() + " yet, so there is nothing to tell of. Start the sidecar, or run"
                        + " sync full, first.");
            }
            Stocktake stocktake = parts.onlyLooking();
            List<String> texts = new ArrayList<>();
            List<Object> all = new ArrayList<>();
            boolean everythingTrue = true;
            for (ProductKey product : products) {
                Explanation explanation = stocktake.explain(product);
                List<String> mismatches = parts.check().mismatchesOf(product.value()).stream()
                        .map(ShopCheck.Mismatch::counts)
                        .toList();
                everythingTrue &= explanation.verdict() == Explanation.Verdict.TRUE;
                texts.add(text(explanation, mismatches));
                all.add(fields(explanation, mismatches));
            }
            Map<String, @Nullable Object> answer = new LinkedHashMap<>();
            answer.put("products", all);
            answer(String.join(System.lineSeparator(), texts), answer);
            return everythingTrue ? Sidecar.DONE : Sidecar.FOUND;
        }
    }

    private static String text(Explanation explanation, List<String> mismatches) {
        StringBuilder text = new StringBuilder(explanation.toString());
        if (explanation.database() instanceof Projection.Absent) {
            text.append(System.lineSeparator())
                    .append("  why none    only published products that are not deleted have a document");
        }
        mismatches.forEach(
                one -> text.append(System.lineSeparator()).append("  ! ").append(one));
        return text.toString();
    }

    private static Map<String, @Nullable Object> fields(Explanation explanation, List<String> mismatches) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("product", explanation.product().value());
        fields.put("verdict", explanation.verdict().name());
        fields.put(
                "database",
                explanation.database() instanceof Projection.Present present
                        ? present.document().fields()
                        : null);
        Document indexed = explanation.indexed().document();
        fields.put("index", indexed == null ? null : indexed.fields());
        fields.put(
                "differences",
                explanation.differences().stream()
                        .map(Explanation.Difference::field)
                        .toList());
        fields.put("mismatches", mismatches);
        fields.put("text", explanation.toString());
        return fields;
    }
}
