package dev.stocktake.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stocktake.meilisearch.MeilisearchStandIn;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** A shop on Spring Boot with a database of its own and a stand-in for Meilisearch. */
final class Host implements AutoCloseable {

    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final Duration SOON = Duration.ofSeconds(30);

    final MeilisearchStandIn meilisearch = MeilisearchStandIn.automatic();
    private final Map<String, String> properties = new LinkedHashMap<>();
    private final List<Class<?>> configurations = new ArrayList<>(List.of(Application.class));
    private WebApplicationType web = WebApplicationType.NONE;
    private @Nullable ConfigurableApplicationContext context;

    /** An application that says nothing of Stocktake. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}

    Host() {
        set("spring.datasource.url", "jdbc:h2:mem:host" + NUMBERS.incrementAndGet() + ";DB_CLOSE_DELAY=-1");
        set("spring.sql.init.schema-locations", "classpath:shop.sql");
        set("stocktake.source.query", "classpath:documents.sql");
        set("stocktake.tables", "product.id, stock.product_id -> product.id");
        set("stocktake.meilisearch.url", meilisearch.url());
        set("stocktake.meilisearch.api-key", MeilisearchStandIn.MASTER_KEY);
        set("stocktake.schedule.full", "1h");
        set("spring.main.banner-mode", "off");
        set("server.port", "0");
        set("spring.jmx.enabled", "false");
    }

    Host set(String property, String value) {
        properties.put(property, value);
        return this;
    }

    Host without(String property) {
        properties.remove(property);
        return this;
    }

    Host with(Class<?>... more) {
        configurations.addAll(List.of(more));
        return this;
    }

    Host web(WebApplicationType type) {
        web = type;
        return this;
    }

    ConfigurableApplicationContext start() {
        String[] arguments = properties.entrySet().stream()
                .map(entry -> "--" + entry.getKey() + "=" + entry.getValue())
                .toArray(String[]::new);
        context = new SpringApplicationBuilder(configurations.toArray(Class<?>[]::new))
                .web(web)
                .run(arguments);
        return context;
    }

    ConfigurableApplicationContext context() {
        if (context == null) {
            throw new IllegalStateException("Not started");
        }
        return context;
    }

    int port() {
        return Integer.parseInt(String.valueOf(context().getEnvironment().getProperty("local.server.port")));
    }

    void sql(String statement) {
        sql(context().getBean(DataSource.class), statement);
    }

    static void sql(DataSource dataSource, String statement) {
        try (Connection connection = dataSource.getConnection();
                Statement sql = connection.createStatement()) {
            sql.execute(statement);
        } catch (SQLException e) {
            throw new IllegalStateException(statement, e);
        }
    }

    Optional<JsonNode> document(long id) {
        return meilisearch.document("products", Long.toString(id));
    }

    /** A row that nobody announced really reaches the index. */
    void rowsReachTheIndex() {
        await().atMost(SOON).untilAsserted(() -> assertThat(document(1)).isPresent());
        sql("update stock set quantity = 7, updated_at = current_timestamp where product_id = 1");
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(
                                document(1).map(json -> json.path("quantity").asInt()))
                        .contains(7));
    }

    @Override
    public void close() {
        if (context != null) {
            context.close();
        }
        meilisearch.close();
    }
}
