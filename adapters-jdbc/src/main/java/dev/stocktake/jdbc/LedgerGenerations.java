package dev.stocktake.jdbc;

import dev.stocktake.Generation;
import dev.stocktake.IndexIdentity;
import dev.stocktake.ProductKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The contents of an index and how far each was walked. */
final class LedgerGenerations {

    private static final String OPEN = """
            select generation, state, content_identity, frontier_key, frontier_ended, frontier_forced, walk_token, walk_owed
            from stocktake_generation where index_name = ? and state <> 'RETIRED' order by generation""";

    private static final String INSERT = """
            insert into stocktake_generation (index_name, state, content_identity, frontier_key, frontier_ended,
                frontier_forced, walk_token, walk_owed)
            values (?, 'LIVE', ?, null, false, false, {token}, true)""";

    private static final String ADOPT = """
            update stocktake_generation set content_identity = ?
            where generation = ? and index_name = ? and state <> 'RETIRED'""";

    /** The new token also stops a claim whose page of keys was read before. */
    private static final String RESTART = """
            update stocktake_generation set frontier_forced = (cast(? as boolean) or (frontier_forced and not frontier_ended)),
                frontier_key = null, frontier_ended = false, walk_token = {token}, walk_owed = true
            where index_name = ? and state <> 'RETIRED'""";

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
                row.getBoolean("walk_owed") ? row.getLong("walk_token") : 0);
    }

    /** Opens the first generation, which is live at once. */
    void create(IndexIdentity identity) {
        sql.update(INSERT, sql.index(), identity.value());
    }

    boolean adopt(long generation, IndexIdentity identity) {
        return sql.update(ADOPT, identity.value(), generation, sql.index()) == 1;
    }

    /** All frontiers return to their start, and a walk over the index's ids is owed (A2). */
    void restart(boolean forced) {
        sql.update(RESTART, forced, sql.index());
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
