package dev.stocktake.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.sql.SQLException;
import java.util.List;
import java.util.function.ToLongFunction;

/** Reads every clock and counter there is, before and after. */
final class Meter {

    private final OperatingSystemMXBean process = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private final Postgres server;
    private final Sink sink;
    private final List<Database> sources;
    private final List<Database> ledgers;

    /**
     * @param sources the pools that products are read through
     * @param ledgers the pools that ledgers use
     */
    Meter(Postgres server, Sink sink, List<Database> sources, List<Database> ledgers) {
        this.server = server;
        this.sink = sink;
        this.sources = List.copyOf(sources);
        this.ledgers = List.copyOf(ledgers);
    }

    Measured measure(Contestant contestant) throws SQLException {
        Measured sum = Measured.NOTHING;
        for (int time = 0; time < contestant.repeats(); time++) {
            sum = sum.plus(once(contestant));
        }
        return sum;
    }

    private Measured once(Contestant contestant) throws SQLException {
        contestant.prepare();
        Measured before = now();
        long from = System.nanoTime();
        contestant.run();
        long wall = System.nanoTime() - from;
        return now().minus(before).withWall(wall);
    }

    private Measured now() throws SQLException {
        long ledger = 0;
        for (Database database : ledgers) {
            ledger += database.cpuNanos();
        }
        return new Measured(
                0,
                process.getProcessCpuTime(),
                server.cpuNanos(),
                ledger,
                sink.cpuNanos(),
                sum(Database::statements),
                sum(Database::commits),
                sink.counted());
    }

    private long sum(ToLongFunction<Database> counter) {
        return sources.stream().mapToLong(counter).sum()
                + ledgers.stream().mapToLong(counter).sum();
    }
}
