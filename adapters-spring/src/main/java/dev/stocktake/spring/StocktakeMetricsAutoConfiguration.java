package dev.stocktake.spring;

import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;

/**
 * The meters. Comes before the engine, as they listen to it; where there is no registry nobody binds them, and they do nothing.
 */
@AutoConfiguration(before = StocktakeAutoConfiguration.class)
@ConditionalOnClass(MeterBinder.class)
@ConditionalOnProperty(name = "stocktake.enabled", matchIfMissing = true)
final class StocktakeMetricsAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    Meters stocktakeMeters(ObjectProvider<Stocktakes> stocktakes, ObjectProvider<Truths> truths) {
        return new Meters(stocktakes, truths);
    }
}
