package dev.stocktake.meilisearch;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where the server is and what opens it. The key is in no text this type makes.
 *
 * @param base without a slash at its end
 * @param key empty if the server asks for none
 */
record Address(String base, String key) {

    /** What is wrong with a URL, in words that do not repeat a password it may hold; null if nothing is. */
    static @Nullable String problem(String url) {
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            return "is no URL (problem at character " + (e.getIndex() + 1) + "); expected something like"
                    + " 'http://localhost:7700'";
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https") || uri.getHost() == null) {
            return "must begin with 'http://' or 'https://' and name a host, as in 'http://localhost:7700'";
        }
        if (uri.getRawUserInfo() != null) {
            return "must not hold a user or password; set 'apiKey'";
        }
        if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
            return "must not hold a '?' or '#'";
        }
        return null;
    }

    static Address of(String url, String key) {
        int end = url.length();
        while (url.charAt(end - 1) == '/') {
            end--;
        }
        return new Address(url.substring(0, end), key);
    }

    /** The text without the key, in case somebody between us and the server repeats what it was sent. */
    String withoutKey(String text) {
        return key.isEmpty() ? text : text.replace(key, "***");
    }

    @Override
    public String toString() {
        return base;
    }
}
