package dev.stocktake.spring;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** The only class that knows Boot 4's health. */
final class HealthOnBoot4 implements HealthIndicator {

    private final HealthLook look;

    HealthOnBoot4(HealthLook look) {
        this.look = look;
    }

    @Override
    public Health health() {
        HealthLook.Found found = look.look();
        return Health.status(found.state().name()).withDetails(found.details()).build();
    }
}
