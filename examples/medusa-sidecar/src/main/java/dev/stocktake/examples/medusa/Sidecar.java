package dev.stocktake.examples.medusa;

import dev.stocktake.MisconfiguredException;
import dev.stocktake.StocktakeException;
import java.io.PrintWriter;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.server.PortInUseException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
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

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "Answer as JSON.")
    private boolean json;

    @Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    Sidecar(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    Map<String, String> environment() {
        return environment;
    }

    boolean json() {
        return json;
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
                .setCaseInsensitiveEnumValuesAllowed(true);
        // Also if the rest of the line cannot be understood.
        boolean json = List.of(args).contains("--json");
        CommandLine.IParameterExceptionHandler usual = line.getParameterExceptionHandler();
        line.setParameterExceptionHandler((failure, given) -> {
            answer(json, out, new Told(WRONG, List.of(String.valueOf(failure.getMessage()))));
            return usual.handleParseException(failure, given);
        });
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            Told told = told(failure, err);
            answer(json, out, told);
            return told.exit();
        });
        int exit = line.execute(args);
        return exit == RunCommand.GOES_ON ? OptionalInt.empty() : OptionalInt.of(exit);
    }

    /** Why nothing came of a command. */
    private record Told(int exit, List<String> sentences) {

        Told(int exit, String sentence) {
            this(exit, List.of(sentence));
        }
    }

    private static void answer(boolean json, PrintWriter out, Told told) {
        if (json) {
            out.println(Task.json(Map.of("error", told.sentences(), "exit", told.exit())));
            out.flush();
        }
    }

    private static Told told(Throwable failure, PrintWriter err) {
        Optional<Told> known = known(failure);
        known.ifPresent(told -> told.sentences().forEach(err::println));
        return known.orElseGet(() -> {
            failure.printStackTrace(err);
            return new Told(FOUND, failure.toString());
        });
    }

    /** A sentence for whatever is known, however deep; empty for what is a mistake of ours. */
    private static Optional<Told> known(Throwable failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof WrongSettings wrong) {
                return Optional.of(new Told(WRONG, wrong.problems()));
            }
            if (cause instanceof MisconfiguredException) {
                return Optional.of(new Told(WRONG, Parts.inOurWords(cause)));
            }
            if (cause instanceof StocktakeException) {
                return Optional.of(new Told(UNREACHABLE, Parts.inOurWords(cause)));
            }
            if (cause instanceof PortInUseException busy) {
                return Optional.of(new Told(
                        WRONG,
                        "Port " + busy.getPort()
                                + " is taken: set STOCKTAKE_PORT to another one, or stop who has it."));
            }
            if (cause instanceof BindException) {
                return Optional.of(
                        new Told(
                                WRONG,
                                "Nobody can listen where STOCKTAKE_ADDRESS and STOCKTAKE_PORT say ("
                                        + Databases.oneLine(cause)
                                        + "): the address must be one of this machine, like 127.0.0.1, or 0.0.0.0 for all of them."));
            }
            if (cause instanceof SQLException) {
                return Optional.of(new Told(
                        UNREACHABLE,
                        "The database did not answer as it should: " + Databases.oneLine(cause)
                                + ". The command doctor looks at everything."));
            }
        }
        return Optional.empty();
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
