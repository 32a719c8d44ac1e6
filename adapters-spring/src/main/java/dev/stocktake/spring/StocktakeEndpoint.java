package dev.stocktake.spring;

import dev.stocktake.StocktakeException;
import dev.stocktake.UnavailableException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/**
 * The actuator endpoint {@code stocktake}. Reads by default; runs can be started if
 * {@code management.endpoint.stocktake.access=unrestricted}.
 *
 * <p>Which parameters may be missing, Boot 3 learns from Spring's annotation and Boot 4 from JSpecify's.
 */
@Endpoint(id = "stocktake", defaultAccess = Access.READ_ONLY)
final class StocktakeEndpoint {

    private static final Logger log = LoggerFactory.getLogger(StocktakeEndpoint.class);

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
    Object index(@Selector String index) {
        return answer(index, () -> desk.index(index));
    }

    /** One side of an index: {@code check}, {@code quarantine}, {@code explain} with {@code id}, or the name of a run. */
    @ReadOperation
    @Nullable
    Object look(@Selector String index, @Selector String what, @org.springframework.lang.Nullable @Nullable String id) {
        return answer(index, () -> switch (what) {
            case "check" -> desk.check(index);
            case "quarantine" -> desk.quarantine(index);
            case "explain" -> desk.explain(index, required(id));
            default -> desk.run(index, what);
        });
    }

    /**
     * Starts a run: {@code smart}, {@code full}, {@code audit}, {@code drift}, {@code retry}, or {@code products} with {@code
     * ids}, separated by commas, or one {@code product} as it is; {@code release} with the number of {@code documents} that are
     * held back. {@code cancel} with the name of a {@code run} ends it; without, {@code cancel}, {@code pause} and {@code
     * resume} are words to the rebuild.
     */
    @WriteOperation
    @Nullable
    Object run(
            @Selector String index,
            String policy,
            @org.springframework.lang.Nullable @Nullable String ids,
            @org.springframework.lang.Nullable @Nullable String product,
            @org.springframework.lang.Nullable @Nullable String documents,
            @org.springframework.lang.Nullable @Nullable String run) {
        return answer(index, () -> desk.begin(index, new Desk.Order(policy, list(ids), list(product), documents, run)));
    }

    private static List<String> list(@Nullable String text) {
        return text == null ? List.of() : List.of(text);
    }

    /** Refusals are said in the same words and with the same status as at the page. */
    private @Nullable Object answer(String index, Supplier<@Nullable Map<String, Object>> question) {
        try {
            return desk.knows(index) ? question.get() : null;
        } catch (IllegalArgumentException e) {
            return problem(400, e);
        } catch (RunBook.BusyException e) {
            return problem(429, e);
        } catch (UnavailableException e) {
            return problem(503, e);
        } catch (StocktakeException e) {
            log.warn("The endpoint cannot answer", e);
            return problem(500, e);
        }
    }

    private static WebEndpointResponse<Map<String, Object>> problem(int status, RuntimeException problem) {
        return new WebEndpointResponse<>(Map.of("problem", String.valueOf(problem.getMessage())), status);
    }

    private static String required(@Nullable String id) {
        if (id == null || id.isBlank()) {
            throw new IllegalArgumentException("Name the product: ?id=4711");
        }
        return id;
    }
}
