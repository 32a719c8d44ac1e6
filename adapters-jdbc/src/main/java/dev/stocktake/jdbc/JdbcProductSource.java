package dev.stocktake.jdbc;

import dev.stocktake.Document;
import dev.stocktake.KeyPage;
import dev.stocktake.MisconfiguredException;
import dev.stocktake.ProductKey;
import dev.stocktake.ProductSource;
import dev.stocktake.Projection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A {@link ProductSource} on a relational database: one query for the products, one for each kind of rows below them,
 * grouped here.
 *
 * <pre>{@code
 * ProductSource source = JdbcProductSource.builder(dataSource)
 *         .root("""
 *                 select p.id, p.title, p.description from product p
 *                 where p.deleted_at is null and {products:p.id}""")
 *         .children("variants", Rows.by("product_id", """
 *                 select v.product_id, v.id, v.sku from variant v where {products:v.product_id} order by v.id"""))
 *         .values("tags", Rows.by("product_id", """
 *                 select t.product_id, t.name from product_tag t where {products:t.product_id} order by t.name"""))
 *         .keys("product", "id")
 *         .build();
 * }</pre>
 *
 * <p>A query says by <code>{products:column}</code> which products it is about; any expression whose value is the product's id will
 * do. Columns become fields named by their labels (with H2, a label without a small letter is taken in small letters, so
 * that the same query makes the same document everywhere). Whole numbers become {@code Long}, other numbers
 * {@code BigDecimal}; JSON columns become nested values, arrays lists; a moment in time becomes ISO 8601 text in UTC,
 * a date or a time without a zone ISO 8601 text without one. Binary columns are refused.
 *
 * <p>An id is written as its own row writes it. On MariaDB and MySQL reading happens in the time zone UTC.
 *
 * <p>Reads happen in short read-only transactions, each on a connection of its own: the DataSource must not hand out a
 * connection that belongs to the caller's transaction, and must lead to the primary. The root and child rows of a page
 * come from one snapshot. No connection is held while the documents are put together.
 *
 * <p>Thread-safe.
 */
public final class JdbcProductSource implements ProductSource {

    private final Database database;
    private final PageReader reader;
    private final KeyWalk walk;
    private final Assembler assembler;
    private final String projectionVersion;

    private JdbcProductSource(
            Database database, PageReader reader, KeyWalk walk, Assembler assembler, String projectionVersion) {
        this.database = database;
        this.reader = reader;
        this.walk = walk;
        this.assembler = assembler;
        this.projectionVersion = projectionVersion;
    }

    /**
     * Begins a source.
     *
     * @param dataSource opens, or borrows from a pool, connections of its own to the primary
     */
    public static Builder builder(DataSource dataSource) {
        return new Builder(dataSource);
    }

    @Override
    public Map<ProductKey, Projection> read(Collection<ProductKey> keys) {
        return read(keys, () -> {});
    }

    @Override
    public Map<ProductKey, Projection> read(Collection<ProductKey> keys, Runnable answered) {
        Map<ProductKey, Projection> projections = new LinkedHashMap<>();
        reader.read(keys, true, answered, new PageReader.Outcome() {
            @Override
            public void read(List<ProductKey> page, Assembler.Page rows) {
                projections.putAll(assembler.assemble(page, rows));
            }

            @Override
            public void unreadable(ProductKey key, String problem) {
                projections.put(key, Projection.unreadable("product '" + key + "': " + problem));
            }
        });
        return projections;
    }

    /** {@inheritDoc} Reads the root query only. */
    @Override
    public Set<ProductKey> present(Collection<ProductKey> keys) {
        Set<ProductKey> present = new LinkedHashSet<>();
        reader.read(keys, false, () -> {}, new PageReader.Outcome() {
            @Override
            public void read(List<ProductKey> page, Assembler.Page rows) {
                page.stream().filter(key -> assembler.present(key, rows)).forEach(present::add);
            }

            @Override
            public void unreadable(ProductKey key, String problem) {
                present.add(key);
            }
        });
        return present;
    }

    @Override
    public KeyPage keys(@Nullable ProductKey after, int limit) {
        return walk.page(after, limit);
    }

    @Override
    public int compare(ProductKey left, ProductKey right) {
        return walk.compare(left, right);
    }

    @Override
    public String projectionVersion() {
        return projectionVersion;
    }

    /**
     * The fields at the top of a document, in the order of the queries. Asks the database for the columns of the root query. Of
     * {@linkplain Builder#document columns that hold an object} the fields are not known, and what a {@linkplain Builder#mapper
     * mapper} does is not either.
     *
     * @throws MisconfiguredException if the query fails
     * @throws dev.stocktake.UnavailableException if the database cannot be reached
     */
    public List<String> fields() {
        QueryNode root = reader.queries().get(0);
        return database.read(Database.View.LATEST, "Asking for columns", session -> RowReader.fields(session, root));
    }

    /** {@inheritDoc} Runs every query once, for no product at all, and tells all that is wrong at once. */
    @Override
    public void verify() {
        database.read(Database.View.LATEST, "Connecting", session -> true);
        Problems problems = new Problems("JdbcProductSource");
        reader.queries().forEach(query -> verify(query, problems));
        if (problems.none()) {
            try {
                walk.page(null, 1);
            } catch (MisconfiguredException e) {
                problems.add(String.valueOf(e.getMessage()));
            }
        }
        problems.throwIfAny();
    }

    /** Each query in a transaction of its own: one that fails spoils its transaction. */
    private void verify(QueryNode query, Problems problems) {
        database.read(Database.View.LATEST, "Connecting", session -> {
            try {
                RowReader.check(session, query, problems);
            } catch (SQLException e) {
                if (SqlErrors.kind(e) == SqlErrors.Kind.UNAVAILABLE) {
                    throw e;
                }
                problems.add(query.path(), "the query fails: " + SqlErrors.describe(e));
            }
            return true;
        });
    }

