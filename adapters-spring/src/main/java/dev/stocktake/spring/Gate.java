package dev.stocktake.spring;

import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Method;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

/**
 * Who may look at the page, and who may start something. Who somebody is, and whether he may be here, is the business of the
 * host's security; this only makes sure that there was one, and that a request that starts something was sent by a page of this
 * host.
 */
final class Gate {

    /** Another site's page cannot send it without being asked by the browser whether it may. */
    static final String HEADER = "X-Stocktake";

    /** Of the host's security, if it has any. */
    static final String TOKEN = "org.springframework.security.web.csrf.CsrfToken";

    private final boolean readOnly;
    private final boolean anybody;
    private final @Nullable Class<?> token;

    /** @param anybody whether requests of nobody in particular are let in */
    Gate(boolean readOnly, boolean anybody, ClassLoader loader) {
        this.readOnly = readOnly;
        this.anybody = anybody;
        this.token = ClassUtils.isPresent(TOKEN, loader) ? ClassUtils.resolveClassName(TOKEN, loader) : null;
    }

    /**
     * Why a request is not let in.
     *
     * @param status of the answer
     * @param problem in a sentence
     */
    record Refusal(int status, String problem) {}

    boolean isReadOnly() {
        return readOnly;
    }

    Optional<Refusal> refuse(HttpServletRequest request, boolean starts) {
        if (!anybody && request.getUserPrincipal() == null) {
            return Optional.of(new Refusal(401, "Log in first"));
        }
        if (!starts) {
            return Optional.empty();
        }
        if (readOnly) {
            return Optional.of(new Refusal(403, "The page is read-only (stocktake.admin.read-only)"));
        }
        String site = request.getHeader("Sec-Fetch-Site");
        boolean ours = site == null || site.equals("same-origin") || site.equals("none");
        if (!ours || request.getHeader(HEADER) == null) {
            return Optional.of(
                    new Refusal(403, "Only pages of this application may do that; send the header " + HEADER));
        }
        return Optional.empty();
    }

    /** The header and the token that the host's security wants to see, if it wants one. */
    Optional<Map<String, Object>> csrf(HttpServletRequest request) {
        Object found = token == null ? null : request.getAttribute(token.getName());
        if (token == null || !token.isInstance(found)) {
            return Optional.empty();
        }
        Map<String, Object> csrf = new LinkedHashMap<>();
        csrf.put("header", ask(token, found, "getHeaderName"));
        csrf.put("token", ask(token, found, "getToken"));
        return Optional.of(csrf);
    }

    private static String ask(Class<?> token, Object found, String what) {
        try {
            // Of the interface: the classes behind it are not open to us.
            Method method = token.getMethod(what);
            return String.valueOf(method.invoke(found));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Spring Security's " + TOKEN + " has no " + what + " any more", e);
        }
    }
}
