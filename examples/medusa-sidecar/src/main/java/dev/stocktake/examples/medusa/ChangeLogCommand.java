package dev.stocktake.examples.medusa;

import dev.stocktake.MisconfiguredException;
import dev.stocktake.jdbc.ChangeLog;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Triggers that write down which rows change. */
@Command(
        name = "change-log",
        description = "Triggers on the shop's tables that write down which rows change; as the tables' owner.",
        mixinStandardHelpOptions = true,
        subcommands = {ChangeLogCommand.Print.class, ChangeLogCommand.Install.class, ChangeLogCommand.Uninstall.class})
final class ChangeLogCommand extends Task {

    private static final List<String> TABLES =
            List.of("stocktake_change", "stocktake_change_copy", "stocktake_change_consumer");

    @Override
    public Integer call() {
        throw new WrongSettings("Say what: change-log print, change-log install or change-log uninstall.");
    }

    /** What the sidecar's own user needs, if it is not the owner. */
    static List<String> grants(String schema, String role) {
        String who = ShopCheck.quoted(role);
        String where = ShopCheck.quoted(schema);
        return List.of(
                "grant usage on schema " + where + " to " + who,
                "grant select, insert, update, delete on "
                        + String.join(
                                ", ",
                                TABLES.stream()
                                        .map(table -> where + "." + table)
                                        .toList()) + " to " + who);
    }

    /** Prints. */
    @Command(name = "print", description = "Prints the script that installs it.", mixinStandardHelpOptions = true)
    static final class Print extends Task {

        @Option(names = "--removal", description = "The script that removes it.")
        private boolean removal;

        @Option(names = "--grant-to", paramLabel = "ROLE", description = "With the rights for the sidecar's own user.")
        private @Nullable String role;

        @Override
        public Integer call() throws Exception {
            Settings settings = settings();
            try (Parts parts = Parts.of(settings).requireShop()) {
                if (!parts.schemaIsThere(parts.shop())) {
                    throw new WrongSettings(
                            "The script names the schema of the log, and it is not there yet. Let the owner"
                                    + " of the shop's database run: create schema "
                                    + ShopCheck.quoted(settings.schema())
                                    + "; and print again.");
                }
                ChangeLog log = parts.changeLog();
                StringBuilder script = new StringBuilder();
                if (removal) {
                    script.append(log.printRemoval());
                } else {
                    script.append(log.print());
                    String grantee = role;
                    if (grantee != null) {
                        grants(settings.schema(), grantee)
                                .forEach(grant ->
                                        script.append('\n').append(grant).append(";\n"));
                    }
                }
                out().print(script);
                out().flush();
                return Sidecar.DONE;
            }
        }
    }

    /** Installs. */
    @Command(name = "install", description = "Installs it; may be done again.", mixinStandardHelpOptions = true)
    static final class Install extends Task {

        @Option(names = "--grant-to", paramLabel = "ROLE", description = "Give the sidecar's own user its rights.")
        private @Nullable String role;

        @Override
        public Integer call() throws Exception {
            try (Parts parts = Parts.of(settings()).requireShop()) {
                install(parts, role);
                Map<String, @Nullable Object> fields = new LinkedHashMap<>();
                fields.put("installed", true);
                fields.put("schema", parts.settings().schema());
                answer(
                        "The change log is installed, in schema "
                                + parts.settings().schema()
                                + ". Start the sidecar anew: from now on it takes every change from there.",
                        fields);
                return Sidecar.DONE;
            }
        }
    }

    static void install(Parts parts, @Nullable String role) {
        parts.makeLogSchema();
        try {
            parts.changeLog().install();
        } catch (MisconfiguredException e) {
            throw new WrongSettings(
                    "The change log was not installed: " + Parts.inOurWords(e)
                            + " It needs the owner of the shop's tables: run change-log install with Medusa's own DATABASE_URL.");
        }
        if (role == null) {
            return;
        }
        try {
            for (String grant : grants(parts.settings().schema(), role)) {
                Databases.execute(parts.shop(), grant);
            }
        } catch (SQLException e) {
            throw new WrongSettings("The change log is installed, but role " + role + " was not given its rights ("
                    + Databases.oneLine(e) + "). Make the role, and run change-log install again.");
        }
    }

    /** Removes. */
    @Command(name = "uninstall", description = "Removes it.", mixinStandardHelpOptions = true)
    static final class Uninstall extends Task {

        @Override
        public Integer call() throws Exception {
            try (Parts parts = Parts.of(settings()).requireShop()) {
                parts.changeLog().uninstall();
                parts.dropSchemaIfEmpty(parts.shop());
                Map<String, @Nullable Object> fields = new LinkedHashMap<>();
                fields.put("installed", false);
                answer(
                        "The change log is removed. Start the sidecar anew: from now on it reads timestamps and"
                                + " transaction numbers, and finds the rest by comparing.",
                        fields);
                return Sidecar.DONE;
            }
        }
    }
}
