package dev.stocktake.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stocktake.meilisearch.MeilisearchStandIn;
import dev.stocktake.spring.MeilisearchConnectionDetails;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.testcontainers.context.ImportTestcontainers;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/** Everything but the container itself, which would need Docker: in its place stands one that leads to the stand-in. */
class ServiceConnectionTest {

    /** Says of itself what a started container says. */
    private static final class Container extends GenericContainer<Container> {

        private final String image;
        private final URI server;

        Container(String image, URI server) {
            super(DockerImageName.parse(image));
            this.image = image;
            this.server = server;
            withExposedPorts(7700);
            withEnv("MEILI_MASTER_KEY", MeilisearchStandIn.MASTER_KEY);
        }

        /** The real one pulls the image before it tells. */
        @Override
        public String getDockerImageName() {
            return image;
        }

        @Override
        public void start() {
            // It runs already.
        }

        @Override
        public void stop() {
            // Whoever started it does.
        }

        @Override
        public String getHost() {
            return server.getHost();
        }

        @Override
        public Integer getMappedPort(int port) {
            assertThat(port).isEqualTo(7700);
            return server.getPort();
        }
    }

    private static final MeilisearchStandIn SERVER = MeilisearchStandIn.automatic();

    @AfterAll
    static void close() {
        SERVER.close();
    }

    private static Container container() {
        return new Container("getmeili/meilisearch:v1.50", URI.create(SERVER.url()));
    }

    /** A container as a bean: its image is not known before it is made, hence the name. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class AsBean {

        @Bean
        @ServiceConnection("meilisearch")
        GenericContainer<?> meilisearch() {
            return container();
        }
    }

    /** A container as a field, known by its image. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @ImportTestcontainers(Containers.class)
    static class AsField {}

    interface Containers {

        @ServiceConnection
        Container MEILISEARCH = container();
    }

    @ParameterizedTest
    @ValueSource(classes = {AsBean.class, AsField.class})
    void bringsRowsIntoTheIndexOfTheContainerWithoutAnyPropertyOfIt(Class<?> shop) {
        String database = "jdbc:h2:mem:" + shop.getSimpleName() + ";DB_CLOSE_DELAY=-1;INIT="
                + "create table if not exists product (id bigint primary key\\, name varchar(99)\\,"
                + " updated_at timestamp with time zone default current_timestamp)\\;"
                + "merge into product (id\\, name) key (id) values (1\\, '" + shop.getSimpleName() + "')";
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(shop)
                .run(
                        "--spring.main.banner-mode=off",
                        "--spring.datasource.url=" + database,
                        "--stocktake.source.query=select p.id, p.name from product p where {products:p.id}",
                        "--stocktake.tables=product.id")) {
            assertThat(context.getBean(MeilisearchConnectionDetails.class).url())
                    .isEqualTo(SERVER.url());
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(
                                    SERVER.document("products", "1").map(Object::toString))
                            .hasValueSatisfying(document -> assertThat(document).contains(shop.getSimpleName())));
        }
    }
}
