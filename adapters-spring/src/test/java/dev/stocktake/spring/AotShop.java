package dev.stocktake.spring;

import dev.stocktake.Explanation;
import dev.stocktake.Stocktake;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** An application with two indexes, as each is a bean definition of our own making. Fails if their first document is not true. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
final class AotShop {

    private AotShop() {}

    public static void main(String[] args) {
        try (ConfigurableApplicationContext context = SpringApplication.run(AotShop.class, args)) {
            Stocktakes all = context.getBean(Stocktakes.class);
            for (String index : all.names()) {
                Stocktake stocktake = all.get(index);
                if (!context.getBeansOfType(Stocktake.class).containsValue(stocktake)
                        || !stocktake.sync("1").complete()
                        || stocktake.explain("1").verdict() != Explanation.Verdict.TRUE) {
                    throw new IllegalStateException("Product 1 is not true in index '" + index + "'");
                }
            }
        }
    }
}
