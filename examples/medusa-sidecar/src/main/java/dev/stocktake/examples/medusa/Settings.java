package dev.stocktake.examples.medusa;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the environment says.
 *
 * @param shop the shop's database
 * @param own the database of Stocktake's own tables; null if it is the shop's
 * @param schema of Stocktake's own tables
 * @param meilisearch the server
 * @param apiKey its key; empty for a server without keys
 * @param index name of the index
 * @param takeOver whether an index may be taken over that holds somebody else's documents
 * @param pace how often what is done
 * @param sql what the documents are, as far as it is not ours
 * @param attributes what is searched, filtered, sorted and ranked by
 * @param page the page's login; null if there is no page
 * @param listening where page, health and meters are served
 */
record Settings(
        DatabaseUrl shop,
        @Nullable DatabaseUrl own,
        String schema,
        URI meilisearch,
        String apiKey,
        String index,
        boolean takeOver,
        Pace pace,
        Sql sql,
        Attributes attributes,
        @Nullable Login page,
        Listening listening) {

    private static final Pattern DURATION = Pattern.compile("([0-9]+) *(ms|s|m|h|d)");
    private static final Pattern INDEX = Pattern.compile("[A-Za-z0-9_-]{1,160}");
    private static final Pattern SCHEMA = Pattern.compile("[a-z_][a-z0-9_]{0,62}");
    private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");
    private static final int STANDARD_PORT = 8090;
    private static final int LAST_PORT = 65_535;
    private static final int SHORTEST_PASSWORD = 12;

    /**
     * How often what is done.
     *
     * @param bound within which time everything is compared
     * @param smart how often changes are looked for; null for what fits the feeds
     * @param full how often everything is looked at; zero for never
     */
    record Pace(Duration bound, @Nullable Duration smart, Duration full) {}

    /**
     * SQL of the shop's own.
     *
     * @param document the whole document; null for ours
     * @param fields more fields; null for none
     * @param tables more tables of the graph, like {@code "brand.id -> product.brand_id"}
     */
    record Sql(@Nullable Path document, @Nullable Path fields, List<String> tables) {}

    /** What is searched (the most important first), filtered by, sorted by, and ranked by. */
    record Attributes(List<String> searchable, List<String> filterable, List<String> sortable, List<String> ranking) {

        static final Attributes OURS = new Attributes(
                List.of(
                        "title",
                        "variants.sku",
                        "variants.barcode",
                        "subtitle",
                        "tags.value",
                        "categories.name",
                        "collection.title",
                        "type.value",
                        "variants.title",
                        "options",
                        "description"),
                List.of(
                        "id",
                        "handle",
                        "status",
                        "is_giftcard",
                        "discountable",
                        "collection_id",
                        "collection.handle",
                        "type_id",
                        "type.value",
                        "categories.id",
                        "categories.handle",
                        "categories.name",
                        "tags.id",
                        "tags.value",
                        "options",
                        "sales_channel_ids",
                        "in_stock_channel_ids",
                        "variants.id",
                        "variants.sku",
                        "variants.barcode",
                        "available",
                        "in_stock",
                        "on_sale",
                        "price_from",
                        "price_to",
                        "created_at_ts"),
                List.of("title", "available", "in_stock", "price_from", "price_to", "created_at_ts"),
                List.of("words", "typo", "proximity", "attribute", "sort", "in_stock:desc", "exactness"));
    }

    /**
     * Where the service listens.
     *
     * @param port 0 for any that is free
     */
    record Listening(InetAddress address, int port) {}

    /** Who may use the page. */
    record Login(String user, String password) {

        /** Without the password. */
        @Override
        public String toString() {
            return "Login[user=" + user + "]";
        }
    }

    /** Where Stocktake's own tables are. */
    DatabaseUrl ledger() {
        return own == null ? shop : own;
    }

    boolean ownDatabase() {
        return own != null;
    }

    /** Without secrets. */
    @Override
    public String toString() {
        return "Settings[shop=" + shop + ", own=" + own + ", meilisearch=" + meilisearch + ", index=" + index + "]";
    }

    /**
     * Reads the environment.
     *
     * @throws WrongSettings naming everything that is wrong or missing
     */
    static Settings of(Map<String, String> environment) {
        Reader reader = new Reader(environment);
        DatabaseUrl shop = reader.required(
                "DATABASE_URL",
                "the address of the shop's database, as Medusa has it: postgres://user:password@host:5432/database",
                DatabaseUrl::parse);
        DatabaseUrl own = reader.optional("STOCKTAKE_DATABASE_URL", DatabaseUrl::parse);
        URI meilisearch = reader.required(
                "MEILISEARCH_HOST", "the address of the Meilisearch server: http://localhost:7700", Settings::address);
        String schema = reader.text("STOCKTAKE_SCHEMA", "stocktake");
        reader.check(
                SCHEMA.matcher(schema).matches() && !schema.startsWith("pg_"),
                "STOCKTAKE_SCHEMA must be a name of small letters, digits and underscores, not '" + schema + "'.");
        String index = reader.text("STOCKTAKE_INDEX", "storefront_products");
        reader.check(
                INDEX.matcher(index).matches() && !index.contains("__stocktake_"),
                "STOCKTAKE_INDEX must be 1 to 160 letters, digits, - and _, not '" + index + "'.");
        Pace pace = new Pace(
                reader.duration("STOCKTAKE_BOUND", Duration.ofMinutes(15), Duration.ofSeconds(1)),
                reader.optional(
                        "STOCKTAKE_SMART", (name, text) -> Settings.duration(name, text, Duration.ofMillis(100))),
                reader.duration("STOCKTAKE_FULL", Duration.ofHours(24), Duration.ZERO));
        Sql sql = new Sql(
                reader.optional("STOCKTAKE_DOCUMENT_SQL", Settings::file),
                reader.optional("STOCKTAKE_FIELDS_SQL", Settings::file),
                reader.list("STOCKTAKE_EXTRA_TABLES", List.of()));
        Attributes attributes = new Attributes(
                reader.list("STOCKTAKE_SEARCHABLE", Attributes.OURS.searchable()),
                reader.list("STOCKTAKE_FILTERABLE", Attributes.OURS.filterable()),
                reader.list("STOCKTAKE_SORTABLE", Attributes.OURS.sortable()),
                reader.list("STOCKTAKE_RANKING", Attributes.OURS.ranking()));
        Login page = reader.login();
        InetAddress address = reader.optional("STOCKTAKE_ADDRESS", Settings::listeningAddress);
        Integer port = reader.optional("STOCKTAKE_PORT", Settings::port);
        Listening listening = new Listening(
                address == null ? InetAddress.getLoopbackAddress() : address, port == null ? STANDARD_PORT : port);
        boolean takeOver = reader.flag("STOCKTAKE_TAKE_OVER_INDEX");
        String apiKey = reader.text("MEILISEARCH_API_KEY", "");
        if (shop == null || meilisearch == null || !reader.problems.isEmpty()) {
            throw new WrongSettings(reader.problems);
        }
        return new Settings(
                shop, own, schema, meilisearch, apiKey, index, takeOver, pace, sql, attributes, page, listening);
    }

    private static URI address(String name, String text) {
        try {
            URI uri = new URI(text.contains("://") ? text : "http://" + text);
            if (uri.getHost() != null && Stream.of("http", "https").anyMatch(uri.getScheme()::equalsIgnoreCase)) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // Said below.
        }
        throw new WrongSettings(name + " is no address of a server. Write it like http://localhost:7700.");
    }

    private static InetAddress listeningAddress(String name, String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new WrongSettings(name + " must be an address of this machine, like 127.0.0.1, or 0.0.0.0 for all of"
                    + " them, not '" + text + "'.");
        }
    }

    private static int port(String name, String text) {
        if (!PORT.matcher(text).matches() || Integer.parseInt(text) > LAST_PORT) {
            throw new WrongSettings(
                    name + " must be a number from 1 to " + LAST_PORT + ", or 0 for any free one, not '" + text + "'.");
        }
        return Integer.parseInt(text);
    }

    private static Duration duration(String name, String text, Duration least) {
        Matcher form = DURATION.matcher(text);
        if (!form.matches() || form.group(1).length() > 9) {
            throw new WrongSettings(
                    name + " must be a number and a unit, like 500ms, 5s, 15m, 24h or 7d, not '" + text + "'.");
        }
        long number = Long.parseLong(form.group(1));
        Duration duration = switch (form.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
        if (duration.compareTo(least) < 0) {
            throw new WrongSettings(name + " must be at least " + least.toMillis() + "ms, not '" + text + "'.");
        }
        return duration;
    }

    private static Path file(String name, String text) {
        Path path = Path.of(text);
        if (!Files.isReadable(path) || Files.isDirectory(path)) {
            throw new WrongSettings(name + " names '" + text + "', and there is no file that can be read."
                    + " In a container, mount it.");
        }
        return path;
    }

    /** Makes a setting of its text. */
    @FunctionalInterface
    private interface Parser<T> {
        T parse(String name, String text);
    }

    /** Collects what is wrong. */
    private static final class Reader {

        private final Map<String, String> environment;
        private final List<String> problems = new ArrayList<>();

        Reader(Map<String, String> environment) {
            this.environment = environment;
        }

        void check(boolean fine, String problem) {
            if (!fine) {
                problems.add(problem);
            }
        }

        <T> @Nullable T required(String name, String what, Parser<T> parser) {
            Optional<String> said = said(name);
            if (said.isEmpty()) {
                problems.add(name + " is missing: " + what + ".");
                return null;
            }
            return attempt(() -> parser.parse(name, said.get()));
        }

        <T> @Nullable T optional(String name, Parser<T> parser) {
            Optional<String> said = said(name);
            return said.isEmpty() ? null : attempt(() -> parser.parse(name, said.get()));
        }

        String text(String name, String otherwise) {
            return said(name).orElse(otherwise);
        }

        boolean flag(String name) {
            String text = text(name, "false");
            check(text.equals("true") || text.equals("false"), name + " must be true or false, not '" + text + "'.");
            return text.equals("true");
        }

        Duration duration(String name, Duration otherwise, Duration least) {
            Duration said = optional(name, (setting, text) -> Settings.duration(setting, text, least));
            return said == null ? otherwise : said;
        }

        /** A list; one that begins with a plus is added to ours. */
        List<String> list(String name, List<String> ours) {
            String text = text(name, "");
            if (text.isEmpty()) {
                return ours;
            }
            LinkedHashSet<String> all = new LinkedHashSet<>(text.startsWith("+") ? ours : List.of());
            for (String one : text.split(",")) {
                String word = one.strip();
                word = word.startsWith("+") ? word.substring(1).strip() : word;
                if (!word.isEmpty()) {
                    all.add(word);
                }
            }
            return List.copyOf(all);
        }

        @Nullable
        Login login() {
            String password = text("STOCKTAKE_PAGE_PASSWORD", "");
            if (password.isEmpty()) {
                return null;
            }
            check(
                    password.length() >= SHORTEST_PASSWORD,
                    "STOCKTAKE_PAGE_PASSWORD is too short: whoever guesses it can start runs. Use " + SHORTEST_PASSWORD
                            + " characters or more.");
            return new Login(text("STOCKTAKE_PAGE_USER", "admin"), password);
        }

        private Optional<String> said(String name) {
            String value = environment.getOrDefault(name, "").strip();
            if (!value.isEmpty()) {
                return Optional.of(value);
            }
            String file = environment.getOrDefault(name + "_FILE", "").strip();
            if (file.isEmpty()) {
                return Optional.empty();
            }
            try {
                return Optional.of(Files.readString(Path.of(file)).strip()).filter(text -> !text.isEmpty());
            } catch (IOException e) {
                problems.add(name + "_FILE names '" + file + "', and there is no file that can be read.");
                return Optional.empty();
            }
        }

        private <T> @Nullable T attempt(Supplier<T> step) {
            try {
                return step.get();
            } catch (WrongSettings e) {
                problems.addAll(e.problems());
                return null;
            }
        }
    }
}
