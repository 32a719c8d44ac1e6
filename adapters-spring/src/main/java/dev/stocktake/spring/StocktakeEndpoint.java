package dev.stocktake.spring;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * The actuator endpoint {@code stocktake}. Reads by default; runs can be started if
 * {@code management.endpoint.stocktake.access=unrestricted}.
 *
 * <p>Which parameters may be missing, Boot 3 learns from Spring's annotation and Boot 4 from JSpecify's.
 */
@Endpoint(id = "stocktake", defaultAccess = Access.READ_ONLY)
final class StocktakeEndpoint {

    private final Desk desk;

    StocktakeEndpoint(Desk desk) {
        this.desk = desk;
    }

    /** All indexes. */
    @ReadOperation
    Map<String, Object> indexes() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("indexes", desk.indexes());
        return all;
    }

    /** One index, with its runs. */
    @ReadOperation
    @Nullable
    Map<String, Object> index(@Selector String index) {
        return desk.knows(index) ? desk.index(index) : null;
    }

    /** One side of an index: {@code check}, {@code quarantine}, {@code explain} with {@code id}, or the number of a run. */
    @ReadOperation
    @Nullable
    Map<String, Object> look(
            @Selector String index, @Selector String what, @org.springframework.lang.Nullable @Nullable String id) {
        if (!desk.knows(index)) {
            return null;
        }
        return switch (what) {
            case "check" -> desk.check(index);
            case "quarantine" -> desk.quarantine(index);
            case "explain" -> desk.explain(index, required(id));
            default -> desk.run(index, what);
        };
    }

    /** Starts a run: {@code smart}, {@code full}, {@code audit}, {@code drift}, or {@code products} with {@code ids}, separated by commas. */
    @WriteOperation
    @Nullable
    Map<String, Object> run(
            @Selector String index, String policy, @org.springframework.lang.Nullable @Nullable String ids) {
        if (!desk.knows(index)) {
            return null;
        }
        try {
            return desk.begin(index, policy, ids == null ? List.of() : List.of(ids));
        } catch (IllegalArgumentException | RunBook.BusyException e) {
            throw new InvalidEndpointRequestException(String.valueOf(e.getMessage()), String.valueOf(e.getMessage()));
        }
    }

    private static String required(@Nullable String id) {
        if (id == null || id.isBlank()) {
            throw new InvalidEndpointRequestException("id is missing", "Name the product: ?id=4711");
        }
        return id;
    }
}
