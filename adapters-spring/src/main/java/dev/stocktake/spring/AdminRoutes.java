package dev.stocktake.spring;

import dev.stocktake.StocktakeException;
import dev.stocktake.UnavailableException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * The page's files and its JSON. The files lie in our own package: whatever lies under {@code static} is served by every
 * Boot application, also if the page is switched off.
 */
final class AdminRoutes {

    private static final Logger log = LoggerFactory.getLogger(AdminRoutes.class);
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
            + " img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

    private static final String NOTHING = "There is nothing here";

    private final Desk desk;
    private final Gate gate;
    private final String path;

    /** @param path with a slash in front, and none behind */
    AdminRoutes(Desk desk, Gate gate, String path) {
        this.desk = desk;
        this.gate = gate;
        this.path = path;
    }

    RouterFunction<ServerResponse> routes() {
        RouterFunctions.Builder routes = RouterFunctions.route();
        routes.GET(path, request -> look(request, this::withSlash));
        routes.GET(path + "/", request -> look(request, any -> file("index.html", MediaType.TEXT_HTML)));
        file(routes, "app.js", new MediaType("text", "javascript", StandardCharsets.UTF_8));
        file(routes, "button.js", new MediaType("text", "javascript", StandardCharsets.UTF_8));
        file(routes, "app.css", new MediaType("text", "css", StandardCharsets.UTF_8));
        String api = path + "/api";
        String index = api + "/indexes/{index}";
        routes.GET(api + "/session", request -> look(request, this::session));
        routes.GET(api + "/indexes", request -> look(request, any -> json(200, Map.of("indexes", desk.indexes()))));
        routes.GET(index, request -> of(request, desk::index));
        routes.GET(index + "/check", request -> of(request, desk::check));
        routes.GET(index + "/quarantine", request -> of(request, desk::quarantine));
        routes.GET(index + "/explain", request -> of(request, name -> desk.explain(name, one(request, "id"))));
        routes.GET(index + "/runs/{run}", request -> of(request, name -> desk.run(name, request.pathVariable("run"))));
        routes.POST(index + "/runs", this::begin);
        return routes.build();
    }

    private void file(RouterFunctions.Builder routes, String name, MediaType type) {
        routes.GET(path + "/" + name, request -> look(request, any -> file(name, type)));
    }

    // --- answers ----------------------------------------------------------------------------------------------------

    private ServerResponse look(ServerRequest request, Function<ServerRequest, ServerResponse> answer) {
        return gate.refuse(request.servletRequest(), false)
                .map(AdminRoutes::refused)
                .orElseGet(() -> guarded(() -> answer.apply(request)));
    }

    private ServerResponse of(ServerRequest request, Function<String, @Nullable Map<String, Object>> answer) {
        return look(request, any -> {
            String index = request.pathVariable("index");
            Map<String, Object> found = desk.knows(index) ? answer.apply(index) : null;
            return found == null ? problem(404, NOTHING) : json(200, found);
        });
    }

    private ServerResponse begin(ServerRequest request) {
        return gate.refuse(request.servletRequest(), true)
                .map(AdminRoutes::refused)
                .orElseGet(() -> guarded(() -> {
                    String index = request.pathVariable("index");
                    if (!desk.knows(index)) {
                        return problem(404, NOTHING);
                    }
                    Map<String, Object> run = desk.begin(
                            index,
                            new Desk.Order(
                                    one(request, "policy"),
                                    all(request, "id"),
                                    all(request, "product"),
                                    request.servletRequest().getParameter("documents"),
                                    request.servletRequest().getParameter("run")));
                    return json(202, run);
                }));
    }

    /** One more thing to answer. */
    private interface Answer {
        ServerResponse give();
    }

    private static ServerResponse guarded(Answer answer) {
        try {
            return answer.give();
        } catch (IllegalArgumentException e) {
            return problem(400, String.valueOf(e.getMessage()));
        } catch (RunBook.BusyException e) {
            return problem(429, String.valueOf(e.getMessage()));
        } catch (UnavailableException e) {
            return problem(503, String.valueOf(e.getMessage()));
        } catch (StocktakeException e) {
            log.warn("The page cannot answer", e);
            return problem(500, String.valueOf(e.getMessage()));
        }
    }

    private ServerResponse session(ServerRequest request) {
        HttpServletRequest servlet = request.servletRequest();
        Map<String, Object> session = new LinkedHashMap<>();
        session.put("readOnly", gate.isReadOnly());
        session.put("looksUp", desk.looksUp());
        gate.csrf(servlet).ifPresent(csrf -> session.put("csrf", csrf));
        return json(200, session);
    }

    /** The page's addresses are relative, so that it must know where it is. */
    private ServerResponse withSlash(ServerRequest request) {
        return ServerResponse.status(302)
                .location(URI.create(path.substring(path.lastIndexOf('/') + 1) + "/"))
                .build();
    }

    private static ServerResponse refused(Gate.Refusal refusal) {
        return problem(refusal.status(), refusal.problem());
    }

    private static ServerResponse problem(int status, String problem) {
        return json(status, Map.of("problem", problem));
    }

    private static ServerResponse json(int status, Map<String, Object> answer) {
        return ServerResponse.status(status)
                .contentType(MediaType.APPLICATION_JSON)
                .header("Cache-Control", "no-store")
                .header("X-Content-Type-Options", "nosniff")
                .body(Json.bytes(answer));
    }

    private static ServerResponse file(String name, MediaType type) {
        byte[] bytes = bytes(name);
        CRC32 sum = new CRC32();
        sum.update(bytes);
        return ServerResponse.ok()
                .contentType(type)
                .header("Content-Security-Policy", POLICY)
                .header("X-Content-Type-Options", "nosniff")
                .header("Referrer-Policy", "no-referrer")
                .header("Cache-Control", "no-cache")
                .eTag("\"" + Long.toHexString(sum.getValue()) + "\"")
                .body(bytes);
    }

    private static byte[] bytes(String name) {
        try (InputStream file = AdminRoutes.class.getResourceAsStream("admin/" + name)) {
            if (file == null) {
                throw new IllegalStateException("The jar of the starter lacks admin/" + name);
            }
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // --- questions --------------------------------------------------------------------------------------------------

    private static List<String> all(ServerRequest request, String name) {
        String[] values = request.servletRequest().getParameterValues(name);
        return values == null ? List.of() : Arrays.asList(values);
    }

    private static String one(ServerRequest request, String name) {
        String value = request.servletRequest().getParameter(name);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException("'" + name + "' is missing");
        }
        return value;
    }
}
