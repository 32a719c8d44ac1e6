package dev.stocktake.examples.medusa;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The SQL: ours, and what the shop says instead or besides. */
final class Queries {

    private static final String PLACE = "/dev/stocktake/examples/medusa/";

    private Queries() {}

    /** The query of a document, ours or the shop's, with the shop's own fields beside it. */
    static String document(Settings.Sql said) {
        String root = said.document() == null ? ours("document.sql") : read(said.document());
        String fields = said.fields() == null ? null : read(said.fields());
        return fields == null ? root : joined(root, fields);
    }

    private static String joined(String root, String fields) {
        return "select * from (\n" + bare(root) + "\n) stocktake_document left join (\n" + bare(fields)
                + "\n) stocktake_fields using (id)";
    }

    private static String bare(String sql) {
        return sql.strip().replaceAll("[;\\s]+$", "");
    }

    static String ours(String name) {
        try (@Nullable InputStream in = Queries.class.getResourceAsStream(PLACE + name)) {
            if (in == null) {
                throw new IllegalStateException("This jar lacks '" + PLACE + name + "'");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path path) {
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new WrongSettings("The file '" + path + "' cannot be read: " + e.getMessage() + ".");
        }
    }
}
