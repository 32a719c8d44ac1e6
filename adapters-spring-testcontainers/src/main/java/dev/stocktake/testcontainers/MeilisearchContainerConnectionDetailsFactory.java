package dev.stocktake.testcontainers;

import dev.stocktake.spring.MeilisearchConnectionDetails;
import java.util.List;
import org.springframework.boot.testcontainers.service.connection.ContainerConnectionDetailsFactory;
import org.springframework.boot.testcontainers.service.connection.ContainerConnectionSource;
import org.testcontainers.containers.Container;

/**
 * Found by its name in {@code spring.factories}. Knows a container by its image, or, where that is not known yet, by the name
 * {@code meilisearch} in the annotation.
 */
final class MeilisearchContainerConnectionDetailsFactory
        extends ContainerConnectionDetailsFactory<Container<?>, MeilisearchConnectionDetails> {

    private static final List<String> NAMES = List.of("getmeili/meilisearch", "meilisearch");
    private static final int PORT = 7700;
    private static final String KEY = "MEILI_MASTER_KEY";

    MeilisearchContainerConnectionDetailsFactory() {
        super(NAMES);
    }

    @Override
    protected MeilisearchConnectionDetails getContainerConnectionDetails(
            ContainerConnectionSource<Container<?>> source) {
        return new OfContainer(source);
    }

    /** Asked when the container runs. */
    private static final class OfContainer extends ContainerConnectionDetails<Container<?>>
            implements MeilisearchConnectionDetails {

        OfContainer(ContainerConnectionSource<Container<?>> source) {
            super(source);
        }

        @Override
        public String url() {
            return "http://" + getContainer().getHost() + ":" + getContainer().getMappedPort(PORT);
        }

        @Override
        public String apiKey() {
            return getContainer().getEnvMap().getOrDefault(KEY, "");
        }
    }
}
