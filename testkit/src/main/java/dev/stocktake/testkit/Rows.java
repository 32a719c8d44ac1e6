package dev.stocktake.testkit;

import dev.stocktake.ProductKey;
import dev.stocktake.Reason;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The rows of one generation, with the orders in which they are looked for. Knows nothing of transactions. */
final class Rows {

    private static final Comparator<Row> MOST_URGENT_FIRST = Comparator.comparing(
                    (Row row) -> row.mark().reason())
            .thenComparing(row -> row.mark().since())
            .thenComparingLong(row -> row.mark().token());

    private static final Comparator<Row> DUE_FIRST = Comparator.comparing(Rows::dueTime)
            .thenComparingLong(row -> row.mark().token());

    private final Map<ProductKey, Row> byKey = new HashMap<>();
    private final TreeSet<Row> ready = new TreeSet<>(MOST_URGENT_FIRST);
    private final TreeSet<Row> putOff = new TreeSet<>(DUE_FIRST);
    private final Map<String, Row> quarantined = new TreeMap<>();
    private int suspects;

    @Nullable
    Row get(ProductKey key) {
        return byKey.get(key);
    }

    /** Puts a row in the place of the key's row, or removes it; answers the row that was there. */
    @Nullable
    Row replace(ProductKey key, @Nullable Row row) {
        Row old = row == null ? byKey.remove(key) : byKey.put(key, row);
        if (old != null) {
            forget(old);
        }
        if (row != null) {
            remember(row);
        }
        return old;
    }

    private void remember(Row row) {
        if (row.quarantined()) {
            quarantined.put(row.key().value(), row);
            return;
        }
        (row.tries().notBefore() == null ? ready : putOff).add(row);
        suspects += row.mark().suspect() ? 1 : 0;
    }

    private void forget(Row row) {
        if (row.quarantined()) {
            quarantined.remove(row.key().value());
            return;
        }
        (row.tries().notBefore() == null ? ready : putOff).remove(row);
        suspects -= row.mark().suspect() ? 1 : 0;
    }

    Collection<Row> all() {
        return List.copyOf(byKey.values());
    }

    int size() {
        return byKey.size();
    }

    int suspects() {
        return suspects;
    }

    /** Rows that are neither put off nor quarantined, most urgent first, then oldest. */
    Collection<Row> ready() {
        return ready;
    }

    /** Rows that were put off until this time or an earlier one. */
    List<Row> dueBy(Instant now) {
        if (putOff.isEmpty() || dueTime(putOff.first()).isAfter(now)) {
            return List.of();
        }
        return putOff.stream().takeWhile(row -> !dueTime(row).isAfter(now)).toList();
    }

    Optional<Instant> nextDue() {
        return putOff.isEmpty() ? Optional.empty() : Optional.of(dueTime(putOff.first()));
    }

    Collection<Row> quarantined() {
        return quarantined.values();
    }

    /** When the oldest row that is not quarantined was marked. */
    Optional<Instant> oldest() {
        Instant oldest = null;
        for (Row row : putOff) {
            oldest = earlier(oldest, row);
        }
        Iterator<Row> rows = ready.iterator();
        while (rows.hasNext()) {
            Row firstOfReason = rows.next();
            oldest = earlier(oldest, firstOfReason);
            rows = behind(firstOfReason.mark().reason());
        }
        return Optional.ofNullable(oldest);
    }

    /** When the oldest change of a row that is not quarantined was made, as far as that is known. */
    Optional<Instant> oldestChange() {
        return Stream.concat(ready.stream(), putOff.stream())
                .map(row -> row.mark().changedAt())
                .filter(Objects::nonNull)
                .min(Comparator.naturalOrder());
    }

    private static Instant earlier(@Nullable Instant time, Row row) {
        Instant since = row.mark().since();
        return time == null || since.isBefore(time) ? since : time;
    }

    private Iterator<Row> behind(Reason reason) {
        Row last = Row.fresh(ProductKey.of(0), new Row.Mark(Long.MAX_VALUE, Instant.MAX, reason, false, null));
        return ready.tailSet(last, false).iterator();
    }

    private static Instant dueTime(Row row) {
        return Objects.requireNonNull(row.tries().notBefore());
    }
}
