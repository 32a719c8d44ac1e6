package dev.stocktake.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL 12 and later: triggers for each statement, one for each event, as only such may see all its rows at once. They
 * fire always, also in a session that replicates.
 */
final class PostgresChangeLog implements ChangeLogDialect {

    private static final List<String> EVENTS = List.of("insert", "update", "delete", "truncate");

    /** Tables, their partitions and children, and our triggers on them. The parameter: the tables. */
    private static final String TRIGGERS = """
            with recursive relation(declared, oid) as (
                select s, to_regclass(s)::oid from unnest(cast(? as text[])) s
                union select r.declared, i.inhrelid from relation r join pg_inherits i on i.inhparent = r.oid)
            select r.declared, r.oid::regclass::text as name, c.relkind::text as kind, t.tgname::text as trigger,
                t.tgenabled::text as enabled, obj_description(p.oid, 'pg_proc') as note,
                r.oid <> to_regclass(r.declared) as part, concat_ws(':', r.oid, t.oid, t.xmin, t.tgenabled, p.oid, p.xmin) as version
            from relation r join pg_class c on c.oid = r.oid
            left join (pg_trigger t join pg_proc p on p.oid = t.tgfoid and p.pronamespace = to_regnamespace(?))
                on t.tgrelid = r.oid and not t.tgisinternal and t.tgname like 'stocktake\\_change\\_%'
            """;

    /** The first version with {@code uuidv7()}, which costs a tenth less of the whole trigger. */
    private static final int MAKES_IDS = 18;

    /**
     * An id is made of the time and of chance, so that entries lie in the order in which they were made without a sequence:
     * the business transaction's {@code lastval()} must stay its own.
     */
    @Override
    public List<String> createTables(Connection connection, LogTables log) throws SQLException {
        String id = connection.getMetaData().getDatabaseMajorVersion() >= MAKES_IDS
                ? "uuidv7()"
                : "encode(int8send((date_part('epoch', clock_timestamp()) * 1000000)::int8)"
                        + " || int8send((random() * 9007199254740992)::int8), 'hex')::uuid";
        return List.of(
                """
                create table if not exists %s (
                    id uuid not null default %s,
                    source_id integer not null,
                    row_key text collate "C" not null,
                    changed_at timestamptz not null default clock_timestamp(),
                    primary key (id)
                ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)""".formatted(log.entries(), id),
                """
                create table if not exists %s (
                    consumer text collate "C" not null,
                    id uuid not null,
                    source_id integer not null,
                    row_key text collate "C" not null,
                    changed_at timestamptz not null,
                    climbed_to text collate "C",
                    primary key (consumer, id)
                ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)""".formatted(log.copies()),
                """
                create table if not exists %s (
                    consumer text collate "C" not null,
                    incarnation text not null,
                    previous text not null,
                    confirmed boolean not null,
                    graph text not null,
                    trigger_state text not null,
                    anchor uuid not null,
                    began_at timestamptz not null default clock_timestamp(),
                    primary key (consumer)
                )""".formatted(log.consumers()),
                settled(log, " collate \"C\""));
    }