    /** Builds a {@link JdbcProductSource}. Not thread-safe. */
    public static final class Builder {

        private final DataSource dataSource;
        private final List<Rows.Nested> nested = new ArrayList<>();
        private final Set<String> spread = new LinkedHashSet<>();
        private final Set<String> hidden = new LinkedHashSet<>();
        private String root = "";
        private String id = "id";
        private String recheckAt = "";
        private KeyOrigin.@Nullable OfTable keys;
        private Predicate<Map<String, @Nullable Object>> when = row -> true;
        private Function<Map<String, @Nullable Object>, Document> mapper = Assembler.PLAIN;
        private String projectionVersion = "1";
        private Duration statementTimeout = Duration.ofSeconds(60);

        private Builder(DataSource dataSource) {
            this.dataSource = dataSource;
        }

        /**
         * The query for the products: one row for each product that must be in the index, none for others.
         *
         * @param sql with <code>{products:column}</code> where the condition on the products goes. It is a prepared statement:
         *     PostgreSQL's operators with a question mark are written with two ({@code ??})
         */
        public Builder root(String sql) {
            this.root = sql;
            return this;
        }

        /** The label of the root query's column that holds the product's id; default: {@code id}. */
        public Builder id(String column) {
            this.id = column;
            return this;
        }

        /**
         * Columns of the root query that hold a JSON object whose fields become fields of the document: for a query that
         * builds the document itself.
         */
        public Builder document(String... columns) {
            spread.addAll(List.of(columns));
            return this;
        }

        /** Columns of the root query that {@code when} may look at, but that do not become fields. */
        public Builder hide(String... columns) {
            hidden.addAll(List.of(columns));
            return this;
        }

        /**
         * The label of the root query's column that holds the next time at which the product's document changes although
         * nobody writes a row: a sale that begins at noon. Null if there is none. It becomes no field. Also for a row that
         * {@link #when} leaves out: the product is published then.
         *
         * <pre>{@code
         * select p.id, p.title, case when p.sale_begins > now() then p.sale_begins end as recheck_at ...
         * }</pre>
         *
         * @param column a moment, a timestamp with a time zone; or, where the database has none, a number of seconds since
         *     1970, in UTC ({@code unix_timestamp(p.sale_begins)})
         */
        public Builder recheckAt(String column) {
            this.recheckAt = column;
            return this;
        }

        /** Child rows as a list of objects. */
        public Builder children(String field, Rows rows) {
            nested.add(new Rows.Nested(field, Shape.LIST, "", rows));
            return this;
        }

        /** A child row as an object, or null where there is none; two rows make the product unreadable. */
        public Builder child(String field, Rows rows) {
            nested.add(new Rows.Nested(field, Shape.ONE, "", rows));
            return this;
        }

        /** Child rows of a single column (besides the product's) as a list of its values. */
        public Builder values(String field, Rows rows) {
            nested.add(new Rows.Nested(field, Shape.VALUES, "", rows));
            return this;
        }

        /**
         * Child rows as an object: {@code {"eur": 12.5, "usd": 14}}.
         *
         * @param nameColumn the column whose text names the entries; the remaining column is the value, several remaining
         *     columns are an object
         */
        public Builder map(String field, String nameColumn, Rows rows) {
            nested.add(new Rows.Nested(field, Shape.MAP, nameColumn, rows));
            return this;
        }

        /**
         * The table whose ids are walked: every product that could have a document must have its row there. Without this,
         * the root query itself is walked, which costs more the more it joins.
         *
         * @param table the table, with its schema if it needs one
         * @param idColumn the column with the ids; there must be an index on it
         */
        public Builder keys(String table, String idColumn) {
            this.keys = new KeyOrigin.OfTable(table, idColumn);
            return this;
        }

        /** Which rows of the root query make a document; it is given the row's fields, without children. */
        public Builder when(Predicate<Map<String, @Nullable Object>> condition) {
            this.when = condition;
            return this;
        }

        /**
         * Makes the document of the fields, to compute some of them in Java. It is given a map of its own, which it may
         * change (what is nested in it, it may not), and must be pure. If it throws, its product is unreadable. Change the {@link #projectionVersion} with it.
         */
        public Builder mapper(Function<Map<String, @Nullable Object>, Document> function) {
            this.mapper = function;
            return this;
        }

        /** See {@link ProductSource#projectionVersion}; default: {@code "1"}. */
        public Builder projectionVersion(String version) {
            this.projectionVersion = version;
            return this;
        }

        /** How long a statement may take; default: 60 seconds. */
        public Builder statementTimeout(Duration timeout) {
            this.statementTimeout = timeout;
            return this;
        }

        /**
         * The source. Connects to nothing yet; {@link JdbcProductSource#verify} does.
         *
         * @throws MisconfiguredException naming every setting that is wrong
         */
        public JdbcProductSource build() {
            Problems problems = new Problems("JdbcProductSource");
            Roles roles = new Roles(id, id, "", Set.copyOf(spread), Set.copyOf(hidden), recheckAt);
            QueryNode tree = QueryNode.root(root, roles, nested, problems);
            problems.unlessPositive("statementTimeout", statementTimeout);
            problems.throwIfAny();
            Database database = new Database(dataSource, statementTimeout);
            KeyWalk walk = new KeyWalk(database, keys != null ? keys : new KeyOrigin.OfRoot(tree));
            PageReader reader = new PageReader(database, tree, walk);
            return new JdbcProductSource(database, reader, walk, new Assembler(tree, when, mapper), projectionVersion);
        }
    }
}
