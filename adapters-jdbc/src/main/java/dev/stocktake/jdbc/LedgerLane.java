package dev.stocktake.jdbc;

import dev.stocktake.Lease;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The row that says who may write an index. Whoever changes the books under a lease locks it first and holds it to the end
 * of the transaction: so epochs are exact, and claims come one after the other. Marks do not touch it.
 */
final class LedgerLane {

    private static final String LOCK = "select holder, epoch from stocktake_lane where index_name = ? for update";

    private static final String CREATE = """
            insert into stocktake_lane (index_name, epoch, holder, held_until, audit_position)
            values (?, 0, '', 0, 0)""";

    /** A statement of its own after the lock, so that its clock is read after the waiting. */
    private static final String TAKE = """
            update stocktake_lane set epoch = epoch + 1, holder = ?, held_until = {now} + ?
            where index_name = ? and (holder = ? or held_until <= {now})""";

    private static final String EXTEND = "update stocktake_lane set held_until = {now} + ? where index_name = ?";

    private static final String END = "update stocktake_lane set held_until = 0 where index_name = ?";

    private static final String HOLDER =
            "select holder, epoch from stocktake_lane where index_name = ? and held_until > {now}";

    private static final String HELD_UNTIL =
            "select held_until from stocktake_lane where index_name = ? and held_until > {now}";

    private final LedgerSql sql;
    private @Nullable Lease locked;

    LedgerLane(LedgerSql sql) {
        this.sql = sql;
    }

    /**
     * Locks the lane; whether the lease is the current one, which from now on it stays. Epochs begin anew when somebody
     * empties the tables, so the holder is compared as well.
     */
    boolean lock(Lease lease) {
        return lease.index().equals(sql.index()) && lock() && lease.equals(locked);
    }

    private boolean lock() {
        if (locked == null) {
            locked = sql.one(LOCK, this::lease, sql.index()).orElse(null);
        }
        return locked != null;
    }

    private Lease lease(ResultSet row) throws SQLException {
        return new Lease(sql.index(), row.getString("holder"), row.getLong("epoch"));
    }

    /** A new epoch; empty if another holder has time left. */
    Optional<Lease> acquire(String holder, Duration time) {
        if (!lock()) {
            sql.update(CREATE, sql.index());
            lock();
        }
        if (sql.update(TAKE, holder, Micros.of(time), sql.index(), holder) == 0) {
            return Optional.empty();
        }
        locked = null;
        lock();
        return Optional.ofNullable(locked);
    }

    boolean renew(Lease lease, Duration time) {
        return lock(lease) && sql.update(EXTEND, Micros.of(time), sql.index()) == 1;
    }

    boolean release(Lease lease) {
        return lock(lease) && sql.update(END, sql.index()) == 1;
    }

    Optional<Lease> holder() {
        return sql.one(HOLDER, this::lease, sql.index());
    }

    Optional<Instant> heldUntil() {
        return sql.one(HELD_UNTIL, row -> Micros.instant(row.getLong(1)), sql.index());
    }

    long auditPosition() {
        return sql.one(
                        "select audit_position from stocktake_lane where index_name = ?",
                        row -> row.getLong(1),
                        sql.index())
                .orElse(0L);
    }

    /** Only under the lock. */
    void auditPosition(long position) {
        sql.update("update stocktake_lane set audit_position = ? where index_name = ?", position, sql.index());
    }
}
