package dev.stocktake.testcontainers;

import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.context.annotation.Bean;
import org.testcontainers.containers.GenericContainer;

/** What the documentation shows, compiled. Nothing loads it, as that would need Docker. */
final class Snippets {

    private Snippets() {}

    // region container
    @Bean
    @ServiceConnection("meilisearch")
    GenericContainer<?> meilisearch() {
        return new GenericContainer<>("getmeili/meilisearch:v1.50")
                .withExposedPorts(7700)
                .withEnv("MEILI_MASTER_KEY", "a-key-for-this-test");
    }
    // endregion
}
