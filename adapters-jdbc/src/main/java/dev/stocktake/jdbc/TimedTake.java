package dev.stocktake.jdbc;

import dev.stocktake.Intake;
import dev.stocktake.jdbc.TimedCursor.Part;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One take of a {@link TimedFeed}: asks for the windows that are due until enough products are named. */
final class TimedTake {

    private final Database.Session session;
    private final TimedFeed.Asked query;
    private final Horizon horizon;
    private final Duration overlap;
    private final int limit;
    private final Named products = new Named();

    TimedTake(Database.Session session, TimedFeed.Asked query, Horizon horizon, Duration overlap, int limit) {
        this.session = session;
        this.query = query;
        this.horizon = horizon;
        this.overlap = overlap;
        this.limit = limit;
    }

    /**
     * What was taken.
     *
     * @param reached where the next take goes on
     */
    record Taken(Intake intake, TimedCursor reached) {}

    /** What passed before is the first walk's; but what is committed late may have passed already. */
    TimedCursor begin() {
        return new TimedCursor(horizon.now(), horizon.oldest().minus(overlap), null);
    }

    /**
     * Goes on.
     *
     * @param saved what the last acknowledged intake returned
     * @param reached that, or where takes that found nothing have come since
     */
    Taken goOn(TimedCursor saved, TimedCursor reached) throws SQLException {
        TimedCursor at = reached;
        Part next = next(at);
        while (next != null && products.size() < limit) {
            at = ask(at, next);
            next = next(at);
        }
        boolean nothing = products.isEmpty() && saved.part() == null && at.part() == null;
        return nothing
                ? new Taken(products.upTo(null, false), at)
                : new Taken(products.upTo(at.text(), next != null), at);
    }

    /**
     * The window to ask for. Time that the database's clock took back passes again; what passed while it was ahead is not so
     * any more.
     */
    private @Nullable Part next(TimedCursor at) {
        Instant now = horizon.now();
        if (at.part() != null) {
            return at.part();
        }
        if (now.isBefore(at.asked())) {
            Instant settled = now.isBefore(at.settled()) ? now : at.settled();
            return new Part(new TimedWindow(now, at.asked()), now, settled, null);
        }
        if (now.isAfter(at.asked())) {
            return new Part(new TimedWindow(at.asked(), now), now, at.settled(), null);
        }
        Instant settled =
                horizon.blocked() ? at.settled() : earlier(horizon.oldest().minus(overlap), at.asked());
        return settled.isBefore(at.settled().plus(TimedFeed.step(overlap)))
                ? null
                : new Part(new TimedWindow(at.settled(), settled), at.asked(), settled, null);
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    private TimedCursor ask(TimedCursor at, Part part) throws SQLException {
        int rows = 0;
        int most = limit - products.size();
        @Nullable String last = part.after();
        try (PreparedStatement statement = session.connection().prepareStatement(query.page(last != null, most))) {
            statement.setFetchSize(most);
            int index = part.window().bind(statement, query.query().ends(), query.zone());
            if (last != null) {
                session.dialect()
                        .bindId(statement, index, query.type(), query.type().asRead(last));
            }
            try (ResultSet result = statement.executeQuery()) {
                for (; result.next(); rows++) {
                    last = result.getString(1);
                    products.add(query.type(), last, null, false);
                }
            }
        }
        return rows < most
                ? new TimedCursor(part.asked(), part.settled(), null)
                : new TimedCursor(
                        at.asked(), at.settled(), new Part(part.window(), part.asked(), part.settled(), last));
    }
}
