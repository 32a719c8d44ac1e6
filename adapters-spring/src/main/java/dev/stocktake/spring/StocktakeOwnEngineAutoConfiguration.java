package dev.stocktake.spring;

import dev.stocktake.Stocktake;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;

/** Says that the starter stands aside where the application has an engine of its own: otherwise nobody knows why nothing is there. */
@AutoConfiguration(before = StocktakeAutoConfiguration.class)
@ConditionalOnBean(Stocktake.class)
@ConditionalOnProperty(name = "stocktake.enabled", matchIfMissing = true)
final class StocktakeOwnEngineAutoConfiguration {

    private static final Logger log = LoggerFactory.getLogger(StocktakeOwnEngineAutoConfiguration.class);

    StocktakeOwnEngineAutoConfiguration() {
        log.info("The application has a Stocktake bean of its own: the starter makes none, reads no property below"
                + " 'stocktake', and brings no schedule, endpoint, health, meter or page for it. Take the properties, or a"
                + " StocktakeCustomizer, instead of the bean if you want them");
    }
}
