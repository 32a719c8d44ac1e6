package dev.stocktake.jdbc;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * MariaDB and MySQL: row triggers, found again by their names and known by their text. They work with the rights of whoever
 * made them. Every statement commits, so an installation that was cut short goes on where it stopped.
 */
final class MySqlChangeLog implements ChangeLogDialect {

    /** Nobody who shares a server, or a cluster of them, makes the same twice; rows lie in the order of their statements. */
    private static final String NEW_ID = "concat(lpad(hex(timestampdiff(microsecond, timestamp'1970-01-01 00:00:00',"
            + " utc_timestamp(6))), 14, '0'), lpad(hex(uuid_short()), 16, '0'))";

    private final MySqlVariant variant;

    MySqlChangeLog(MySqlVariant variant) {
        this.variant = variant;
    }

    /** No counter of {@code auto_increment}: {@code last_insert_id()} of the business session must stay its own. */
    @Override
    public List<String> createTables(Connection connection, LogTables log) {
        String text = "character set utf8mb4 collate " + variant.exactCollation();
        String options = " engine = InnoDB default " + text;
        String id = "char(30) character set ascii collate ascii_bin not null";
        List<String> statements = new ArrayList<>(List.of(
                """
                create table if not exists %s (
                    id %s default (%s),
                    source_id integer not null,
                    row_key longtext not null,
                    changed_at datetime(6) not null default (utc_timestamp(6)),
                    primary key (id)
                )%s""".formatted(log.entries(), id, NEW_ID, options),
                """
                create table if not exists %s (
                    consumer varchar(100) not null,
                    id %s,
                    source_id integer not null,
                    row_key longtext not null,
                    changed_at datetime(6) not null,
                    climbed_to longtext,
                    primary key (consumer, id)
                )%s""".formatted(log.copies(), id, options),
                """
                create table if not exists %s (
                    consumer varchar(100) not null,
                    incarnation varchar(100) not null,
                    previous varchar(100) not null,
                    confirmed boolean not null,
                    graph varchar(100) not null,
                    trigger_state varchar(100) not null,
                    anchor %s,
                    began_at datetime(6) not null default (utc_timestamp(6)),
                    settled varchar(100) not null default '',
                    primary key (consumer)
                )%s""".formatted(log.consumers(), id, options)));
        if (variant == MySqlVariant.MARIADB) {
            // MySQL cannot add a column if there is none; it has had this one from the beginning.
            statements.add(settled(log, ""));
        }
        return statements;
    }

    // --- triggers

    @Override
    public List<String> createTriggers(Connection connection, LogTables log, LoggedTable table) throws SQLException {
        Map<String, MySqlTrigger> wanted = new LinkedHashMap<>();
        for (String column : table.columns()) {
            wanted(connection, log, table, column).forEach(trigger -> wanted.put(trigger.name(), trigger));
        }
        Set<String> schemas = schemas(wanted.values());
        List<String> statements = new ArrayList<>();
        for (Found found : found(connection, schemas, new MySqlLogTriggers(variant, log, table).prefix())) {
            if (!wanted.containsKey(found.name())) {
                statements.add("drop trigger if exists " + MySqlTrigger.quote(found.schema()) + "."
                        + MySqlTrigger.quote(found.name()));
            }
        }
        for (MySqlTrigger trigger : wanted.values()) {
            statements.add(trigger.drop());
            statements.add(trigger.create());
        }
        return statements;
    }

    private List<MySqlTrigger> wanted(Connection connection, LogTables log, LoggedTable table, String column)
            throws SQLException {
        MySqlLogTriggers triggers = new MySqlLogTriggers(variant, log, table);
        List<MySqlTrigger> wanted = new ArrayList<>(triggers.own(column));
        wanted.addAll(triggers.following(column, new MySqlCascades(connection).pathsTo(table.sql())));
        return wanted;
    }

    private static Set<String> schemas(Collection<MySqlTrigger> triggers) {
        Set<String> schemas = new LinkedHashSet<>();
        triggers.forEach(trigger -> schemas.add(MySqlTrigger.schema(trigger.table())));
        return schemas;
    }

