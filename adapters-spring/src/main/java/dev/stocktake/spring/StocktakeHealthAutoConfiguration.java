package dev.stocktake.spring;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * The health indicator {@code stocktake}, in the class that the host's Boot knows. Switched off by
 * {@code management.health.stocktake.enabled=false}, or with all that are not switched on by {@code
 * management.health.defaults.enabled=false}.
 *
 * <p>The bean methods stand in classes of their own: Boot reads a class's methods, and one that names a class which is not
 * there ends the application.
 */
@AutoConfiguration(after = StocktakeAutoConfiguration.class)
@ConditionalOnBean(Stocktakes.class)
@Conditional(StocktakeHealthAutoConfiguration.OnEnabled.class)
final class StocktakeHealthAutoConfiguration {

    private static final String BOOT_4 = "org.springframework.boot.health.contributor.HealthIndicator";

    /** As Boot's own annotation decides, which moved between its lines. */
    static final class OnEnabled implements Condition {

        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            Environment environment = context.getEnvironment();
            boolean others = environment.getProperty("management.health.defaults.enabled", Boolean.class, true);
            return environment.getProperty("management.health.stocktake.enabled", Boolean.class, others);
        }
    }

    @Bean
    @ConditionalOnMissingBean
    HealthLook stocktakeHealthLook(Stocktakes stocktakes, Truths truths, StocktakeProperties properties) {
        return new HealthLook(stocktakes, truths, properties.health().staleAfter(), StocktakeAutoConfiguration.CLOCK);
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = BOOT_4)
    static class OnBoot4 {

        @Bean
        @ConditionalOnMissingBean(name = "stocktakeHealthIndicator")
        HealthOnBoot4 stocktakeHealthIndicator(HealthLook look) {
            return new HealthOnBoot4(look);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = "org.springframework.boot.actuate.health.HealthIndicator")
    @ConditionalOnMissingClass(BOOT_4)
    static class OnBoot3 {

        @Bean
        @ConditionalOnMissingBean(name = "stocktakeHealthIndicator")
        HealthOnBoot3 stocktakeHealthIndicator(HealthLook look) {
            return new HealthOnBoot3(look);
        }
    }
}
