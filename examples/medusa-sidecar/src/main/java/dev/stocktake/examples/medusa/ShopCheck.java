package dev.stocktake.examples.medusa;

import dev.stocktake.examples.medusa.Finding.Level;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;

/** Looks at the shop's database: whether it is one, of which version, what we may read, and whose index is whose. */
final class ShopCheck {

    private static final int OLDEST = 120_000;
    /** The columns of mismatches.sql. */
    static final List<String> KEPT_TWICE =
            List.of("inventory_level.stocked_quantity", "inventory_level.reserved_quantity", "price.amount");

    private static final int MOST_EXAMPLES = 5;

    private final DataSource database;
    private final Settings settings;

    ShopCheck(DataSource database, Settings settings) {
        this.database = database;
        this.settings = settings;
    }

    /** One number that is kept twice and differs. */
    record Mismatch(String table, String id, String column, String numeric, String raw) {

        String counts() {
            String counts = table.equals("price") ? "shown is " + numeric : "counted is the raw one";
            return table + " " + id + ": " + column + " is " + numeric + " and raw_" + column + " " + raw + "; "
                    + counts + ", as Medusa does";
        }
    }

    /** Everything that must hold before anything is done; all that is wrong at once. */
    List<Finding> look() {
        List<Finding> findings = new ArrayList<>();
        try {
            Databases.probe(settings.shop());
            server(findings);
            if (findings.stream().noneMatch(Finding::bad)) {
                tables(findings);
                plugin(findings);
            }
        } catch (SQLException e) {
            findings.add(Databases.meaning("DATABASE_URL", settings.shop(), e));
        }
        return findings;
    }

    private void server(List<Finding> findings) throws SQLException {
        List<Object> told = Databases.list(
                        database,
                        "select pg_is_in_recovery(), current_setting('server_version_num')::int, version(), current_user",
                        row -> List.<Object>of(row.getBoolean(1), row.getInt(2), row.getString(3), row.getString(4)))
                .get(0);
        if ((Boolean) told.get(0)) {
            findings.add(new Finding(
                    Level.WRONG,
                    "database",
                    "The database at " + settings.shop() + " is a replica, which may be behind what was committed."
                            + " Let DATABASE_URL lead to the primary."));
        } else if ((Integer) told.get(1) < OLDEST) {
            findings.add(new Finding(
                    Level.WRONG,
                    "database",
                    "The database at " + settings.shop() + " is older than PostgreSQL 12: " + told.get(2)
                            + ". Upgrade it."));
        } else {
            findings.add(new Finding(
                    Level.OK,
                    "database",
                    settings.shop() + " answers as user " + told.get(3) + ": "
                            + String.valueOf(told.get(2)).replaceAll("^(\\S+ \\S+).*", "$1") + "."));
        }
    }

    // --- the shop's tables ------------------------------------------------------------------------------------------

    private void tables(List<Finding> findings) throws SQLException {
        Map<String, List<String>> wanted = MedusaTables.columns();
        Map<String, Set<String>> there = columns(wanted.keySet());
        List<String> tables = wanted.keySet().stream()
                .filter(table -> !there.containsKey(table))
                .toList();
        if (tables.size() > wanted.size() / 2) {
            findings.add(new Finding(
                    Level.WRONG,
                    "shop",
                    "There is no Medusa 2 shop in " + settings.shop() + ": of the " + wanted.size()
                            + " tables that are read, " + tables.size() + " are not there, " + tables.get(0)
                            + " among them. Look whether DATABASE_URL names the shop's database and whether Medusa's"
                            + " migrations ran (npx medusa db:migrate). If its tables are in a schema of their own, add"
                            + " ?options=-csearch_path%3Dits_name to DATABASE_URL."));
            return;
        }
        List<String> columns = new ArrayList<>();
        wanted.forEach((table, names) -> {
            if (there.containsKey(table)) {
                names.stream()
                        .filter(name -> !there.getOrDefault(table, Set.of()).contains(name))
                        .forEach(name -> columns.add(table + "." + name));
            }
        });
        // Whoever brings the whole document need not have the columns that ours reads.
        boolean ours = settings.sql().document() == null;
        if (!tables.isEmpty() || ours && !columns.isEmpty()) {
            findings.add(new Finding(
                    Level.WRONG,
                    "shop",
                    "This Medusa is of a version that the sidecar does not know: it lacks "
                            + lacking(tables, columns)
                            + ". Upgrade Medusa and run its migrations (npx medusa db:migrate)"
                            + (tables.isEmpty() && ours
                                    ? ", or let STOCKTAKE_DOCUMENT_SQL name a query that does without (print ours with"
                                            + " the command document-sql)."
                                    : ".")));
            return;
        }
        rights(wanted.keySet(), findings);
        if (findings.stream().noneMatch(Finding::bad)) {
            findings.add(new Finding(
                    Level.OK, "shop", "All " + wanted.size() + " tables of Medusa 2 are there and can be read."));
        }
    }

    private static String lacking(List<String> tables, List<String> columns) {
        List<String> parts = new ArrayList<>();
        if (!tables.isEmpty()) {
            parts.add((tables.size() == 1 ? "the table " : "the tables ") + String.join(", ", tables));
        }
        if (!columns.isEmpty()) {
            parts.add((columns.size() == 1 ? "the column " : "the columns ") + String.join(", ", columns));
        }
        return String.join(" and ", parts);
    }

