package dev.stocktake.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.stocktake.ChangeFeed;
import dev.stocktake.Document;
import dev.stocktake.Ledger;
import dev.stocktake.ProductKey;
import dev.stocktake.ProductSource;
import dev.stocktake.SearchIndex;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncSettings;
import dev.stocktake.meilisearch.MeilisearchStandIn;
import dev.stocktake.testkit.InMemoryChangeFeed;
import dev.stocktake.testkit.InMemoryIndex;
import dev.stocktake.testkit.InMemoryLedger;
import dev.stocktake.testkit.InMemoryProductSource;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.thread.Threading;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.EnableScheduling;

/** A whole application, on whatever Spring Boot the build puts on the class path. */
@ExtendWith(OutputCaptureExtension.class)
class StarterTest {

    /** What is run again on other lines of Spring Boot by every build. */
    static final String EVERY_BOOT = "every-boot";

    private final Host host = new Host();

    @AfterEach
    void close() {
        host.close();
    }

    /** Otherwise a mistake in the build would test the same line twice. */
    @Test
    @Tag(EVERY_BOOT)
    void runsOnTheBootThatTheBuildSays() {
        assertThat(SpringBootVersion.getVersion()).isEqualTo(System.getProperty("stocktake.test.boot"));
    }

    @ParameterizedTest
    @Tag(EVERY_BOOT)
    @EnumSource(WebApplicationType.class)
    void bringsRowsIntoTheIndexOfAnyApplication(WebApplicationType web) {
        host.web(web).start();

        host.rowsReachTheIndex();
    }

    @Test
    @Tag(EVERY_BOOT)
    void startsThoughEverythingElseIsLazy() {
        host.set("spring.main.lazy-initialization", "true").start();

        host.rowsReachTheIndex();
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "Java has virtual threads from 21 on")
    void worksBesideVirtualThreads() {
        ConfigurableApplicationContext context = host.set("spring.threads.virtual.enabled", "true")
                .web(WebApplicationType.SERVLET)
                .start();

        assertThat(Threading.VIRTUAL.isActive(context.getEnvironment())).isTrue();
        host.rowsReachTheIndex();
    }

    @Test
    void saysThatThereIsNoPageOnWebFlux(CapturedOutput output) {
        host.set("stocktake.admin.enabled", "true")
                .web(WebApplicationType.REACTIVE)
                .start();

        assertThat(output).contains("the page is not served: it needs a servlet application");
        assertThat(host.context().getBeanDefinitionNames()).doesNotContain("stocktakeAdminRoutes");
    }

    /** Nothing but the cron expression looks: neither a feed nor the audit. */
    @Test
    void looksAtEverythingWhenTheCronExpressionSaysSo() {
        host.without("stocktake.schedule.full")
                .set("stocktake.schedule.smart", "0")
                .set("stocktake.schedule.audit", "0")
                .set("stocktake.schedule.full-cron", "* * * * * *")
                .start();

        host.rowsReachTheIndex();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableScheduling
    static class Scheduling {}

    @Test
    void worksBesideSpringsOwnScheduling() {
        host.with(Scheduling.class).start();

        host.rowsReachTheIndex();
    }

    @Test
    @Tag(EVERY_BOOT)
    void leavesNothingBehindIfItIsSwitchedOff() {
        ConfigurableApplicationContext context = host.set("stocktake.enabled", "false")
                .without("stocktake.source.query")
                .without("stocktake.tables")
                .without("stocktake.meilisearch.url")
                .start();

        assertThat(context.getBeanDefinitionNames())
                .noneMatch(name -> name.toLowerCase().contains("stocktake"));
        assertThat(threads()).isEmpty();
        assertThatThrownBy(() -> host.sql("select * from stocktake_mark")).hasMessageContaining("stocktake_mark");
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("stocktake-"))
                .toList();
    }