    @Override
    public void lock(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("select pg_advisory_xact_lock(hashtext('dev.stocktake.jdbc.ChangeLog'))");
        }
    }

    // --- triggers

    @Override
    public List<String> createTriggers(Connection connection, LogTables log, LoggedTable table) throws SQLException {
        boolean bringsCode = bringsCode(connection, table);
        String note = TriggerNote.of(table, log, "").text().replace("'", "''");
        List<String> relations = relations(connection, table);
        List<String> statements = new ArrayList<>();
        for (String event : EVENTS) {
            String function = log.schema() + ".stocktake_change_" + table.id() + "_" + event;
            statements.add(function(function, insert(event, log, table), bringsCode));
            statements.add("revoke all on function " + function + "() from public");
            statements.add("comment on function " + function + "() is '" + note + "'");
            relations.forEach(relation -> statements.addAll(trigger(event, relation, function)));
        }
        return statements;
    }

    private List<String> relations(Connection connection, LoggedTable table) throws SQLException {
        return rows(connection, new LogTables("\"pg_catalog\""), List.of(table)).stream()
                .map(Row::relation)
                .distinct()
                .toList();
    }

    private static List<String> trigger(String event, String relation, String function) {
        String name = "stocktake_change_" + event;
        String seen = switch (event) {
            case "insert" -> " referencing new table as stocktake_new";
            case "update" -> " referencing old table as stocktake_old new table as stocktake_new";
            case "delete" -> " referencing old table as stocktake_old";
            default -> "";
        };
        return List.of(
                "drop trigger if exists " + name + " on " + relation,
                "create trigger " + name + " after " + event + " on " + relation + seen
                        + " for each statement execute function " + function + "()",
                "alter table only " + relation + " enable always trigger " + name);
    }

    /** Whether the type of a key is somebody's own: to write it as text may then run a function of theirs. */
    private static boolean bringsCode(Connection connection, LoggedTable table) throws SQLException {
        String sql = "select count(*) from pg_attribute a join pg_type t on t.oid = a.atttypid"
                + " where a.attrelid = to_regclass(?) and '\"' || replace(a.attname, '\"', '\"\"') || '\"' = any (?)"
                + " and t.typnamespace <> 'pg_catalog'::regnamespace";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, table.sql());
            statement.setArray(
                    2, connection.createArrayOf("text", table.columns().toArray()));
            try (ResultSet answer = statement.executeQuery()) {
                return answer.next() && answer.getInt(1) > 0;
            }
        }
    }

    /**
     * With its owner's rights, so that nobody who edits the shop needs any on the log. Every name in it is qualified, the
     * operators' too, so that whoever writes to the shop cannot slip in others by a search path. To fix the path besides
     * costs each statement more than the rest of the set-up, so that is done only where code of others may run. Each event has
     * a function of its own, as in every transaction PL/pgSQL prepares anew each expression that it meets.
     */
    private static String function(String name, String insert, boolean fixPath) {
        return """
                create or replace function %s() returns trigger
                language plpgsql security definer%s as $stocktake$
                begin
                    %s;
                    return null;
                end
                $stocktake$""".formatted(name, fixPath ? " set search_path = pg_catalog, pg_temp" : "", insert);
    }

    private static String insert(String event, LogTables log, LoggedTable table) {
        return "insert into " + log.entries() + " (source_id, row_key)\n        "
                + switch (event) {
                    case "insert" -> keys(table, List.of("stocktake_new"));
                    case "update" -> keys(table, List.of("stocktake_new", "stocktake_old"));
                    case "delete" -> keys(table, List.of("stocktake_old"));
                    default -> "values (" + EVERYTHING + ", pg_catalog.concat(tg_table_schema, '.', tg_table_name))";
                };
    }

    private static String keys(LoggedTable table, List<String> images) {
        String keys = table.columns().stream()
                .flatMap(column -> images.stream()
                        .map(image -> "select " + table.source(column) + ", " + key(column) + " from " + image
                                + " r where r." + column + " is not null"))
                .collect(Collectors.joining("\n        union "));
        return table.columns().size() * images.size() == 1 ? keys.replaceFirst("select", "select distinct") : keys;
    }

    private static String key(String column) {
        return "(r." + column + ")::pg_catalog.text collate pg_catalog.\"C\"";
    }

    @Override
    public List<String> dropTriggers(Connection connection, LogTables log) throws SQLException {
        String sql = "select p.oid::regprocedure::text, t.tgrelid::regclass::text, quote_ident(t.tgname),"
                + " obj_description(p.oid, 'pg_proc') from pg_proc p left join pg_trigger t on t.tgfoid = p.oid"
                + " where p.pronamespace = to_regnamespace(?) and p.proname like 'stocktake\\_change\\_%' order by 1, 2, 3";
        List<String> triggers = new ArrayList<>();
        List<String> functions = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, log.schema());
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    if (TriggerNote.parse(found.getString(4)).isPresent()) {
                        functions.add("drop function if exists " + found.getString(1));
                        if (found.getString(2) != null) {
                            triggers.add("drop trigger if exists " + found.getString(3) + " on " + found.getString(2));
                        }
                    }
                }
            }
        }
        triggers.addAll(functions.stream().distinct().toList());
        return triggers;
    }

    // --- looking

    @Override
    public boolean hasTables(Connection connection, LogTables log) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "select to_regclass(?) is not null and to_regclass(?) is not null and exists (select 1 from pg_attribute a"
                        + " where a.attrelid = to_regclass(?) and a.attname = 'settled' and not a.attisdropped)")) {
            statement.setString(1, log.entries());
            statement.setString(2, log.copies());
            statement.setString(3, log.consumers());
            try (ResultSet answer = statement.executeQuery()) {
                return answer.next() && answer.getBoolean(1);
            }
        }
    }

    /** A relation and one of its triggers, if it has any. */
    private record Row(
            String table,
            String relation,
            String kind,
            @Nullable String trigger,
            @Nullable String enabled,
            @Nullable String note,
            boolean part) {}

    private static List<Row> rows(Connection connection, LogTables log, List<LoggedTable> tables) throws SQLException {
        List<Row> rows = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(TRIGGERS + " order by r.declared, 2, 4")) {
            bind(statement, log, tables);
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    rows.add(new Row(
                            found.getString(1),
                            found.getString(2),
                            found.getString(3),
                            found.getString(4),
                            found.getString(5),
                            found.getString(6),
                            found.getBoolean(7)));
                }
            }
        }
        return rows;
    }

    private static void bind(PreparedStatement statement, LogTables log, List<LoggedTable> tables) throws SQLException {
        Object[] names = tables.stream().map(LoggedTable::sql).toArray();
        statement.setArray(1, statement.getConnection().createArrayOf("text", names));
        statement.setString(2, log.schema());
    }

    @Override
    public List<State> states(Connection connection, LogTables log, List<LoggedTable> tables) throws SQLException {
        Map<String, List<Row>> relations = new LinkedHashMap<>();
        for (Row row : rows(connection, log, tables)) {
            relations
                    .computeIfAbsent(row.table() + " " + row.relation(), key -> new ArrayList<>())
                    .add(row);
        }
        return relations.values().stream().map(PostgresChangeLog::state).toList();
    }

    private static State state(List<Row> rows) {
        Row first = rows.get(0);
        List<String> problems = new ArrayList<>();
        if (!List.of("r", "p").contains(first.kind())) {
            problems.add("is not a table (a view, say), so it can have no trigger; name the tables behind it");
            return new State(first.table(), first.relation(), first.part(), problems, null);
        }
        for (String event : EVENTS) {
            Optional<Row> trigger = rows.stream()
                    .filter(row -> ("stocktake_change_" + event).equals(row.trigger()))
                    .findFirst();
            if (trigger.isEmpty()) {
                problems.add("has no trigger for " + event);
            } else if ("O".equals(trigger.get().enabled())) {
                problems.add(
                        "has its trigger for " + event + " enabled, but not always (as after 'enable trigger all'), so"
                                + " it does not fire for sessions that replicate");
            } else if (!"A".equals(trigger.get().enabled())) {
                problems.add("has its trigger for " + event + " disabled");
            }
        }
        return new State(first.table(), first.relation(), first.part(), problems, oldestNote(rows));
    }

    /** Null if one of the triggers has none. */
    private static @Nullable TriggerNote oldestNote(List<Row> rows) {
        List<Optional<TriggerNote>> notes = rows.stream()
                .filter(row -> row.trigger() != null)
                .map(row -> TriggerNote.parse(row.note()))
                .toList();
        return notes.stream().anyMatch(Optional::isEmpty)
                ? null
                : notes.stream()
                        .flatMap(Optional::stream)
                        .min(Comparator.comparingInt(TriggerNote::stocktakeChangeLog))
                        .orElse(null);
    }

    /** Whatever is done to a trigger makes a new version of its row in the catalog, even if it is taken back. */
    @Override
    public String signature(Connection connection, LogTables log, List<LoggedTable> tables) throws SQLException {
        String sql =
                "select md5(coalesce(string_agg(v.version, ',' order by v.version), '')) from (" + TRIGGERS + ") v";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, log, tables);
            try (ResultSet answer = statement.executeQuery()) {
                answer.next();
                return answer.getString(1);
            }
        }
    }

    @Override
    public KeyType idType() {
        return new KeyType(KeyType.Kind.UUID, "uuid");
    }

    @Override
    public String now() {
        return "clock_timestamp()";
    }

    @Override
    public String chance() {
        return "md5(random()::text || clock_timestamp()::text || pg_backend_pid()::text)";
    }

    @Override
    public List<String> blindSpots() {
        return List.of("Change log: what logical replication applies to this database, and what a restore loads while"
                + " triggers are not there yet, is not seen");
    }
}
