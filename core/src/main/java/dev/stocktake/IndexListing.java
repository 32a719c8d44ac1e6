package dev.stocktake;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Lists everything an index holds, page by page, and finds what has no product. Remembers some of it, counts all. */
final class IndexListing {

    private static final int PAGE = 10_000;
    private static final int PRESENT_AT_ONCE = 1_000;
    private static final int REMEMBERED = 10_000;

    private final AuditableIndex index;
    private final ProductSource source;
    private final List<ProductKey> found = new ArrayList<>();
    private @Nullable String version;
    private @Nullable String cursor;
    private boolean moved;
    private boolean ended;
    private long documents;
    private long orphans;

    IndexListing(AuditableIndex index, ProductSource source) {
        this.index = index;
        this.source = source;
    }

    /** Whether a page was read. */
    boolean begun() {
        return version != null;
    }

    /** Whether entries may have slipped from one page to another. */
    boolean moved() {
        return moved;
    }

    long documents() {
        return documents;
    }

    long orphans() {
        return orphans;
    }

    /** Those of the orphans that are remembered. */
    List<ProductKey> found() {
        return found;
    }

    boolean remembersAll() {
        return found.size() == orphans;
    }

    /**
     * Reads the next page. If that fails, or what is done with its orphans, it is read once more; behind the last page nothing
     * is read any more.
     *
     * @param each is given the orphans of a page; may be given them twice
     * @return whether it was the last
     */
    boolean next(Consumer<List<ProductKey>> each) {
        if (ended) {
            return true;
        }
        FingerprintPage page = index.fingerprints(cursor, PAGE);
        if (version == null) {
            version = page.version();
        }
        moved |= !page.version().equals(version);
        List<ProductKey> held = new ArrayList<>(page.entries().keySet());
        List<ProductKey> orphansHere = new ArrayList<>();
        for (int from = 0; from < held.size(); from += PRESENT_AT_ONCE) {
            orphansHere.addAll(orphans(held.subList(from, Math.min(held.size(), from + PRESENT_AT_ONCE))));
        }
        if (!orphansHere.isEmpty()) {
            each.accept(orphansHere);
        }
        documents += held.size();
        orphans += orphansHere.size();
        orphansHere.stream().limit(REMEMBERED - found.size()).forEach(found::add);
        cursor = page.next();
        ended = cursor == null;
        return ended;
    }

    private List<ProductKey> orphans(List<ProductKey> held) {
        Set<ProductKey> present = source.present(held);
        return held.stream().filter(key -> !present.contains(key)).toList();
    }
}
