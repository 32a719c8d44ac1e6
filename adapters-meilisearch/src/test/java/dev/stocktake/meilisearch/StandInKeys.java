package dev.stocktake.meilisearch;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who may do what with {@link MeilisearchStandIn}. Guarded by the stand-in's lock. */
final class StandInKeys {

    /**
     * What a key allows.
     *
     * @param actions {@code *} for all
     * @param indexes names, or beginnings of names with a star; {@code *} for all
     */
    record Grant(Set<String> actions, Set<String> indexes) {

        boolean allIndexes() {
            return indexes.contains("*");
        }

        boolean sees(@Nullable String index) {
            return allIndexes()
                    || index != null
                            && indexes.stream()
                                    .anyMatch(pattern -> pattern.endsWith("*")
                                            ? index.startsWith(pattern.substring(0, pattern.length() - 1))
                                            : pattern.equals(index));
        }

        boolean may(String action) {
            return actions.contains("*") || actions.contains(action) || actions.contains(action.split("\\.")[0] + ".*");
        }
    }

    private static final Set<String> GLOBAL = Set.of("version");

    private final String masterKey;
    private final Map<String, Grant> grants = new LinkedHashMap<>();

    StandInKeys(String masterKey) {
        this.masterKey = masterKey;
        grants.put(masterKey, new Grant(Set.of("*"), Set.of("*")));
    }

    void add(String key, Grant grant) {
        grants.put(key, grant);
    }

    /** The grant of the request's key, if it covers the action on the index; null index for none in particular. */
    Grant check(@Nullable String authorization, String action, @Nullable String index) {
        if (masterKey.isEmpty()) {
            return new Grant(Set.of("*"), Set.of("*"));
        }
        if (authorization == null || !authorization.startsWith("Bearer ")) {
            throw new StandInFailure(
                    "missing_authorization_header",
                    "The Authorization header is missing. It must use the bearer authorization method.");
        }
        Grant grant = grants.get(authorization.substring("Bearer ".length()));
        boolean allowed = grant != null
                && grant.may(action)
                && (index == null || grant.sees(index))
                && (grant.allIndexes() || !GLOBAL.contains(action));
        if (grant == null || !allowed) {
            throw new StandInFailure("invalid_api_key", "The provided API key is invalid.");
        }
        return grant;
    }
}