    /** By what they do, as names may be those of another log. */
    @Override
    public List<String> dropTriggers(Connection connection, LogTables log) throws SQLException {
        String sql = "select trigger_schema, trigger_name from information_schema.triggers where left(trigger_name, "
                + MySqlLogTriggers.PREFIX.length() + ") = ? and locate(?, action_statement) = 1 order by 1, 2";
        List<String> statements = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, MySqlLogTriggers.PREFIX);
            statement.setString(2, "insert into " + log.entries() + " ");
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    statements.add("drop trigger if exists " + MySqlTrigger.quote(found.getString(1)) + "."
                            + MySqlTrigger.quote(found.getString(2)));
                }
            }
        }
        return statements;
    }

    // --- looking

    @Override
    public boolean hasTables(Connection connection, LogTables log) throws SQLException {
        String sql =
                "select count(*) from information_schema.columns where table_schema = ? and (table_name, column_name)"
                        + " in (('stocktake_change', 'id'), ('stocktake_change_copy', 'id'), ('stocktake_change_consumer', 'settled'))";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, MySqlTrigger.schema(log.entries()));
            try (ResultSet answer = statement.executeQuery()) {
                return answer.next() && answer.getInt(1) == 3;
            }
        }
    }

    /** A trigger that is there. */
    private record Found(String schema, String name, String table, String moment, String statement, String version) {

        boolean is(MySqlTrigger trigger) {
            return table.equals(MySqlTrigger.table(trigger.table()))
                    && moment.equals(trigger.moment())
                    && statement.strip().equals(trigger.statement());
        }
    }

    private static List<Found> found(Connection connection, Set<String> schemas, String prefix) throws SQLException {
        String sql = "select trigger_name, event_object_table, concat(action_timing, ' ', event_manipulation),"
                + " action_statement, concat(definer, ' ', created) from information_schema.triggers"
                + " where event_object_schema = ? and left(trigger_name, " + prefix.length() + ") = ? order by 1";
        List<Found> all = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (String schema : schemas) {
                statement.setString(1, schema);
                statement.setString(2, prefix);
                try (ResultSet found = statement.executeQuery()) {
                    while (found.next()) {
                        all.add(new Found(
                                schema,
                                found.getString(1),
                                found.getString(2),
                                found.getString(3).toLowerCase(Locale.ROOT),
                                found.getString(4),
                                found.getString(5)));
                    }
                }
            }
        }
        return all;
    }

    @Override
    public List<State> states(Connection connection, LogTables log, List<LoggedTable> tables) throws SQLException {
        List<State> states = new ArrayList<>();
        for (LoggedTable table : tables) {
            states.add(state(connection, log, table));
        }
        return states;
    }

    private State state(Connection connection, LogTables log, LoggedTable table) throws SQLException {
        Optional<String> unfit = unfit(connection, table);
        if (unfit.isPresent()) {
            return new State(table.sql(), table.name(), false, List.of(unfit.get()), null);
        }
        MySqlLogTriggers triggers = new MySqlLogTriggers(variant, log, table);
        Set<String> own = Set.of(MySqlTrigger.schema(table.sql()));
        List<Found> onTable = found(connection, own, triggers.prefix());
        List<String> logged = table.existing().stream()
                .filter(column -> triggers.own(column).stream().anyMatch(trigger -> named(onTable, trigger)))
                .toList();
        if (logged.isEmpty()) {
            return new State(
                    table.sql(),
                    table.name(),
                    false,
                    List.of("has no trigger for its changes, or none that this user may see, which needs the right"
                            + " TRIGGER on it"),
                    null);
        }
        Set<String> problems = new LinkedHashSet<>();
        for (String column : table.columns()) {
            if (logged.contains(column)) {
                problems.addAll(problems(connection, wanted(connection, log, table, column), triggers.prefix()));
            }
        }
        TriggerNote note = new TriggerNote(TriggerNote.VERSION, table.sql(), logged, log.schema(), "");
        return new State(table.sql(), table.name(), false, List.copyOf(problems), note);
    }

    private static boolean named(List<Found> found, MySqlTrigger trigger) {
        return found.stream()
                .anyMatch(one ->
                        one.name().equals(trigger.name()) && one.table().equals(MySqlTrigger.table(trigger.table())));
    }

    private static List<String> problems(Connection connection, List<MySqlTrigger> wanted, String prefix)
            throws SQLException {
        List<Found> there = found(connection, schemas(wanted), prefix);
        List<String> problems = new ArrayList<>();
        for (MySqlTrigger trigger : wanted) {
            if (!named(there, trigger)) {
                problems.add("has no trigger " + trigger.purpose());
            } else if (there.stream().noneMatch(one -> one.name().equals(trigger.name()) && one.is(trigger))) {
                problems.add("has another trigger '" + trigger.name() + "' than the one that is needed "
                        + trigger.purpose());
            }
        }
        return problems;
    }

    /** Why its changes cannot be logged. */
    private static Optional<String> unfit(Connection connection, LoggedTable table) throws SQLException {
        String sql = "select table_type, coalesce(engine, '') from information_schema.tables"
                + " where table_schema = ? and table_name = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, MySqlTrigger.schema(table.sql()));
            statement.setString(2, MySqlTrigger.table(table.sql()));
            try (ResultSet found = statement.executeQuery()) {
                if (found.next() && !found.getString(1).contains("VIEW")) {
                    return found.getString(2).equals("InnoDB")
                            ? Optional.empty()
                            : Optional.of(
                                    "is kept by the engine " + found.getString(2) + ", which has no transactions,"
                                            + " so that a change may stay whose entry is rolled back; alter it to engine = InnoDB");
                }
                return Optional.of(
                        "is not a table (a view, say), so it can have no trigger; name the tables behind it");
            }
        }
    }

    /**
     * A trigger that was made anew has a new time, to a hundredth of a second. It is told in the zone of the session, which
     * in one hour of the year says two times alike.
     */
    @Override
    public String signature(Connection connection, LogTables log, List<LoggedTable> tables) throws SQLException {
        Set<String> schemas = new LinkedHashSet<>();
        tables.forEach(table -> schemas.add(MySqlTrigger.schema(table.sql())));
        TreeSet<String> lines = new TreeSet<>();
        Dialect.Undo undo = MySqlSession.set(connection, List.of(new MySqlSession.Setting("time_zone", "'+00:00'")));
        try {
            List<String> prefixes = tables.stream()
                    .map(table -> new MySqlLogTriggers(variant, log, table).prefix())
                    .toList();
            for (Found found : found(connection, schemas, MySqlLogTriggers.PREFIX)) {
                if (prefixes.stream().anyMatch(found.name()::startsWith)) {
                    lines.add(found.toString());
                }
            }
        } finally {
            undo.run();
        }
        return UUID.nameUUIDFromBytes(String.join("\n", lines).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    // --- words

    /** In one order, so that two who take the same wait instead of deadlocking. */
    @Override
    public String lockEntries(Dialect dialect, LogTables log, int count) {
        return "select t.id from " + byId(log.entries(), "") + " order by t.id for update";
    }

    @Override
    public String deleteEntries(Dialect dialect, LogTables log, int count) {
        return "delete t from " + byId(log.entries(), "");
    }

    @Override
    public String deleteCopies(Dialect dialect, LogTables log, int count) {
        return "delete t from " + byId(log.copies(), " and t.consumer = ?");
    }

    /** One look-up for each id, whatever statistics say: a small table would be looked through, and each of its rows locked. */
    private static String byId(String table, String condition) {
        return "json_table(?, '$[*]' columns (id char(30) character set ascii collate ascii_bin path '$')) i straight_join "
                + table + " t force index (primary) on t.id = i.id" + condition;
    }

    @Override
    public int bindEntries(Dialect dialect, PreparedStatement statement, List<Object> ids) throws SQLException {
        String array = ids.stream().map(id -> "\"" + id + "\"").sorted().collect(Collectors.joining(", ", "[", "]"));
        statement.setString(1, array);
        return 2;
    }

    @Override
    public KeyType idType() {
        return new KeyType(KeyType.Kind.TEXT, "text");
    }

    @Override
    public Optional<String> newId() {
        return Optional.of(NEW_ID);
    }

    @Override
    public String now() {
        return "utc_timestamp(6)";
    }

    @Override
    public String chance() {
        return "uuid()";
    }

    @Override
    public List<String> blindSpots() {
        return List.of(
                "Change log: " + variant.productName() + " fires no trigger for TRUNCATE, for partitions that are"
                        + " dropped or exchanged, and for rows that replication applies to this database; a foreign key that was"
                        + " made after the triggers is seen by verify()");
    }
}
