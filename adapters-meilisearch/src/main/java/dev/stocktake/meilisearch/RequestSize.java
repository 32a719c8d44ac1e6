package dev.stocktake.meilisearch;

import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How large a request with documents may be: as the settings say, and less once one was refused as too large, for the life of
 * the process. What limits it on the way seldom moves, and each trial would be a whole upload for nothing. Thread-safe.
 */
final class RequestSize {

    private static final Logger log = LoggerFactory.getLogger(MeilisearchIndex.class);

    private final Address address;
    private final AtomicLong most;

    /** @param most in bytes, before compression */
    RequestSize(Address address, long most) {
        this.address = address;
        this.most = new AtomicLong(most);
    }

    long most() {
        return most.get();
    }

    /**
     * One of so many bytes, with several documents, was too large; of half as many it may pass. There is no least: whoever
     * comes down to a single document knows that it is the one.
     */
    void refused(long bytes) {
        long next = Math.max(1, bytes / 2);
        if (most.getAndAccumulate(next, Math::min) > next) {
            log.info(
                    "A request of {} bytes was too large for '{}' or a proxy before it: from now on they have {} at most",
                    bytes,
                    address,
                    next);
        }
    }
}
