package dev.stocktake.integration;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.postgresql.ds.PGSimpleDataSource;

/** A real PostgreSQL that can be made to crash and comes back with its data. Not thread-safe. */
final class CrashingPostgres implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final EmbeddedPostgres first;
    private final Path data;

    CrashingPostgres() throws IOException {
        data = Files.createTempDirectory("stocktake-crashing-postgres");
        // A commit that was answered is with the operating system at least, and that does not crash here.
        first = EmbeddedPostgres.builder()
                .setServerConfig("synchronous_commit", "on")
                .setDataDirectory(data)
                .start();
    }

    int port() {
        return first.getPort();
    }

    /** A new database. */
    DataSource create(String name) throws SQLException {
        BusyShop.execute(database("postgres"), "create database " + name);
        return database(name);
    }

    /** From now on its sessions answer commits a moment before they are kept: a crash takes the last ones back. */
    void forgetful(String name) throws SQLException {
        BusyShop.execute(database("postgres"), "alter database " + name + " set synchronous_commit = off");
    }

    DataSource database(String name) {
        return database(port(), name);
    }

    static PGSimpleDataSource database(int port, String name) {
        PGSimpleDataSource database = new PGSimpleDataSource();
        database.setServerNames(new String[] {"127.0.0.1"});
        database.setPortNumbers(new int[] {port});
        database.setDatabaseName(name);
        database.setUser("postgres");
        return database;
    }

    /** As in a power failure after which the disks are fine: all of it ends at once, and then it starts again. */
    void crash() throws IOException {
        control("-m", "immediate", "-w", "stop");
        // What the server was started with, as it noted itself: the program first, then the directory.
        List<String> words = new ArrayList<>();
        Matcher quoted = Pattern.compile("\"([^\"]*)\"").matcher(Files.readString(data.resolve("postmaster.opts")));
        while (quoted.find()) {
            words.add(quoted.group(1));
        }
        control("-o", String.join(" ", words.subList(2, words.size())), "-w", "start");
        awaitAnswer();
    }

    private void control(String... words) throws IOException {
        String opts = Files.readString(data.resolve("postmaster.opts"));
        Path program = Path.of(opts.substring(0, opts.indexOf(' ')));
        List<String> command = new ArrayList<>();
        if (LinuxUtils.isUnshareAvailable()) {
            // PostgreSQL does not run as root.
            command.addAll(List.of("unshare", "-U"));
        }
        command.addAll(List.of(program.resolveSibling("pg_ctl").toString(), "-D", data.toString()));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (process.onExit().join().exitValue() != 0) {
            throw new IOException("pg_ctl " + List.of(words) + " failed with " + process.exitValue());
        }
    }

    /** Kills the server's process of one session: the server then ends all others, recovers and goes on. */
    void killOneSession(String database) throws IOException, SQLException {
        Optional<ProcessHandle> victim = session(database);
        if (victim.isPresent()) {
            Signal.KILL.send(victim.get());
            victim.get().onExit().join();
            awaitAnswer();
        }
    }

    private Optional<ProcessHandle> session(String database) throws SQLException {
        try (Connection connection = database("postgres").getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select pid from pg_stat_activity where datname = '" + database + "' limit 1")) {
            return rows.next() ? ProcessHandle.of(rows.getLong(1)) : Optional.empty();
        }
    }

    private void awaitAnswer() {
        DataSource system = database("postgres");
        Awaitility.await()
                .atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .ignoreExceptions()
                .until(() -> BusyShop.count(system, "select 1") == 1);
    }

    @Override
    public void close() throws IOException {
        first.close();
    }
}
