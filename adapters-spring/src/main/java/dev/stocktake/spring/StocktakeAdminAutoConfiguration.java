package dev.stocktake.spring;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.ClassUtils;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * The page, if it is switched on, in a servlet application: on the host's port, behind the host's security. Without Spring
 * Security it is not served, unless the host says that it knows.
 */
@AutoConfiguration(after = StocktakeAutoConfiguration.class)
@ConditionalOnBean(Stocktakes.class)
@ConditionalOnProperty(name = "stocktake.admin.enabled", havingValue = "true")
final class StocktakeAdminAutoConfiguration {

    private static final Logger log = LoggerFactory.getLogger(StocktakeAdminAutoConfiguration.class);
    private static final String SECURITY = "org.springframework.security.web.SecurityFilterChain";

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    @ConditionalOnClass(RouterFunction.class)
    static class OnServlets {

        @Bean
        RouterFunction<ServerResponse> stocktakeAdminRoutes(Desk desk, StocktakeProperties properties) {
            StocktakeProperties.Admin said = properties.admin();
            ClassLoader loader = StocktakeAdminAutoConfiguration.class.getClassLoader();
            if (!ClassUtils.isPresent(SECURITY, loader) && !said.allowUnauthenticated()) {
                log.warn(
                        "'stocktake.admin.enabled' is true, and the page is not served: there is no Spring Security, and"
                                + " whoever reaches this port could start runs. Add spring-boot-starter-security, or set"
                                + " 'stocktake.admin.allow-unauthenticated=true' if something else guards the port");
                return request -> Optional.empty();
            }
            return new AdminRoutes(desk, new Gate(said.readOnly(), said.allowUnauthenticated(), loader), path(said))
                    .routes();
        }

        private static String path(StocktakeProperties.Admin said) {
            String path = said.path().strip();
            while (path.endsWith("/")) {
                path = path.substring(0, path.length() - 1);
            }
            path = path.startsWith("/") ? path : "/" + path;
            if (!path.matches("(/[A-Za-z0-9._~-]+)+")) {
                throw new SetUpException(
                        "'stocktake.admin.path' must be a path like '/stocktake', not '" + said.path() + "'.",
                        "Correct 'stocktake.admin.path'.",
                        null);
            }
            return path;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
    static class OnWebFlux {

        OnWebFlux() {
            log.warn(
                    "'stocktake.admin.enabled' is true, and the page is not served: it needs a servlet application. The"
                            + " actuator's endpoint 'stocktake' offers the same");
        }
    }
}
