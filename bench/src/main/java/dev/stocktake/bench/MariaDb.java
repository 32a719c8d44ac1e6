package dev.stocktake.bench;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real MariaDB server of its own, of what is installed on this machine, durable as in production. */
final class MariaDb implements AutoCloseable {

    private static final String INSTALLER = "mariadb-install-db";
    private static final String SERVER = "mariadbd";
    private static final String USER = "bench";
    private static final List<String> ELSEWHERE =
            List.of("/usr/sbin", "/usr/local/sbin", "/usr/libexec", "/usr/local/bin", "/opt/homebrew/bin");
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Path folder;
    private final Process server;
    private final Database database;

    private MariaDb(Path folder, Process server, Database database) {
        this.folder = folder;
        this.server = server;
        this.database = database;
    }

    /** Why there is none here; empty if there is. */
    static Optional<String> missing() {
        return program(SERVER).isPresent() && program(INSTALLER).isPresent()
                ? Optional.empty()
                : Optional.of("no MariaDB is installed here (" + SERVER + ", " + INSTALLER
                        + "); with Debian: apt-get install mariadb-server-core");
    }

    /** Starts a server whose data lies in a new directory below this one, and goes with the server. */
    static MariaDb start(Path below) {
        try {
            Files.createDirectories(below);
            Path folder = Files.createTempDirectory(below.toAbsolutePath(), "mariadb");
            Path init = Files.writeString(
                    folder.resolve("init.sql"),
                    "create user if not exists " + USER + "@'127.0.0.1';\ngrant all on *.* to " + USER
                            + "@'127.0.0.1';\n");
            String user = "--user=" + System.getProperty("user.name");
            if (run(folder, INSTALLER, "--no-defaults", "--datadir=" + folder.resolve("data"), "--skip-test-db", user)
                            .waitFor()
                    != 0) {
                throw new IOException(INSTALLER + " failed, see " + log(folder));
            }
            int port = freePort();
            Process server = run(
                    folder,
                    SERVER,
                    "--no-defaults",
                    "--datadir=" + folder.resolve("data"),
                    "--socket=" + folder.resolve("socket"),
                    "--pid-file=" + folder.resolve("pid"),
                    "--port=" + port,
                    "--bind-address=127.0.0.1",
                    "--init-file=" + init,
                    "--skip-log-bin",
                    "--innodb-buffer-pool-size=512M",
                    "--innodb-log-file-size=512M",
                    user);
            return new MariaDb(
                    folder,
                    server,
                    open("jdbc:mariadb://127.0.0.1:" + port + "/bench?createDatabaseIfNotExist=true", server, folder));
        } catch (IOException e) {
            throw new UncheckedIOException("The MariaDB server did not start below '" + below + "'", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while MariaDB was being installed", e);
        }
    }

    private static Database open(String url, Process server, Path folder) throws IOException, InterruptedException {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return Database.openMariaDb(url, USER, server.pid());
            } catch (RuntimeException e) {
                if (server.waitFor(200, TimeUnit.MILLISECONDS) || System.nanoTime() > until) {
                    server.destroyForcibly();
                    throw new IOException(SERVER + " does not answer, see " + log(folder), e);
                }
            }
        }
    }

    private static Process run(Path folder, String program, String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(program(program).orElseThrow().toString()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log(folder).toFile()))
                .start();
    }

    private static Optional<Path> program(String name) {
        Stream<String> path =
                Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator));
        return Stream.concat(path, ELSEWHERE.stream())
                .filter(folder -> !folder.isBlank())
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static Path log(Path folder) {
        return folder.resolve("log");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Its only pool. */
    Database database() {
        return database;
    }

    String version() throws SQLException {
        try (Connection connection = database.source().getConnection()) {
            return connection.getMetaData().getDatabaseProductVersion();
        }
    }

    /** The data are nobody's, so they need no orderly end. */
    @Override
    public void close() {
        database.close();
        server.destroyForcibly().onExit().join();
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException e) {
            throw new UncheckedIOException("'" + folder + "' cannot be removed", e);
        }
    }
}
