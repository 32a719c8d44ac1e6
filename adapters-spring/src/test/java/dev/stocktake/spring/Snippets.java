package dev.stocktake.spring;

import dev.stocktake.Stocktake;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.transaction.event.TransactionalEventListener;

/** What the documentation shows, compiled. */
final class Snippets {

    record PriceChanged(String productId) {}

    static final class Prices {

        private final Stocktake stocktake;

        Prices(Stocktake stocktake) {
            this.stocktake = stocktake;
        }

        // region after-commit
        @TransactionalEventListener // after the commit
        void on(PriceChanged event) {
            stocktake.changed(event.productId()); // marks and returns; the schedule does the rest
        }
        // endregion
    }

    static final class Security {

        // region security
        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return http.authorizeHttpRequests(requests -> requests.requestMatchers("/stocktake/**")
                            .hasRole("ADMIN")
                            .anyRequest()
                            .permitAll())
                    .formLogin(Customizer.withDefaults())
                    .build();
        }
        // endregion
    }

    private Snippets() {}
}
