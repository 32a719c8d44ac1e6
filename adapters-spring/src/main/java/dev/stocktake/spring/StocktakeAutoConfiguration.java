package dev.stocktake.spring;

import dev.stocktake.Stocktake;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;

/**
 * The engine of every index, and what runs it.
 *
 * <p>Of what moved between Boot 3 and 4 only names stand here. Whether a DataSource is there is not a condition: an
 * application that lacks one shall be told, not be left without Stocktake.
 */
@AutoConfiguration(
        afterName = {
            "org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration",
            "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
            "org.springframework.boot.autoconfigure.flyway.FlywayAutoConfiguration",
            "org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration",
            "org.springframework.boot.autoconfigure.liquibase.LiquibaseAutoConfiguration",
            "org.springframework.boot.liquibase.autoconfigure.LiquibaseAutoConfiguration",
            "org.springframework.boot.autoconfigure.orm.jpa.HibernateJpaAutoConfiguration",
            "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration"
        })
@ConditionalOnProperty(name = "stocktake.enabled", matchIfMissing = true)
@ConditionalOnMissingBean(Stocktake.class)
@EnableConfigurationProperties(StocktakeProperties.class)
@Import(StocktakeRegistrar.class)
final class StocktakeAutoConfiguration {

    static final String ONLY = "products";
    static final InstantSource CLOCK = InstantSource.system();

    @Bean
    RunBook stocktakeRunBook() {
        return new RunBook(CLOCK, fiveDigits(new SplittableRandom().nextInt(1 << 20)));
    }

    /** Hexadecimal. Not by a format, whose classes an application's start may not need otherwise. */
    private static String fiveDigits(int number) {
        return Integer.toHexString(1 << 20 | number).substring(1);
    }

    @Bean
    Truths stocktakeTruths(Stocktakes stocktakes, RunBook book, StocktakeProperties properties) {
        return new Truths(stocktakes, book, properties.health().answerWithin(), CLOCK);
    }

    /** Not made where there is neither endpoint nor page. */
    @Bean
    @Lazy
    Desk stocktakeDesk(
            Stocktakes stocktakes,
            Truths truths,
            RunBook book,
            StocktakeProperties properties,
            ObjectProvider<ProductLookup> lookup) {
        return new Desk(stocktakes, truths, book, properties.health().staleAfter(), lookup.getIfAvailable());
    }

    @Bean
    @DependsOnDatabaseInitialization
    Stocktakes stocktakes(
            StocktakeProperties properties,
            ListableBeanFactory beans,
            Environment environment,
            ResourceLoader resources,
            RunBook runBook,
            @StocktakeDataSource ObjectProvider<DataSource> annotated,
            ObjectProvider<DataSource> dataSources) {
        Set<String> names = new TreeSet<>(properties.indexes().keySet());
        boolean atTop = names.isEmpty();
        if (atTop) {
            names.add(ONLY);
        }
        Assembly.Surroundings around = new Assembly.Surroundings(
                properties,
                new Beans(beans, names),
                new DataSourceChoice(beans, properties.dataSource(), annotated, dataSources)::get,
                new Texts(resources),
                runBook);
        Farewell farewell = new Farewell(properties.scheduler().stopWithin(), CLOCK);
        Map<String, Assembly> assemblies = new LinkedHashMap<>();
        for (String name : names) {
            StocktakeProperties.Index index = atTop ? properties.top() : LayeredSource.bind(environment, name);
            String path = atTop ? "stocktake" : "stocktake.indexes." + name;
            assemblies.put(name, Assembly.look(name, path, index, around));
        }
        return new Stocktakes(names, Preparation.begin(assemblies), farewell);
    }

    @Bean
    StocktakeLifecycle stocktakeLifecycle(Stocktakes stocktakes, StocktakeProperties properties) {
        return new StocktakeLifecycle(stocktakes, properties.scheduler());
    }

    /** Otherwise {@code spring.main.lazy-initialization} would leave an index that nobody keeps true. */
    @Bean
    static LazyInitializationExcludeFilter stocktakeStartsAtOnce() {
        return LazyInitializationExcludeFilter.forBeanTypes(StocktakeLifecycle.class);
    }

    /** Otherwise the tables that Hibernate makes would not be there yet. */
    @Bean
    static AfterEntityManagers stocktakeAfterEntityManagers() {
        return new AfterEntityManagers();
    }
}
