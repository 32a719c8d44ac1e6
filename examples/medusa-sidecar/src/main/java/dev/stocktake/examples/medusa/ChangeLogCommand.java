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
import picocli.CommandLine.Parameters;

/** Triggers that write down which rows change. */
@Command(
        name = "change-log",
        description = "Triggers on the shop's tables that write down which rows change; as the tables' owner.",
        mixinStandardHelpOptions = true,
        subcommands = {
            ChangeLogCommand.Print.class,
            ChangeLogCommand.Install.class,
            ChangeLogCommand.Uninstall.class,
            ChangeLogCommand.Forget.class
        })
final class ChangeLogCommand extends Task {

    private static final List<String> TABLES =
            List.of("stocktake_change", "stocktake_change_copy", "stocktake_change_consumer");

    @Override
    public Integer call() {
        throw new WrongSettings("Say what: change-log print, install, uninstall or forget.");
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
            try (Parts parts = parts().requireShop()) {
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
                script(script.toString());
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
            try (Parts parts = parts().requireShop()) {
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
        try {
            parts.makeLogSchema();
            parts.changeLog().install();
        } catch (WrongSettings | MisconfiguredException e) {
            throw parts.notInstalled(e);
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
            try (Parts parts = parts().requireShop()) {
                parts.removeChangeLog();
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

    /** Forgets. */
    @Command(
            name = "forget",
            description = "Forgets an index that is kept no more, with the changes that were kept for it.",
            mixinStandardHelpOptions = true)
    static final class Forget extends Task {

        @Parameters(paramLabel = "INDEX", description = "The name that STOCKTAKE_INDEX had.")
        private String index = "";

        @Override
        public Integer call() throws Exception {
            try (Parts parts = parts().requireShop()) {
                if (index.equals(parts.settings().index())) {
                    throw new WrongSettings(
                            "The index '" + index + "' is the one that this sidecar keeps: STOCKTAKE_INDEX"
                                    + " says so. Name the one that is kept no more.");
                }
                if (!parts.changeLogIsThere()) {
                    throw new WrongSettings("There is no change log in schema "
                            + parts.settings().schema() + ", so there is nothing to forget.");
                }
                if (!parts.changeLog().forget(index)) {
                    throw new WrongSettings(
                            "Nobody takes changes from the log for the index '" + index + "', only for: "
                                    + parts.changeLog().consumers().stream()
                                            .map(ChangeLog.Consumer::name)
                                            .toList()
                                    + ".");
                }
                Map<String, @Nullable Object> fields = new LinkedHashMap<>();
                fields.put("forgotten", index);
                answer("The index '" + index + "' is forgotten: nothing is kept for it any more.", fields);
                return Sidecar.DONE;
            }
        }
    }
}
