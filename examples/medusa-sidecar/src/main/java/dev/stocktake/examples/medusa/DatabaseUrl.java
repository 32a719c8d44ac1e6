package dev.stocktake.examples.medusa;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL address as Medusa writes it, {@code postgres://user:password@host:5432/database?sslmode=require}.
 *
 * @param jdbc the same for the JDBC driver, without user and password
 * @param user empty if it names none
 * @param password empty if it names none
 * @param shown for people: without the password
 */
record DatabaseUrl(String jdbc, String user, String password, String shown) {

    /** The rest of the text may hold anything, so that a password with a slash is told from a bad address by its decoding. */
    private static final Pattern FORM =
            Pattern.compile("postgres(?:ql)?://(?:([^:@/?#]*)(?::([^@/?#]*))?@)?([^@/?#]+)/([^/?#]+)(?:\\?([^#]*))?");

    private static final Pattern HOST = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?");

    /** What the JDBC driver understands as it is. */
    private static final Set<String> PASSED =
            Set.of("sslrootcert", "sslcert", "sslkey", "options", "targetServerType", "socketTimeout");

    private static final Set<String> SSL_MODES =
            Set.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full");

    /**
     * Reads an address.
     *
     * @param name of the setting, for messages
     * @throws WrongSettings without showing what may be a secret
     */
    static DatabaseUrl parse(String name, String text) {
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches()) {
            throw new WrongSettings(name + " is no address of a PostgreSQL database. Write it as Medusa does,"
                    + " postgres://user:password@host:5432/database, and characters like @ : / ? # % in the password"
                    + " percent-encoded (@ is %40).");
        }
        String user = decoded(name, form.group(1));
        String password = decoded(name, form.group(2));
        String hosts = hosts(name, form.group(3));
        String database = decoded(name, form.group(4));
        Map<String, String> parameters = parameters(name, form.group(5));
        StringBuilder query = new StringBuilder();
        parameters.forEach((key, value) -> query.append(query.isEmpty() ? '?' : '&')
                .append(key)
                .append('=')
                .append(encoded(value)));
        return new DatabaseUrl(
                "jdbc:postgresql://" + hosts + "/" + encoded(database) + query,
                user,
                password,
                "postgres://" + (user.isEmpty() ? "" : user + "@") + hosts + "/" + database);
    }

    private static String hosts(String name, String text) {
        for (String host : text.split(",", -1)) {
            Matcher one = HOST.matcher(host);
            String port = one.matches() ? one.group(2) : null;
            if (!one.matches() || port != null && (Integer.parseInt(port) < 1 || Integer.parseInt(port) > 65_535)) {
                throw new WrongSettings(name + " names a host that is none. Write host:port, like db.example:5432;"
                        + " an @ in the password is written %40.");
            }
        }
        return text;
    }

    private static Map<String, String> parameters(String name, @Nullable String text) {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("ApplicationName", "stocktake");
        // Nobody else ends the waiting for an answer that never comes.
        parameters.put("connectTimeout", "10");
        parameters.put("tcpKeepAlive", "true");
        if (text == null) {
            return parameters;
        }
        for (String pair : text.split("&")) {
            int equals = pair.indexOf('=');
            String key = equals < 0 ? pair : pair.substring(0, equals);
            String value = decoded(name, equals < 0 ? "" : pair.substring(equals + 1));
            switch (key) {
                case "sslmode", "ssl_mode" -> parameters.put("sslmode", sslMode(name, value));
                case "ssl" -> {
                    if (!value.equals("false") && !value.equals("0")) {
                        parameters.putIfAbsent("sslmode", "require");
                    }
                }
                case "application_name" -> parameters.put("ApplicationName", value);
                case "connect_timeout" -> parameters.put("connectTimeout", value);
                default -> {
                    if (PASSED.contains(key)) {
                        parameters.put(key, value);
                    }
                }
            }
        }
        return parameters;
    }

    private static String sslMode(String name, String value) {
        // What node-postgres calls encrypted and trusted blindly.
        String mode = value.equals("no-verify") ? "require" : value;
        if (!SSL_MODES.contains(mode)) {
            throw new WrongSettings(name + " asks for sslmode '" + value
                    + "'. Use disable, allow, prefer, require, verify-ca, verify-full or no-verify.");
        }
        return mode;
    }

    private static String decoded(String name, @Nullable String text) {
        if (text == null) {
            return "";
        }
        try {
            // A plus is a plus here: only forms write a space like that.
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new WrongSettings(
                    name + " has a % that is no percent-encoding. Write a percent sign in a password as %25.");
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Without the password. */
    @Override
    public String toString() {
        return shown;
    }
}
