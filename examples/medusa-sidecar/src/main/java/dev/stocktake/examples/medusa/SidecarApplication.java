package dev.stocktake.examples.medusa;

import dev.stocktake.ChangeFeed;
import dev.stocktake.Ledger;
import dev.stocktake.ProductSource;
import dev.stocktake.SearchIndex;
import dev.stocktake.SyncSchedule;
import dev.stocktake.UnavailableException;
import dev.stocktake.jdbc.JdbcLedger;
import dev.stocktake.jdbc.JdbcProductSource;
import dev.stocktake.meilisearch.MeilisearchIndex;
import dev.stocktake.spring.ProductLookup;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.Banner;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.support.GenericApplicationContext;

/** The service: the starter's engine, endpoint, health, meters and page, on parts that were checked before. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(Security.class)
final class SidecarApplication {

    private static final Logger log = LoggerFactory.getLogger(SidecarApplication.class);

    /**
     * Starts it and returns.
     *
     * @throws WrongSettings if somebody must correct something
     * @throws UnavailableException if the shop's database cannot be reached
     */
    static ConfigurableApplicationContext start(Settings settings, boolean installChangeLog) {
        Parts parts = Parts.of(settings);
        try {
            parts.requireShop();
            if (installChangeLog) {
                ChangeLogCommand.install(parts, null);
            }
            JdbcLedger ledger = parts.ledger();
            JdbcProductSource source = parts.source();
            source.verify();
            List<ChangeFeed> feeds = parts.feeds();
            log.info(parts.changeLogIsThere() ? Parts.WITH_LOG : parts.withoutLog());
            MeilisearchIndex index = parts.index(source);
            lookAtIndex(parts, index);
            return new SpringApplicationBuilder(SidecarApplication.class)
                    .bannerMode(Banner.Mode.OFF)
                    .properties(properties(settings))
                    .initializers(context -> {
                        GenericApplicationContext beans = (GenericApplicationContext) context;
                        beans.registerBean("medusaParts", Parts.class, () -> parts);
                        beans.registerBean("medusaSettings", Settings.class, () -> settings);
                        beans.registerBean("medusaLedger", Ledger.class, () -> ledger);
                        beans.registerBean("medusaSource", ProductSource.class, () -> source);
                        beans.registerBean("medusaIndex", SearchIndex.class, () -> index);
                        beans.registerBean(
                                "medusaMismatches",
                                Mismatches.class,
                                () -> new Mismatches(
                                        parts.check(), settings.pace().bound()));
                        beans.registerBean(
                                "medusaLookup",
                                ProductLookup.class,
                                () -> (named, names) -> new Lookup(parts).byName(names));
                        beans.registerBean("medusaSchedule", SyncSchedule.class, parts::schedule);
                        for (int i = 0; i < feeds.size(); i++) {
                            ChangeFeed feed = feeds.get(i);
                            beans.registerBean("medusaFeed" + i, ChangeFeed.class, () -> feed);
                        }
                    })
                    .run();
        } catch (RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    /** A server that is down is waited for; one that refuses us is not. */
    private static void lookAtIndex(Parts parts, MeilisearchIndex index) {
        try {
            parts.requireOurs(index);
        } catch (UnavailableException e) {
            log.warn("The index cannot be looked at yet; changes are kept until it can: {}", e.getMessage());
        }
    }

    /** Weaker than whatever is set in Spring's own words. */
    private static Map<String, Object> properties(Settings settings) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("spring.application.name", "medusa-sidecar");
        properties.put("server.port", settings.listening().port());
        properties.put("server.address", settings.listening().address().getHostAddress());
        // Any property of it gives the index its name on the page and in the meters.
        properties.put("stocktake.indexes[" + settings.index() + "].source.id", "id");
        properties.put("server.shutdown", "graceful");
        properties.put("management.endpoints.web.exposure.include", "health,prometheus,metrics,stocktake");
        properties.put("management.endpoint.health.show-components", "always");
        properties.put("management.endpoint.health.show-details", "when-authorized");
        properties.put("management.endpoint.health.probes.enabled", "true");
        properties.put("management.metrics.tags.application", "medusa-sidecar");
        properties.put("stocktake.admin.enabled", String.valueOf(settings.page() != null));
        return properties;
    }
}
