package dev.stocktake.spring;

import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;

/**
 * Where the Meilisearch server is, for who knows it only when the application runs: a container of a test, a platform. A bean of
 * this type is asked instead of {@code stocktake.meilisearch.url} and {@code .api-key}; with several indexes, one that has the
 * index's name as {@link org.springframework.beans.factory.annotation.Qualifier qualifier} before one that is nobody's.
 */
public interface MeilisearchConnectionDetails extends ConnectionDetails {

    /** The server's address, like {@code http://localhost:7700}. */
    String url();

    /** A key that may write the index; empty for a server without keys. */
    String apiKey();
}