    @Test
    void endsItsThreadsWithTheApplication() {
        host.start();
        host.rowsReachTheIndex();

        host.context().close();

        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> assertThat(threads()).isEmpty());
    }

    /** The engine alone would wait for its thread for half a minute. */
    @Test
    void stopsInItsTimeThoughAWriteHasNoAnswer() {
        host.set("stocktake.scheduler.stop-within", "1s").start();
        host.rowsReachTheIndex();
        host.meilisearch.forgetRequests();
        Runnable release = host.meilisearch.holdNext("POST /indexes/products/documents?");
        host.sql("update stock set quantity = 9, updated_at = current_timestamp where product_id = 1");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> host.meilisearch.requests().stream()
                        .anyMatch(line -> line.startsWith("POST /indexes/products/documents?")));

        Instant begun = Instant.now();
        host.context().close();

        assertThat(Duration.between(begun, Instant.now())).isLessThan(Duration.ofSeconds(15));
        release.run();
    }

    /** As Spring Framework 7 does with the contexts of tests that rest. */
    @Test
    @Tag(EVERY_BOOT)
    void goesOnAfterAPause() {
        ConfigurableApplicationContext context = host.start();
        host.rowsReachTheIndex();

        context.stop();
        await().untilAsserted(() -> assertThat(threads()).doesNotContain("stocktake-products"));
        host.sql("update stock set quantity = 8, updated_at = current_timestamp where product_id = 1");
        context.start();

        await().untilAsserted(() -> assertThat(
                        host.document(1).map(json -> json.path("quantity").asInt()))
                .contains(8));
    }

    @Test
    void isToldByTheApplicationWhatChanged() {
        host.set("stocktake.schedule.audit", "0").start();
        await().untilAsserted(() -> assertThat(host.document(1)).isPresent());
        host.sql("update product set name = 'Brass Peg' where id = 1");

        host.context().getBean(Stocktake.class).changed("1");

        await().untilAsserted(() -> assertThat(
                        host.document(1).map(json -> json.path("name").asText()))
                .contains("Brass Peg"));
    }

    // --- what is missing --------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "spring.datasource.url, spring.datasource.url",
        "stocktake.source.query, stocktake.source.query",
        "stocktake.tables, stocktake.tables",
        "stocktake.meilisearch.url, stocktake.meilisearch.url",
        "stocktake.meilisearch.api-key, stocktake.meilisearch.api-key"
    })
    void namesTheLineThatIsMissing(String removed, String named) {
        FailureAnalysis analysis = failureOf(host.without(removed).without("spring.sql.init.schema-locations"));

        assertThat(analysis.getDescription() + analysis.getAction()).contains(named);
        assertThat(analysis.getAction()).contains("stocktake.enabled=false");
    }

    @Test
    @Tag(EVERY_BOOT)
    void namesEverythingThatIsMissingAtOnce() {
        FailureAnalysis analysis = failureOf(host.without("stocktake.source.query")
                .without("stocktake.tables")
                .without("stocktake.meilisearch.url")
                .without("stocktake.meilisearch.api-key"));

        assertThat(analysis.getDescription())
                .contains("source.query", "stocktake.tables", "meilisearch.url", "meilisearch.api-key");
    }

    @Test
    void saysWhichTablesOfItsOwnAreMissing() {
        FailureAnalysis analysis = failureOf(host.set("stocktake.ledger.initialize", "never"));

        assertThat(analysis.getAction()).contains("stocktake.ledger.initialize=always");
    }

    @Test
    void saysWhichColumnIsUnknown() {
        FailureAnalysis analysis = failureOf(
                host.set("stocktake.source.query", "select p.id, p.colour from product p where {products:p.id}"));

        assertThat(analysis.getDescription()).containsIgnoringCase("colour");
        assertThat(analysis.getAction()).contains("stocktake.source.query");
    }

    @Test
    void saysWhatIsWrongWithTheGraph() {
        FailureAnalysis analysis = failureOf(host.set("stocktake.tables", "product.id, stock.product_id"));

        assertThat(analysis.getDescription()).contains("stocktake.tables", "stock.product_id", "->");
    }

    @Test
    void refusesASettingThatDoesNotExist() {
        assertThatThrownBy(() -> host.set("stocktake.shedule.full", "1h").start())
                .hasStackTraceContaining("stocktake.shedule.full");
    }

    @Configuration(proxyBeanMethods = false)
    static class Customized {

        private final AtomicReference<Thread> customizedBy = new AtomicReference<>();

        @Bean
        AtomicReference<Thread> customizedBy() {
            return customizedBy;
        }

        @Bean
        StocktakeCustomizer customizer() {
            return (index, builder) -> customizedBy.set(Thread.currentThread());
        }
    }

    /** What is prepared beside the start is ours alone: other code may not expect to be called by another thread. */
    @Test
    void runsTheApplicationsOwnCodeInTheThreadThatStartsIt() {
        host.with(Customized.class).start();

        assertThat(host.context().getBean("customizedBy", AtomicReference.class).get())
                .isSameAs(Thread.currentThread());
        host.rowsReachTheIndex();
    }

    @Configuration(proxyBeanMethods = false)
    static class Failing {

        @Bean
        Object failing(Stocktakes stocktakes) {
            throw new IllegalStateException("This application has another problem");
        }
    }

    @Test
    void leavesNoThreadBehindIfSomethingElseEndsTheStart() {
        assertThatThrownBy(() -> host.with(Failing.class).start()).hasStackTraceContaining("another problem");

        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> assertThat(threads()).isEmpty());
    }

    /** Whoever opens its port is asked for pages at once. */
    @Test
    void endsTheStartBeforeThePortIsOpened(CapturedOutput output) {
        failureOf(host.set("stocktake.ledger.initialize", "never")
                .set("stocktake.scheduler.enabled", "false")
                .set("logging.level.org.springframework.boot.web", "info")
                .set("logging.level.org.springframework.boot.tomcat", "info")
                .web(WebApplicationType.SERVLET));

        assertThat(output).doesNotContain("Tomcat started on port");
    }

    private static FailureAnalysis failureOf(Host host) {
        try {
            host.start();
        } catch (Exception e) {
            FailureAnalysis analysis = new SetUpFailureAnalyzer().analyze(e);
            assertThat(analysis).as("%s", e).isNotNull();
            return analysis;
        }
        throw new AssertionError("It started");
    }

    // --- several ----------------------------------------------------------------------------------------------------

    @Configuration(proxyBeanMethods = false)
    static class TwoDataSources {

        @Bean
        DataSource shop() {
            return dataSource("shop");
        }

        @Bean
        DataSource warehouse() {
            return dataSource("warehouse");
        }

        static DataSource dataSource(String name) {
            org.h2.jdbcx.JdbcDataSource dataSource = new org.h2.jdbcx.JdbcDataSource();
            dataSource.setURL(
                    "jdbc:h2:mem:" + name + ";DB_CLOSE_DELAY=-1;INIT=create table if not exists product(id bigint"
                            + " primary key, name varchar(200), updated_at timestamp with time zone default current_timestamp)");
            return dataSource;
        }
    }

    @Test
    void asksWhichOfTwoDataSources() {
        FailureAnalysis analysis = failureOf(two().with(TwoDataSources.class));

        assertThat(analysis.getDescription()).contains("shop", "warehouse");
        assertThat(analysis.getAction()).contains("@StocktakeDataSource", "@Primary", "stocktake.data-source");
    }

    @Test
    void takesTheDataSourceThatIsNamed() {
        ConfigurableApplicationContext context = two().with(TwoDataSources.class)
                .set("stocktake.data-source", "shop")
                .start();
        Host.sql(context.getBean("shop", DataSource.class), "merge into product(id, name) key(id) values (5, 'Oar')");

        await().untilAsserted(() -> assertThat(host.document(5)).isPresent());
    }

    @Configuration(proxyBeanMethods = false)
    static class OneIsAnnotated {

        @Bean
        DataSource warehouse() {
            return TwoDataSources.dataSource("warehouse");
        }

        @Bean
        @StocktakeDataSource
        DataSource shop() {
            return TwoDataSources.dataSource("annotated");
        }
    }

    @Test
    void takesTheDataSourceThatIsAnnotated() {
        ConfigurableApplicationContext context =
                two().with(OneIsAnnotated.class).start();
        Host.sql(context.getBean("shop", DataSource.class), "merge into product(id, name) key(id) values (6, 'Sail')");

        await().untilAsserted(() -> assertThat(host.document(6)).isPresent());
    }

    private Host two() {
        return host.without("spring.datasource.url")
                .without("spring.sql.init.schema-locations")
                .set("stocktake.ledger.initialize", "always")
                .set("stocktake.source.query", "select p.id, p.name from product p where {products:p.id}")
                .set("stocktake.tables", "product.id");
    }

    @Test
    @Tag(EVERY_BOOT)
    void keepsSeveralIndexes() {
        ConfigurableApplicationContext context = host.without("stocktake.source.query")
                .set("stocktake.indexes.names.source.query", "select p.id, p.name from product p where {products:p.id}")
                .set("stocktake.indexes.names.meilisearch.uid", "product_names")
                .set(
                        "stocktake.indexes.brands.source.query",
                        "select p.id, p.brand from product p where {products:p.id}")
                .set("stocktake.indexes.brands.tables", "product.id")
                .start();

        await().untilAsserted(() -> {
            assertThat(host.meilisearch.document("product_names", "1").map(json -> json.has("name")))
                    .contains(true);
            assertThat(host.meilisearch.document("brands", "1").map(json -> json.has("brand")))
                    .contains(true);
        });
        Stocktakes all = context.getBean(Stocktakes.class);
        assertThat(all.names()).containsExactly("brands", "names");
        assertThat(context.getBeansOfType(Stocktake.class)).hasSize(2).containsValue(all.get("names"));
        assertThat(all.get("names").status().index()).isEqualTo("product_names");
    }

    /** Spring Boot takes the underscore out of a name without brackets. */
    @Test
    void keepsTheUnderscoresOfANameInBrackets() {
        host.without("stocktake.source.query")
                .set(
                        "stocktake.indexes.[shop_products].source.query",
                        "select p.id, p.name from product p where {products:p.id}")
                .start();

        assertThat(host.context().getBean(Stocktakes.class).names()).containsExactly("shop_products");
        await().untilAsserted(() ->
                assertThat(host.meilisearch.document("shop_products", "1")).isPresent());
    }

    // --- what is said at start --------------------------------------------------------------------------------------

    /** Whoever reads the log of a start knows what nobody would have told him. */
    @Test
    void warnsOnceAtStartOfWhatItNeverFinds(CapturedOutput output) {
        host.set("stocktake.schedule.audit", "0")
                .set("stocktake.schedule.full", "0")
                .start();

        await().untilAsserted(() -> assertThat(output.getOut())
                .containsPattern("WARN .*Some changes are never found. Index 'products': what is seen of a change")
                .contains("stock    by its timestamp within 1 s"));
        host.context().stop();
        host.context().start();
        await().until(() -> host.context().getBean(StocktakeLifecycle.class).isRunning());
        assertThat(output.getOut()).containsOnlyOnce("Some changes are never found");
    }

    @Test
    void saysAtStartWhatOnlyTheAuditFinds(CapturedOutput output) {
        host.set("logging.level.dev.stocktake", "info").start();

        await().untilAsserted(() -> assertThat(output.getOut())
                .containsPattern("INFO .*Index 'products': what is seen of a change")
                .contains("by its timestamp within 1 s; what else changes"));
        assertThat(output).doesNotContain("Some changes are never found");
    }

    @Test
    void saysAtStartThatEverythingIsSeen(CapturedOutput output) {
        host.set("stocktake.changes.by", "change-log")
                .set("stocktake.changes.change-log.install", "always")
                .set("logging.level.dev.stocktake", "info")
                .start();

        await().untilAsserted(() -> assertThat(output.getOut())
                .containsPattern("INFO .*Index 'products': what is seen of a change")
                .contains("by trigger within 1 s, deletions too"));
        assertThat(output).doesNotContain("Some changes are never found");
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnEngine {

        @Bean
        Stocktake engine() {
            return Stocktake.builder(
                            new InMemoryProductSource(),
                            new InMemoryIndex("own"),
                            new InMemoryLedger(InstantSource.system()))
                    .build();
        }
    }

    @Test
    void saysThatItStandsAsideForAnEngineOfTheApplications(CapturedOutput output) {
        host.with(OwnEngine.class).set("logging.level.dev.stocktake", "info").start();

        assertThat(host.context().getBeansOfType(Stocktakes.class)).isEmpty();
        assertThat(output).contains("The application has a Stocktake bean of its own");
    }

    // --- ports ------------------------------------------------------------------------------------------------------

    @Configuration(proxyBeanMethods = false)
    static class OwnPorts {

        private final InMemoryChangeFeed feed = new InMemoryChangeFeed();
        private final InMemoryIndex index = new InMemoryIndex("shelf");

        @Bean
        ProductSource source() {
            InMemoryProductSource source = new InMemoryProductSource();
            source.put(ProductKey.of("9"), Document.of(Map.of("id", "9", "name", "Anchor")));
            return source;
        }

        @Bean
        ChangeFeed feed() {
            return feed;
        }

        @Bean
        SearchIndex index() {
            return index;
        }

        @Bean
        Ledger ledger() {
            return new InMemoryLedger(InstantSource.system());
        }
    }

    @Test
    void takesTheApplicationsPortsAndNeedsNothingElseThen() {
        ConfigurableApplicationContext context = host.with(OwnPorts.class)
                .without("stocktake.source.query")
                .without("stocktake.tables")
                .without("stocktake.meilisearch.url")
                .without("stocktake.meilisearch.api-key")
                .without("spring.datasource.url")
                .without("spring.sql.init.schema-locations")
                .start();

        assertThat(context.getBean(Stocktake.class).sync("9").complete()).isTrue();
        assertThat(context.getBean(InMemoryIndex.class).documents()).containsKey(ProductKey.of("9"));
        assertThat(host.meilisearch.requests()).isEmpty();
    }

    @Configuration(proxyBeanMethods = false)
    static class KnowsTheServer {

        @Bean
        MeilisearchConnectionDetails server(@Value("${server-of-this-test}") String url) {
            return new MeilisearchConnectionDetails() {
                @Override
                public String url() {
                    return url;
                }

                @Override
                public String apiKey() {
                    return MeilisearchStandIn.MASTER_KEY;
                }
            };
        }
    }

    @Test
    @Tag(EVERY_BOOT)
    void asksTheConnectionDetailsWhereTheServerIs() {
        host.with(KnowsTheServer.class)
                .set("server-of-this-test", host.meilisearch.url())
                .set("stocktake.meilisearch.url", "http://nobody.invalid:7700")
                .without("stocktake.meilisearch.api-key")
                .start();

        host.rowsReachTheIndex();
    }

    @Test
    void hasTheEnginesDefaults() {
        StocktakeProperties properties = host.set("stocktake.enabled", "true")
                .without("stocktake.schedule.full")
                .start()
                .getBean(StocktakeProperties.class);

        assertThat(properties.settings().toSyncSettings()).isEqualTo(SyncSettings.defaults());
        assertThat(Arrays.asList(
                        properties.schedule().smart(),
                        properties.schedule().smartFastest(),
                        properties.schedule().audit(),
                        properties.schedule().full()))
                .containsExactly(
                        Duration.ofSeconds(1), Duration.ofMillis(200), Duration.ofHours(1), Duration.ofHours(24));
    }
}
