package dev.stocktake.testkit;

import dev.stocktake.IndexIdentity;
import dev.stocktake.Outcome;
import dev.stocktake.WriteBatch;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the names of an index are bound to: the live one, and those of its builds. Guarded by the index's lock. */
final class Contents {

    /** The live name; no label is empty. */
    static final String LIVE = "";

    private final String index;
    private final Objections objections;
    private final TreeMap<String, IndexContent> bound = new TreeMap<>();
    private int made;
    private long written;

    Contents(String index, Objections objections) {
        this.index = index;
        this.objections = objections;
    }

    @Nullable
    IndexContent at(String name) {
        return bound.get(name);
    }

    @Nullable
    IndexIdentity identity(String name) {
        IndexContent content = bound.get(name);
        return content == null ? null : content.identity();
    }

    IndexContent create(String name) {
        IndexContent content = new IndexContent(new IndexIdentity(index + "-" + ++made), objections);
        bound.put(name, content);
        return content;
    }

    void remove(String name) {
        bound.remove(name);
    }

    Map<String, IndexIdentity> builds() {
        Map<String, IndexIdentity> builds = new LinkedHashMap<>();
        bound.forEach((name, content) -> {
            if (!name.equals(LIVE)) {
                builds.put(name, content.identity());
            }
        });
        return builds;
    }

    /** How many upserts and deletions were applied in all. */
    long written() {
        return written;
    }

    Outcome apply(String name, WriteBatch batch) {
        IndexContent content = bound.get(name);
        if (content == null) {
            return Outcome.failed("There is no index '" + index + "'" + (name.equals(LIVE) ? "" : " build " + name));
        }
        Outcome outcome = content.apply(batch);
        written += outcome.kind() == Outcome.Kind.APPLIED ? batch.size() : 0;
        return outcome;
    }

    /** Exchanges the live content and a build's. */
    Outcome swap(String build) {
        IndexContent live = bound.get(LIVE);
        IndexContent other = bound.get(build);
        if (live == null || other == null) {
            return Outcome.failed("There is no index '" + index + "', or no build '" + build + "' of it");
        }
        bound.put(LIVE, other);
        bound.put(build, live);
        return Outcome.applied();
    }
}
