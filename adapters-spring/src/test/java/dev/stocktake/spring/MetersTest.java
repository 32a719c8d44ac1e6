package dev.stocktake.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stocktake.Freshness;
import dev.stocktake.Ledger;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncCounts;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;
import dev.stocktake.testkit.InMemoryLedger;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class MetersTest {

    private static final Path OPERATIONS = Path.of("..", "docs", "operations");
    private static final Pattern NAME = Pattern.compile("stocktake_[a-z_]+");

    private final Host host = new Host();

    @AfterEach
    void close() {
        host.close();
    }

    /** An alert on a name that nobody exports never fires, and nobody notices. */
    @Test
    void exportsEveryNameThatTheDashboardAndTheAlertsUse() throws IOException {
        host.start();
        host.rowsReachTheIndex();
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        host.context().getBean(Meters.class).bindTo(registry);
        host.sql("update product set name = 'Oar', updated_at = current_timestamp where id = 1");

        Set<String> used = used("grafana-dashboard.json");
        used.addAll(used("alert-rules.yaml"));

        assertThat(used).hasSizeGreaterThan(10);
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(exported(registry)).containsAll(used));
    }

    private static Set<String> used(String file) throws IOException {
        Matcher names = NAME.matcher(Files.readString(OPERATIONS.resolve(file)));
        return names.results().map(found -> found.group()).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> exported(PrometheusMeterRegistry registry) {
        return registry.scrape()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("[{ ]")[0])
                .collect(Collectors.toSet());
    }

    /** A change that no run has taken is marked nowhere: without this, nothing would tell of it. */
    @Test
    void tellOfChangesThatNobodyTakes() {
        host.set("stocktake.changes.by", "change-log")
                .set("stocktake.changes.change-log.install", "always")
                .set("stocktake.scheduler.enabled", "false")
                .start();
        Stocktake stocktake = host.context().getBean(Stocktakes.class).get("products");
        stocktake.run(SyncPolicy.full());
        host.sql("update product set name = 'Capstan' where id = 1");
        MeterRegistry registry = new SimpleMeterRegistry();
        host.context().getBean(Meters.class).bindTo(registry);

        assertThat(registry.get("stocktake.feed.unread").gauge().value()).isEqualTo(1);
        assertThat(registry.get("stocktake.feed.oldest").timeGauge().value()).isNotNegative();
        assertThat(registry.get("stocktake.products.marked").gauge().value()).isZero();

        stocktake.run(SyncPolicy.smart());
        assertThat(stocktake.unread().values())
                .singleElement()
                .satisfies(none -> assertThat(none.entries()).isZero());
    }

    @Test
    void giveNoNumberWhereNoFeedKeepsAnything() {
        host.set("stocktake.scheduler.enabled", "false").start();
        MeterRegistry registry = new SimpleMeterRegistry();
        host.context().getBean(Meters.class).bindTo(registry);

        assertThat(registry.get("stocktake.feed.unread").gauge().value()).isNaN();
    }

    /** They are most runs, and say nothing of how long the index takes. */
    @Test
    void doesNotCountRunsThatDidNotWaitForTheIndex() {
        host.set("stocktake.scheduler.enabled", "false").start();
        MeterRegistry registry = new SimpleMeterRegistry();
        Meters meters = host.context().getBean(Meters.class);
        meters.bindTo(registry);

        meters.finished(waited(Duration.ofSeconds(2)));
        meters.finished(waited(Duration.ZERO));

        assertThat(registry.get("stocktake.index.wait").timer().count()).isEqualTo(1);
        assertThat(registry.get("stocktake.run").timer().count()).isEqualTo(2);
    }

    private static SyncReport waited(Duration waiting) {
        return new SyncReport(
                "products",
                "smart",
                SyncReport.Outcome.COMPLETE,
                Instant.EPOCH,
                new SyncReport.Times(waiting, Duration.ZERO, Duration.ZERO, waiting),
                SyncCounts.NONE,
                Freshness.NONE,
                Map.of(),
                List.of(),
                null,
                null);
    }

    /** Ledgers that are silent when they are told to be. */
    @Configuration(proxyBeanMethods = false)
    static class SilentLedgers {

        private final AtomicBoolean silent = new AtomicBoolean();
        private final AtomicInteger asked = new AtomicInteger();
        private final CountDownLatch over = new CountDownLatch(1);

        @Bean
        AtomicBoolean silent() {
            return silent;
        }

        @Bean
        AtomicInteger asked() {
            return asked;
        }

        @Bean
        CountDownLatch over() {
            return over;
        }

        @Bean
        @Qualifier("brands")
        Ledger brandsLedger() {
            return ledger();
        }

        @Bean
        @Qualifier("names")
        Ledger namesLedger() {
            return ledger();
        }

        private Ledger ledger() {
            Ledger ledger = new InMemoryLedger(InstantSource.system());
            return (Ledger) Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {Ledger.class}, (proxy, method, arguments) -> {
                        if (silent.get()) {
                            asked.incrementAndGet();
                            over.await();
                        }
                        return method.invoke(ledger, arguments);
                    });
        }
    }

    /** Otherwise a scrape waits for as many patiences as there are indexes, and the scraper has none. */
    @Test
    void asksAllLedgersAtOnce() {
        host.with(SilentLedgers.class)
                .without("stocktake.source.query")
                .set("stocktake.scheduler.enabled", "false")
                .set("stocktake.health.answer-within", "1h")
                .set("stocktake.indexes.names.source.query", "select p.id, p.name from product p where {products:p.id}")
                .set(
                        "stocktake.indexes.brands.source.query",
                        "select p.id, p.brand from product p where {products:p.id}")
                .start();
        MeterRegistry registry = new SimpleMeterRegistry();
        host.context().getBean(Meters.class).bindTo(registry);
        host.context().getBean("silent", AtomicBoolean.class).set(true);
        Thread scraper = new Thread(
                () -> registry.get("stocktake.clean")
                        .tag("index", "brands")
                        .gauge()
                        .value(),
                "scraper");
        scraper.start();

        await().untilAsserted(() -> assertThat(
                        host.context().getBean("asked", AtomicInteger.class).get())
                .isEqualTo(2));

        assertThat(scraper.isAlive()).isTrue();
        host.context().getBean("silent", AtomicBoolean.class).set(false);
        host.context().getBean(CountDownLatch.class).countDown();
    }
}
