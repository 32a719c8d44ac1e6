package dev.stocktake.examples.medusa;

import dev.stocktake.MisconfiguredException;
import dev.stocktake.StocktakeException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.server.PortInUseException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Spec;

/** The commands. What they are given stands in the environment, see docs/medusa.md. */
@Command(
        name = "medusa-sidecar",
        description = "Keeps the Meilisearch index of a Medusa shop true to its database.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        versionProvider = Sidecar.Version.class,
        subcommands = {
            RunCommand.class,
            SyncCommand.class,
            AuditCommand.class,
            ExplainCommand.class,
            DoctorCommand.class,
            ChangeLogCommand.class,
            DocumentSqlCommand.class,
            UninstallCommand.class
        })
final class Sidecar implements Runnable {

    /** Done, and nothing is left. */
    static final int DONE = 0;
    /** Done, and something is left or was found. */
    static final int FOUND = 1;
    /** Nothing was done: somebody must correct something first. */
    static final int WRONG = 2;
    /** Not done: the database or the index cannot be reached. Try again later. */
    static final int UNREACHABLE = 3;

    private final Map<String, String> environment;

    @Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    Sidecar(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    Map<String, String> environment() {
        return environment;
    }

    public static void main(String[] args) {
        // A command answers on its output; what is logged goes to the error output, and the service says more.
        System.setProperty("medusa.log", args.length > 0 && args[0].equals("run") ? "INFO" : "WARN");
        OptionalInt exit = execute(
                args,
                System.getenv(),
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8));
        exit.ifPresent(System::exit);
    }

    /** The exit code; empty if the service was started and goes on. */
    static OptionalInt execute(String[] args, Map<String, String> environment, PrintWriter out, PrintWriter err) {
        CommandLine line = new CommandLine(new Sidecar(environment))
                .setOut(out)
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, command, parsed) -> tell(failure, command.getErr()));
        int exit = line.execute(args);
        return exit == RunCommand.GOES_ON ? OptionalInt.empty() : OptionalInt.of(exit);
    }

    /** A sentence for whatever is known, however deep; a stack only for what is a mistake of ours. */
    static int tell(Throwable failure, PrintWriter err) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof WrongSettings wrong) {
                wrong.problems().forEach(err::println);
                return WRONG;
            }
            if (cause instanceof MisconfiguredException) {
                err.println(Parts.inOurWords(cause));
                return WRONG;
            }
            if (cause instanceof StocktakeException) {
                err.println(Parts.inOurWords(cause));
                return UNREACHABLE;
            }
            if (cause instanceof PortInUseException busy) {
                err.println(
                        "Port " + busy.getPort() + " is taken: set STOCKTAKE_PORT to another one, or stop who has it.");
                return WRONG;
            }
            if (cause instanceof SQLException) {
                err.println("The database did not answer as it should: " + Databases.oneLine(cause)
                        + ". The command doctor looks at everything.");
                return UNREACHABLE;
            }
        }
        failure.printStackTrace(err);
        return FOUND;
    }

    @Override
    public void run() {
        CommandLine.Model.CommandSpec said = spec;
        if (said != null) {
            throw new CommandLine.ParameterException(said.commandLine(), "Say which command.");
        }
    }

    /** As the build wrote it into the jar. */
    static final class Version implements CommandLine.IVersionProvider {

        @Override
        public String[] getVersion() {
            String version = Sidecar.class.getPackage().getImplementationVersion();
            return new String[] {"medusa-sidecar " + (version == null ? "(not packaged)" : version)};
        }
    }
}
