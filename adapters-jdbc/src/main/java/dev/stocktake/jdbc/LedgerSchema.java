package dev.stocktake.jdbc;

import dev.stocktake.MisconfiguredException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The versions of the ledger's tables: looks which one is there, and brings it up to the newest. */
final class LedgerSchema {

    /** One script for each version, beginning with version 1; a script once released is never changed. */
    private static final List<String> SCRIPTS =
            List.of("V1__ledger.sql", "V2__times.sql", "V3__rebuilds.sql", "V4__numbers.sql");

    private static final String VERSION = "select coalesce(max(version), 0) from stocktake_schema_version";

    private LedgerSchema() {}

    /** @throws MisconfiguredException if the tables are missing or of another version */
    static void verify(LedgerSql sql) {
        int version = (int) sql.number(VERSION);
        if (version < SCRIPTS.size()) {
            throw new MisconfiguredException("The ledger's tables (" + sql.tables() + ") are of version " + version
                    + ", this Stocktake needs version " + SCRIPTS.size() + ": call JdbcLedger.initialize(), or run the"
                    + " scripts after V" + version + " in " + folder(sql.dialect()) + " of the stocktake-jdbc jar");
        }
        if (version > SCRIPTS.size()) {
            throw new MisconfiguredException("The ledger's tables (" + sql.tables() + ") are of version " + version
                    + ", made by a newer Stocktake; this one knows version " + SCRIPTS.size()
                    + ": upgrade stocktake-jdbc in this instance too");
        }
        sql.dialect().verify(sql);
    }

    /** Runs what is missing; several instances may do so at once. */
    static void migrate(LedgerSql sql) {
        sql.dialect().lockMigration(sql);
        sql.update(
                "create table if not exists stocktake_schema_version (version integer not null, primary key (version))");
        int version = (int) sql.number(VERSION);
        for (String script : SCRIPTS.subList(Math.min(version, SCRIPTS.size()), SCRIPTS.size())) {
            statements(read(sql.dialect(), script)).forEach(sql::update);
        }
    }

    /** All of it, as one script for an empty database. */
    static String script(LedgerDialect dialect) {
        return SCRIPTS.stream().map(name -> read(dialect, name)).collect(Collectors.joining("\n"));
    }

    private static String read(LedgerDialect dialect, String name) {
        String path = folder(dialect) + name;
        try (InputStream in = LedgerSchema.class.getResourceAsStream("/" + path)) {
            if (in == null) {
                throw new IllegalStateException("The stocktake-jdbc jar lacks '" + path + "'");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("The stocktake-jdbc jar is damaged at '" + path + "'", e);
        }
    }

    private static String folder(LedgerDialect dialect) {
        return "dev/stocktake/jdbc/ledger/" + dialect.scripts() + "/";
    }

    /** Our scripts have comments on lines of their own and semicolons only at the end of a statement. */
    static List<String> statements(String script) {
        String code = script.lines().filter(line -> !line.startsWith("--")).collect(Collectors.joining("\n"));
        return Arrays.stream(code.split(";"))
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .toList();
    }
}
