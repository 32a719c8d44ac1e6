package dev.stocktake.meilisearch;

import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/** The real server that the environment names, if it does. */
public final class RealServer {

    static final String URL = "STOCKTAKE_MEILISEARCH_URL";
    static final String KEY = "STOCKTAKE_MEILISEARCH_KEY";

    static final String NONE =
            "no real Meilisearch: set STOCKTAKE_MEILISEARCH_URL, and STOCKTAKE_MEILISEARCH_KEY to its master key";

    /** Other runs may use the same server at the same time. */
    private static final String RUN =
            "stocktake-it-" + UUID.randomUUID().toString().substring(0, 8) + "-";

    private static final AtomicInteger COUNT = new AtomicInteger();

    private RealServer() {}

    /** Whether there is one. */
    public static boolean isNamed() {
        String url = System.getenv(URL);
        return url != null && !url.isBlank();
    }

    /** Its address, without a slash at the end. */
    public static String url() {
        return String.valueOf(System.getenv(URL)).replaceAll("/+$", "");
    }

    /** Its master key; empty if it has none. */
    public static String key() {
        String key = System.getenv(KEY);
        return key == null ? "" : key;
    }

    static String freshUid() {
        return RUN + COUNT.incrementAndGet();
    }
}
