package dev.stocktake.jdbc;

import static org.awaitility.Awaitility.await;

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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.mariadb.jdbc.MariaDbDataSource;

/**
 * One real MariaDB per JVM, started when first asked for from what is installed on the machine, with a directory of its own;
 * tests get databases of their own in it.
 */
final class TestMariaDb {

    private static final AtomicInteger DATABASES = new AtomicInteger();
    private static final List<String> ELSEWHERE =
            List.of("/usr/sbin", "/usr/local/sbin", "/usr/libexec", "/usr/local/bin", "/opt/homebrew/bin");

    private TestMariaDb() {}

    static boolean isInstalled() {
        return program("mariadbd").isPresent() && program("mariadb-install-db").isPresent();
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

    private static final class Server {

        static final Server INSTANCE = start();

        private final int port;

        private Server(int port) {
            this.port = port;
        }

        private static Server start() {
            try {
                Path folder = Files.createTempDirectory("stocktake-mariadb");
                String user = "--user=" + System.getProperty("user.name");
                Process install = run(
                        folder,
                        "mariadb-install-db",
                        "--no-defaults",
                        "--datadir=" + folder.resolve("data"),
                        "--auth-root-authentication-method=normal",
                        "--skip-test-db",
                        user);
                if (install.waitFor() != 0) {
                    throw new IllegalStateException("mariadb-install-db failed: " + log(folder));
                }
                int port = freePort();
                Process server = run(
                        folder,
                        "mariadbd",
                        "--no-defaults",
                        "--datadir=" + folder.resolve("data"),
                        "--socket=" + folder.resolve("socket"),
                        "--pid-file=" + folder.resolve("pid"),
                        "--port=" + port,
                        "--bind-address=127.0.0.1",
                        "--skip-log-bin",
                        "--innodb-flush-log-at-trx-commit=0",
                        "--innodb-doublewrite=0",
                        "--max-connections=400",
                        "--default-time-zone=+05:45",
                        "--sql-mode=STRICT_TRANS_TABLES,PIPES_AS_CONCAT",
                        user);
                Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, folder)));
                Server started = new Server(port);
                await().pollInSameThread().atMost(Duration.ofMinutes(2)).until(() -> started.answers(server, folder));
                return started;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        private static Process run(Path folder, String program, String... arguments) throws IOException {
            List<String> command =
                    new ArrayList<>(List.of(program(program).orElseThrow().toString()));
            command.addAll(List.of(arguments));
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            folder.resolve("log").toFile()))
                    .start();
        }

        private static int freePort() throws IOException {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            }
        }

        private static String log(Path folder) throws IOException {
            return Files.readString(folder.resolve("log"));
        }

        private boolean answers(Process server, Path folder) throws IOException {
            if (!server.isAlive()) {
                throw new IllegalStateException("mariadbd ended: " + log(folder));
            }
            try (Connection connection = dataSource("mysql", "root").getConnection()) {
                return connection.isValid(1);
            } catch (SQLException e) {
                return false;
            }
        }

        private DataSource dataSource(String database, String user) {
            try {
                return new MariaDbDataSource("jdbc:mariadb://127.0.0.1:" + port + "/" + database + "?user=" + user);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        /** The data are nobody's, so they need no orderly end. */
        private static void stop(Process server, Path folder) {
            server.destroyForcibly().onExit().join();
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** The name of a new, empty database. */
    static String createDatabase() {
        return createDatabase("");
    }

    /** The name of a new, empty database with more said about it: its collation, say. */
    static String createDatabase(String options) {
        String name = "test_" + DATABASES.incrementAndGet();
        Sql.run(dataSource("mysql", "root"), "create database " + name + " " + options);
        return name;
    }

    /** A pool of connections to a new, empty database. */
    static JdbcConnectionPool freshDatabase(String... options) {
        return pool(createDatabase(String.join(" ", options)), "root");
    }

    /** A pool of connections that the test disposes of, or the end of the JVM. */
    static JdbcConnectionPool pool(String database, String user) {
        JdbcConnectionPool pool = JdbcConnectionPool.create(new CleanPoolSource(dataSource(database, user)));
        pool.setMaxConnections(40);
        return pool;
    }

    /** Connections without a pool; the database's name may be followed by settings of the driver. */
    static DataSource dataSource(String database, String user) {
        int question = database.indexOf('?');
        String name = question < 0 ? database : database.substring(0, question);
        String settings = question < 0 ? "" : "&" + database.substring(question + 1);
        return Server.INSTANCE.dataSource(name, user + settings);
    }
}
