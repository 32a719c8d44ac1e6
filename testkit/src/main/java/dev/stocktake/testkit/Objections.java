package dev.stocktake.testkit;

import dev.stocktake.WriteBatch;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What an index does not take, whatever content it goes to. Guarded by the index's lock. */
final class Objections {

    private record Objection(Predicate<WriteBatch.Upsert> of, String reason) {}

    private final Map<String, Objection> objections = new LinkedHashMap<>();

    void add(String rule, Predicate<WriteBatch.Upsert> of, String reason) {
        objections.put(rule, new Objection(of, reason));
    }

    void remove(String rule) {
        objections.remove(rule);
    }

    /** Why a document is refused; null if it is not. */
    @Nullable
    String to(WriteBatch.Upsert upsert) {
        return objections.values().stream()
                .filter(objection -> objection.of().test(upsert))
                .map(Objection::reason)
                .findFirst()
                .orElse(null);
    }
}
