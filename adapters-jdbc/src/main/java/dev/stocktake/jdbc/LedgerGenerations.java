package dev.stocktake.jdbc;

import dev.stocktake.Generation;
import dev.stocktake.IndexIdentity;
import dev.stocktake.ProductKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The contents of an index and how far each was walked. */
final class LedgerGenerations {

    private static final String FOUND = """
            select g.generation, g.state, g.content_identity, g.frontier_key, g.frontier_ended, g.frontier_forced,
                g.walk_token, g.walk_owed, b.label, coalesce(b.unsettled, 0) as unsettled
            from stocktake_generation g left join stocktake_build b on b.generation = g.generation
            where g.index_name = ? and g.state %s order by g.generation""";

    private static final String OPEN = FOUND.formatted("<> 'RETIRED'");

    private static final String RETIRED = FOUND.formatted("= 'RETIRED'") + " desc";

    private static final String INSERT = """
            insert into stocktake_generation (index_name, state, content_identity, frontier_key, frontier_ended,
                frontier_forced, walk_token, walk_owed)
            values (?, ?, ?, null, false, false, {token}, ?)""";

    private static final String NEWEST = "select max(generation) from stocktake_generation where index_name = ?";

    private static final String PLACE = "insert into stocktake_build (generation, label, unsettled) values (?, ?, 0)";

    /** Parameters: the label, twice how long a swap is unsettled: less than 0 for as it is, 0 for not at all. */
    private static final String MOVE = """
            update stocktake_build set label = ?,
                unsettled = case when ? < 0 then unsettled when ? = 0 then 0 else {now} + ? end
            where generation = ?""";

    private static final String BECOME =
            "update stocktake_generation set state = ? where generation = ? and index_name = ?";

    private static final List<String> FORGET = List.of(
            "delete from stocktake_build where generation = ?",
            "delete from stocktake_generation where generation = ?");

    private static final String ADOPT = """
            update stocktake_generation set content_identity = ?
            where generation = ? and index_name = ? and state <> 'RETIRED'""";

    /** The new token also stops a claim whose page of keys was read before. */
    private static final String RESTART = """
            update stocktake_generation set frontier_forced = (cast(? as boolean) or (frontier_forced and not frontier_ended)),
                frontier_key = null, frontier_ended = false, walk_token = {token}, walk_owed = true
            where index_name = ? and state <> 'RETIRED' and (? = 0 or generation = ?)""";

    /** Not if everything was marked since the page was read: the page may lack the very product that was missed. */
    private static final String ADVANCE = """
            update stocktake_generation set frontier_key = cast(? as varchar(400)), frontier_ended = ?
            where generation = ? and index_name = ? and state in ('BUILDING', 'LIVE')
              and not frontier_ended and frontier_forced = ?
              and coalesce(frontier_key, '') = ? and case when walk_owed then walk_token else 0 end = ?""";

    private static final String OWE = """
            update stocktake_generation set walk_token = {token}, walk_owed = true
            where index_name = ? and state <> 'RETIRED'""";

    private static final String WALKED = """
            update stocktake_generation set walk_owed = false
            where generation = ? and index_name = ? and walk_owed and walk_token = ?""";

    private final LedgerSql sql;

    LedgerGenerations(LedgerSql sql) {
        this.sql = sql;
    }

    List<Generation> open() {
        return sql.list(OPEN, LedgerGenerations::read, sql.index());
    }

    /** The last first. */
    List<Generation> retired() {
        return sql.list(RETIRED, LedgerGenerations::read, sql.index());
    }

    /** R11. */
    boolean isAnySwapping() {
        return open().stream().anyMatch(generation -> generation.state() == Generation.State.SWAPPING);
    }

    Optional<Generation> live() {
        return open().stream()
                .filter(generation -> generation.state() == Generation.State.LIVE)
                .findFirst();
    }

    private static Generation read(ResultSet row) throws SQLException {
        String after = row.getString("frontier_key");
        Generation.Frontier frontier = new Generation.Frontier(
                after == null ? null : new ProductKey(after),
                row.getBoolean("frontier_ended"),
                row.getBoolean("frontier_forced"));
        return new Generation(
                row.getLong("generation"),
                Generation.State.valueOf(row.getString("state")),
                new IndexIdentity(row.getString("content_identity")),
                frontier,
                row.getBoolean("walk_owed") ? row.getLong("walk_token") : 0,
                row.getString("label"),
                Micros.orNull(row.getLong("unsettled")));
    }

    /** Opens the first generation, which is live at once. */
    void create(IndexIdentity identity) {
        sql.update(INSERT, sql.index(), Generation.State.LIVE.name(), identity.value(), true);
    }

    /** Opens one beside the live one. */
    void create(IndexIdentity identity, String label) {
        sql.update(INSERT, sql.index(), Generation.State.BUILDING.name(), identity.value(), false);
        sql.update(PLACE, sql.number(NEWEST, sql.index()), label);
    }

    /** Only under the lane's lock, and after its state was compared. */
    void become(long generation, Generation.State state) {
        sql.update(BECOME, state.name(), generation, sql.index());
    }

    /**
     * Where a generation stands from now on.
     *
     * @param unsettled how long a swap may be on its way from now on, zero if none is, null for as long as it was before
     */
    void move(long generation, @Nullable String label, @Nullable Duration unsettled) {
        long time = unsettled == null ? -1 : Micros.of(unsettled);
        if (sql.update(MOVE, label, time, time, time, generation) == 0) {
            sql.update(PLACE, generation, label);
            sql.update(MOVE, label, time, time, time, generation);
        }
    }

    void forget(long generation) {
        FORGET.forEach(template -> sql.update(template, generation));
    }

    boolean adopt(long generation, IndexIdentity identity) {
        return sql.update(ADOPT, identity.value(), generation, sql.index()) == 1;
    }

    /**
     * Frontiers return to their start, and walks over the index's ids are owed (A2).
     *
     * @param generation the only one; 0 for all
     * @return how many
     */
    int restart(boolean forced, long generation) {
        return sql.update(RESTART, forced, sql.index(), generation, generation);
    }

    /** Moves the frontier from where it was seen (A1); false if it is not there any more. */
    boolean advance(Generation seen, @Nullable ProductKey to, boolean end) {
        @Nullable ProductKey from = seen.frontier().after();
        ProductKey last = to == null ? from : to;
        return sql.update(
                        ADVANCE,
                        last == null ? null : last.value(),
                        end,
                        seen.number(),
                        sql.index(),
                        seen.frontier().forced(),
                        from == null ? "" : from.value(),
                        seen.owedWalk())
                == 1;
    }

    /** A walk over the index's ids is owed, whatever else is true. */
    void oweWalk() {
        sql.update(OWE, sql.index());
    }

    boolean walked(long generation, long owedWalk) {
        return sql.update(WALKED, generation, sql.index(), owedWalk) == 1;
    }
}