    private Map<String, Set<String>> columns(Set<String> tables) throws SQLException {
        Map<String, Set<String>> there = new LinkedHashMap<>();
        Databases.list(
                database,
                "select t.name, a.attname from unnest(string_to_array(?, ',')) as t(name)"
                        + " join pg_attribute a on a.attrelid = to_regclass(t.name) and a.attnum > 0 and not a.attisdropped",
                row -> there.computeIfAbsent(row.getString(1), name -> new LinkedHashSet<>())
                        .add(row.getString(2)),
                String.join(",", tables));
        return there;
    }

    private void rights(Set<String> tables, List<Finding> findings) throws SQLException {
        List<String> refused = Databases.list(
                database,
                "select t.name from unnest(string_to_array(?, ',')) as t(name)"
                        + " where not has_table_privilege(to_regclass(t.name), 'select') order by 1",
                row -> row.getString(1),
                String.join(",", tables));
        if (!refused.isEmpty()) {
            findings.add(new Finding(
                    Level.WRONG,
                    "rights",
                    "The user " + user() + " may not read " + refused.size()
                            + " of the shop's tables. Let their owner run:" + " grant select on "
                            + String.join(", ", refused) + " to " + quoted(user()) + ";"));
        }
    }

    private String user() throws SQLException {
        return Databases.user(database);
    }

    static String quoted(String name) {
        return name.matches("[a-z_][a-z0-9_]*") ? name : '"' + name.replace("\"", "\"\"") + '"';
    }

    // --- whose index is whose ---------------------------------------------------------------------------------------

    /** Medusa's own search module keeps the names of its indexes in the database, under whatever prefix. */
    private void plugin(List<Finding> findings) throws SQLException {
        List<Boolean> readable = Databases.list(
                database,
                "select has_table_privilege(to_regclass('search_index_version'), 'select')"
                        + " where to_regclass('search_index_version') is not null",
                row -> row.getBoolean(1));
        if (readable.isEmpty()) {
            return;
        }
        if (!readable.get(0)) {
            findings.add(new Finding(
                    Level.NOTE,
                    "index",
                    "This shop has Medusa's own search module, and nobody can see which indexes are its own: grant select"
                            + " on search_index_version to " + quoted(user()) + "."));
            return;
        }
        List<String> names = Databases.list(
                database, "select physical_name from search_index_version order by 1", row -> row.getString(1));
        if (names.contains(settings.index())) {
            findings.add(new Finding(
                    Level.WRONG,
                    "index",
                    "The index '" + settings.index()
                            + "' belongs to Medusa's own search module (search_index_version says"
                            + " so), which writes it too. Set STOCKTAKE_INDEX to another name, and let the storefront"
                            + " search there."));
        } else {
            findings.add(new Finding(
                    Level.OK,
                    "index",
                    "Medusa's own search module keeps " + (names.isEmpty() ? "no index" : String.join(", ", names))
                            + "; '" + settings.index() + "' is none of them."));
        }
    }

    // --- numbers that are kept twice --------------------------------------------------------------------------------

    /** Reads every level and price; for a doctor, not for every start. */
    Finding mismatches() {
        try {
            long number = Databases.list(
                            database,
                            "select count(*) from (" + Queries.ours("mismatches.sql") + ") m",
                            row -> row.getLong(1))
                    .get(0);
            if (number == 0) {
                return new Finding(Level.OK, "numbers", "No stock and no price differs from its raw_ column.");
            }
            List<Mismatch> examples = mismatches("order by 1, 2, 3 limit " + MOST_EXAMPLES);
            return new Finding(
                    Level.NOTE,
                    "numbers",
                    number + " numbers differ from their raw_ column: whoever wrote them by SQL wrote one of the two."
                            + " Write both. "
                            + String.join(
                                    "; ",
                                    examples.stream().map(Mismatch::counts).toList())
                            + (number > examples.size() ? "; and " + (number - examples.size()) + " more." : "."));
        } catch (SQLException e) {
            return Databases.meaning("DATABASE_URL", settings.shop(), e);
        }
    }

    /** How many there are, of each column that has any. */
    Map<String, Long> mismatchesByColumn() throws SQLException {
        Map<String, Long> counts = new LinkedHashMap<>();
        Databases.list(
                        database,
                        "select m.\"table\" || '.' || m.\"column\", count(*) from (" + Queries.ours("mismatches.sql")
                                + ") m group by 1 order by 1",
                        row -> Map.entry(row.getString(1), row.getLong(2)))
                .forEach(entry -> counts.put(entry.getKey(), entry.getValue()));
        return counts;
    }

    /** Those of one product. */
    List<Mismatch> mismatchesOf(String product) throws SQLException {
        return mismatches(
                "where (m.\"table\" = 'inventory_level' and m.belongs_to in (select used.inventory_item_id from"
                        + " product_variant_inventory_item used join product_variant v on v.id = used.variant_id"
                        + " where v.product_id = ? and used.deleted_at is null))"
                        + " or (m.\"table\" = 'price' and m.belongs_to in (select own.price_set_id from"
                        + " product_variant_price_set own join product_variant v on v.id = own.variant_id"
                        + " where v.product_id = ? and own.deleted_at is null)) order by 1, 2, 3",
                product,
                product);
    }

    private List<Mismatch> mismatches(String rest, Object... parameters) throws SQLException {
        return Databases.list(
                database,
                "select * from (" + Queries.ours("mismatches.sql") + ") m " + rest,
                row -> new Mismatch(
                        row.getString(1), row.getString(2), row.getString(3), row.getString(4), row.getString(5)),
                parameters);
    }
}
