package dev.stocktake.examples.springshop;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;

/**
 * A shop with a search box, a list of products for those who run it, and a form that edits the stock by SQL and tells nobody.
 *
 * <p>Nothing here calls Stocktake: what it does is said in {@code application.yaml}.
 */
@SpringBootApplication(proxyBeanMethods = false)
public final class SpringShop {

    private static final Logger log = LoggerFactory.getLogger(SpringShop.class);

    private SpringShop() {}

    /** Serves the shop on this machine until it is stopped. */
    public static void main(String[] args) {
        SpringApplication.run(SpringShop.class, args);
    }

    @Bean
    static ApplicationListener<ApplicationReadyEvent> welcome() {
        return ready -> log.info(
                "The shop is open: http://127.0.0.1:{}/ (and /admin: name clerk, password tally-stick). Ctrl-C closes it.",
                ready.getApplicationContext().getEnvironment().getProperty("local.server.port"));
    }
}
