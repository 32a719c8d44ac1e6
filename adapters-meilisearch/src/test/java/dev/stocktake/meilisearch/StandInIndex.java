package dev.stocktake.meilisearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The content of an index of {@link MeilisearchStandIn}: what a swap exchanges. Guarded by the stand-in's lock. */
final class StandInIndex {

    private static final BigInteger MAX_U64 = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

    private static final int LARGEST_POWER = 308;

    final Instant createdAt;
    Instant updatedAt;

    @Nullable
    String primaryKey;

    final ObjectNode settings;

    /** By internal number: new documents take the lowest number that is free, and are listed in that order. */
    private final TreeMap<Integer, ObjectNode> documents = new TreeMap<>();

    private final Map<String, Integer> numbers = new HashMap<>();
    private final TreeSet<Integer> free = new TreeSet<>();

    StandInIndex(Instant now, @Nullable String primaryKey) {
        this.createdAt = now;
        this.updatedAt = now;
        this.primaryKey = primaryKey;
        this.settings = defaults();
    }

    /** A batch works on a copy, so that a failed one leaves nothing behind. */
    StandInIndex(StandInIndex other) {
        this.createdAt = other.createdAt;
        this.updatedAt = other.updatedAt;
        this.primaryKey = other.primaryKey;
        this.settings = other.settings.deepCopy();
        this.documents.putAll(other.documents);
        this.numbers.putAll(other.numbers);
        this.free.addAll(other.free);
    }

    static ObjectNode defaults() {
        ObjectNode settings = JsonNodeFactory.instance.objectNode();
        settings.putArray("displayedAttributes").add("*");
        settings.putArray("searchableAttributes").add("*");
        settings.putArray("filterableAttributes");
        settings.putArray("sortableAttributes");
        ArrayNode rules = settings.putArray("rankingRules");
        List.of("words", "typo", "proximity", "attributeRank", "sort", "wordPosition", "exactness")
                .forEach(rules::add);
        settings.putArray("stopWords");
        settings.putObject("synonyms");
        settings.putNull("distinctAttribute");
        settings.putObject("embedders");
        settings.putObject("faceting").put("maxValuesPerFacet", 100);
        settings.putObject("pagination").put("maxTotalHits", 1000);
        return settings;
    }

    int size() {
        return documents.size();
    }

    List<ObjectNode> all() {
        return new ArrayList<>(documents.values());
    }

    @Nullable
    ObjectNode get(String id) {
        Integer number = numbers.get(id);
        return number == null ? null : documents.get(number);
    }

    List<ObjectNode> get(List<String> ids) {
        TreeMap<Integer, ObjectNode> found = new TreeMap<>();
        for (String id : ids) {
            Integer number = numbers.get(id);
            if (number != null) {
                found.put(number, documents.get(number));
            }
        }
        return new ArrayList<>(found.values());
    }

    void put(String id, ObjectNode document, boolean replace) {
        ObjectNode old = get(id);
        ObjectNode stored = replace || old == null ? JsonNodeFactory.instance.objectNode() : old.deepCopy();
        document.properties().forEach(field -> stored.set(field.getKey(), asReadBack(field.getValue())));
        Integer number = numbers.get(id);
        if (number == null) {
            Integer reused = free.pollFirst();
            number = reused == null ? documents.size() : reused;
            numbers.put(id, number);
        }
        documents.put(number, stored);
    }

    boolean remove(String id) {
        Integer number = numbers.remove(id);
        if (number == null) {
            return false;
        }
        documents.remove(number);
        free.add(number);
        return true;
    }

    int clear() {
        int count = size();
        documents.clear();
        numbers.clear();
        free.clear();
        return count;
    }

    /** Integers are exact within 64 bits, everything else goes through a double. */
    private static JsonNode asReadBack(JsonNode value) {
        if (value.isObject()) {
            ObjectNode copy = JsonNodeFactory.instance.objectNode();
            value.properties().forEach(field -> copy.set(field.getKey(), asReadBack(field.getValue())));
            return copy;
        }
        if (value.isArray()) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode();
            value.forEach(element -> copy.add(asReadBack(element)));
            return copy;
        }
        boolean wide = value.isBigInteger()
                && (value.bigIntegerValue().compareTo(MAX_U64) > 0
                        || value.bigIntegerValue().compareTo(BigInteger.valueOf(Long.MIN_VALUE)) < 0);
        if (wide || value instanceof DecimalNode) {
            double real = asParsed(value.decimalValue());
            if (Double.isInfinite(real)) {
                throw new StandInFailure("internal", "internal: number out of range at line 1 column 5.", true);
            }
            return DoubleNode.valueOf(real);
        }
        return value;
    }

    /** As fast readers of JSON do: the leading digits times a power of ten, which may miss the nearest double by a step. */
    private static double asParsed(BigDecimal number) {
        BigInteger digits = number.unscaledValue().abs();
        int exponent = -number.scale();
        while (digits.compareTo(MAX_U64) > 0) {
            digits = digits.divide(BigInteger.TEN);
            exponent++;
        }
        double real = digits.doubleValue();
        while (exponent < -LARGEST_POWER && real != 0) {
            real /= powerOfTen(LARGEST_POWER);
            exponent += LARGEST_POWER;
        }
        if (real != 0) {
            real = exponent < 0 ? real / powerOfTen(-exponent) : real * powerOfTen(exponent);
        }
        return number.signum() < 0 ? -real : real;
    }

    private static double powerOfTen(int exponent) {
        return Double.parseDouble("1e" + exponent);
    }
}
