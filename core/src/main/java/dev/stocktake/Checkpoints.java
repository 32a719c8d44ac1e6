package dev.stocktake;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When which part of the products was last compared: the present pass up to where it stands, the one before behind it. A few
 * hundred entries, however many products there are; where parts are joined, the older time counts. Immutable.
 */
final class Checkpoints {

    private static final int MOST = 512;

    /** @param upTo the last product of the part; null for the last part */
    private record Checkpoint(@Nullable ProductKey upTo, Instant at) {}

    private final Comparator<ProductKey> order;
    private final List<Checkpoint> before;
    private final List<Checkpoint> present;

    private Checkpoints(Comparator<ProductKey> order, List<Checkpoint> before, List<Checkpoint> present) {
        this.order = order;
        this.before = before;
        this.present = present;
    }

    /**
     * All that is known is that no product was compared earlier than that.
     *
     * @param order in which products are walked
     * @param oldest null if not even that is known
     */
    static Checkpoints since(Comparator<ProductKey> order, @Nullable Instant oldest) {
        return new Checkpoints(order, oldest == null ? List.of() : List.of(new Checkpoint(null, oldest)), List.of());
    }

    /** The present pass has come up to there already, and none of that was compared earlier than then. */
    Checkpoints takenUp(ProductKey upTo, Instant at) {
        return new Checkpoints(order, before, List.of(new Checkpoint(upTo, at)));
    }

    /** After a page was compared, not earlier than then. */
    Checkpoints passed(KeyPage page, Instant at) {
        List<Checkpoint> parts = new ArrayList<>(present);
        if (page.end()) {
            parts.add(new Checkpoint(null, at));
            return new Checkpoints(order, parts, List.of());
        }
        ProductKey last = page.last().orElseThrow();
        parts.add(new Checkpoint(last, at));
        List<Checkpoint> behind = before.stream()
                .dropWhile(part -> part.upTo() != null && order.compare(part.upTo(), last) <= 0)
                .toList();
        return new Checkpoints(order, behind, parts.size() > MOST ? joined(parts) : parts);
    }

    private static List<Checkpoint> joined(List<Checkpoint> parts) {
        List<Checkpoint> joined = new ArrayList<>();
        for (int i = 0; i + 1 < parts.size(); i += 2) {
            joined.add(new Checkpoint(parts.get(i + 1).upTo(), parts.get(i).at()));
        }
        if (parts.size() % 2 == 1) {
            joined.add(parts.get(parts.size() - 1));
        }
        return joined;
    }

    /** When the product was compared that waited longest; null if some never were. */
    @Nullable
    Instant oldest() {
        if (before.isEmpty()) {
            return null;
        }
        Instant behind = before.get(0).at();
        return present.isEmpty() || behind.isBefore(present.get(0).at())
                ? behind
                : present.get(0).at();
    }
}
