package dev.stocktake.jdbc;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.stocktake.Document;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A shop of Medusa 2 with its own schema and rows, and what independent SQL says about it: the judge. */
final class MedusaShop {

    private static final ObjectReader JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build()
            .readerFor(Map.class);

    private final Path files;
    private final DataSource database;

    private MedusaShop(Path files, DataSource database) {
        this.files = files;
        this.database = database;
    }

    /** Where the shop's files would be: beside the repository, or where {@code -Dstocktake.medusa} says. */
    static Path files() {
        String told = System.getProperty("stocktake.medusa", "");
        return told.isEmpty()
                ? Path.of("..", "..", "shared", "medusa").toAbsolutePath().normalize()
                : Path.of(told);
    }

    /** Loads the shop into a database of its own. */
    static MedusaShop load() {
        Path files = files();
        DataSource database = Sql.postgres();
        try (Connection connection = TestPostgres.dataSource(
                                Sql.texts(database, "select current_database()").get(0), "postgres")
                        .getConnection();
                Statement statement = connection.createStatement();
                InputStream rows = new GZIPInputStream(Files.newInputStream(files.resolve("data.sql.gz")))) {
            statement.execute(Files.readString(files.resolve("schema.sql")));
            statement.execute(new String(rows.readAllBytes(), StandardCharsets.UTF_8));
            statement.execute("analyze");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new AssertionError("Could not load the shop from '" + files + "'", e);
        }
        return new MedusaShop(files, database);
    }

    DataSource database() {
        return database;
    }

    /** The judge's documents by product. */
    Map<String, Document> documents() {
        String sql = sql("document.sql").replace(":'after'", "''").replace("limit :n", "limit 1000000");
        Map<String, Document> documents = new LinkedHashMap<>();
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select to_jsonb(d) from (" + sql + ") d")) {
            while (rows.next()) {
                Map<String, @Nullable Object> fields = JSON.readValue(rows.getString(1));
                fields.replaceAll(
                        (name, value) -> List.of("created_at", "last_changed").contains(name)
                                ? OffsetDateTime.parse(String.valueOf(value)).toInstant()
                                : value);
                documents.put(String.valueOf(fields.get("id")), Document.of(fields));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
        return documents;
    }

    /** The products that the judge finds changed since a moment. */
    TreeSet<String> changedSince(String moment) {
        String sql = sql("changed_since.sql").replace(":'since'", "'" + moment + "'");
        return new TreeSet<>(Sql.texts(database, sql));
    }

    String now() {
        return Sql.texts(database, "select clock_timestamp()").get(0);
    }

    private String sql(String file) {
        try {
            String text = Files.readString(files.resolve(file)).strip();
            return text.endsWith(";") ? text.substring(0, text.length() - 1) : text;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
