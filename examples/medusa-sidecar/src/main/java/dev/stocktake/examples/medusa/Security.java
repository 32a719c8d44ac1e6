package dev.stocktake.examples.medusa;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.crypto.factory.PasswordEncoderFactories;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;

/** Health and meters for whoever reaches the port; everything else behind the login, or not at all. */
@Configuration(proxyBeanMethods = false)
final class Security {

    private static final Logger log = LoggerFactory.getLogger(Security.class);

    /** Always one of ours: otherwise Boot would make up a password and log it. */
    @Bean
    UserDetailsService users(Settings settings) {
        InMemoryUserDetailsManager users = new InMemoryUserDetailsManager();
        Settings.Login login = settings.page();
        if (login == null) {
            log.info("The page is not served, as nobody could log in: set STOCKTAKE_PAGE_PASSWORD (12 characters or"
                    + " more), and STOCKTAKE_PAGE_USER if the user shall not be called admin");
            return users;
        }
        PasswordEncoder encoder = PasswordEncoderFactories.createDelegatingPasswordEncoder();
        users.createUser(User.withUsername(login.user())
                .password(encoder.encode(login.password()))
                .roles("ADMIN")
                .build());
        return users;
    }

    @Bean
    SecurityFilterChain chain(HttpSecurity http) throws Exception {
        return http.authorizeHttpRequests(requests -> requests.requestMatchers(
                                "/actuator/health", "/actuator/health/**", "/actuator/prometheus")
                        .permitAll()
                        .anyRequest()
                        .hasRole("ADMIN"))
                .formLogin(form -> form.defaultSuccessUrl("/stocktake/"))
                .httpBasic(Customizer.withDefaults())
                .build();
    }
}
