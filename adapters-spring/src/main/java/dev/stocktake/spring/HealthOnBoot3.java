package dev.stocktake.spring;

import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;

/** The only class that knows Boot 3's health. */
final class HealthOnBoot3 implements HealthIndicator {

    private final HealthLook look;

    HealthOnBoot3(HealthLook look) {
        this.look = look;
    }

    @Override
    public Health health() {
        HealthLook.Found found = look.look();
        return Health.status(found.state().name()).withDetails(found.details()).build();
    }
}
