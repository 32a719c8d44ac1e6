package dev.stocktake.integration;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Several people who edit a {@link BusyShop} by SQL at once, all the time, and tell nobody: inserts, updates, deletions,
 * re-parenting, renamed categories and ids, TRUNCATE, in transactions of one to five edits that stay open for a while and
 * are rolled back now and then. Values repeat. When the database is down they wait for it.
 */
final class BusyWriter implements AutoCloseable {

    /** A transaction that lost against another, or met a row that another has just removed. */
    private static final Set<String> LOST = Set.of("40001", "40P01", "55P03", "23503", "23505");

    /** In milliseconds. */
    private static final int LONGEST_PAUSE = 250;

    /**
     * So much may wait to be made true; then nobody edits until nearly nothing does. A shop that is edited faster than it can
     * be written never comes to rest, and on a machine that is busy enough every shop is one.
     */
    private static final int MOST_WAITING = 60;

    private static final int FEW_WAITING = 3;

    private static final String EVERYTHING = "everything";

    private final DataSource database;
    private final DataSource ledger;
    private final int products;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final ReentrantReadWriteLock pause = new ReentrantReadWriteLock(true);
    private final AtomicInteger variants = new AtomicInteger();
    private final AtomicInteger commits = new AtomicInteger();
    private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
    private final List<Thread> threads = new ArrayList<>();
    private final Map<Thread, Set<String>> open = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> edits = new ConcurrentHashMap<>();
    private volatile boolean enough;
    private volatile @Nullable Exception failure;

    /** An edit of a product inside a transaction. */
    private interface Edit {
        void of(Connection connection, Random random, String product) throws SQLException;
    }

    private record Kind(String name, int weight, Edit edit) {}

    private final List<Kind> kinds = List.of(
            new Kind("stock", 60, this::sell),
            new Kind("title", 10, this::retitle),
            new Kind("category renamed", 3, this::renameCategory),
            new Kind("category changed", 6, this::moveToCategory),
            new Kind("variant moved", 8, this::moveVariant),
            new Kind("product made or deleted", 10, this::makeOrDelete),
            new Kind("variant added or dropped", 8, this::addOrDropVariant),
            new Kind("tags", 8, this::tag),
            new Kind("draft", 6, this::draft),
            new Kind("id changed", 1, this::renumber),
            new Kind("tags truncated", 1, this::truncate),
            new Kind("bulk", 2, this::bulk));

    /**
     * @param ledger the ledger's database, to see how much waits
     * @param seed of the edits and their pauses
     */
    BusyWriter(DataSource database, DataSource ledger, int products, int writers, long seed) {
        this.database = database;
        this.ledger = ledger;
        this.products = products;
        Random seeds = new Random(seed);
        for (int i = 1; i <= writers; i++) {
            Random random = new Random(seeds.nextLong());
            Thread thread = new Thread(() -> work(random), "busy-writer-" + i);
            thread.setDaemon(true);
            threads.add(thread);
        }
        Thread pace = new Thread(this::pace, "busy-writers-pace");
        pace.setDaemon(true);
        threads.add(pace);
        threads.forEach(Thread::start);
    }

    /** What is edited from now on, or was being edited. */
    final class Watch implements AutoCloseable {

        private final Set<String> touched = ConcurrentHashMap.newKeySet();

        boolean touched(String product, String category) {
            return touched.contains(EVERYTHING)
                    || touched.contains(product)
                    || touched.contains("category " + category);
        }

        @Override
        public void close() {
            watches.remove(this);
        }
    }

    Watch watch() {
        Watch watch = new Watch();
        watches.add(watch);
        open.values().forEach(watch.touched::addAll);
        return watch;
    }

    /** Lets nobody begin until the answer is run, and waits for those who have begun. */
    Runnable pause() {
        pause.writeLock().lock();
        return pause.writeLock()::unlock;
    }

    int commits() {
        return commits.get();
    }

    /** How often each kind of edit was made; what was rolled back counts as well. */
    Map<String, AtomicInteger> edits() {
        return new TreeMap<>(edits);
    }

    /** Ends the edits; fails if a writer has. */
    @Override
    public void close() {
        stopped.countDown();
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the writers end", e);
        }
        if (failure != null) {
            throw new IllegalStateException("A writer failed", failure);
        }
    }

    // --- transactions

    private void work(Random random) {
        try {
            while (stopped.getCount() > 0) {
                session(random);
            }
        } catch (SQLException | InterruptedException | RuntimeException e) {
            failure = e;
        }
    }

    /** Until the connection breaks. */
    private void session(Random random) throws SQLException, InterruptedException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            update(connection, "set lock_timeout = 2000");
            connection.commit();
            while (!stopped.await(random.nextInt(LONGEST_PAUSE), TimeUnit.MILLISECONDS)) {
                if (enough) {
                    continue;
                }
                pause.readLock().lock();
                try {
                    transaction(connection, random);
                } finally {
                    pause.readLock().unlock();
                }
            }
        } catch (SQLException e) {
            String state = String.valueOf(e.getSQLState());
            if (!state.startsWith("08") && !state.startsWith("57P")) {
                throw e;
            }
            stopped.await(20, TimeUnit.MILLISECONDS);
        }
    }

    private void pace() {
        try {
            while (stopped.getCount() > 0) {
                look();
            }
        } catch (InterruptedException e) {
            failure = e;
        }
    }

    /** Until a connection breaks. */
    private void look() throws InterruptedException {
        try (Connection log = database.getConnection();
                Connection books = ledger.getConnection();
                PreparedStatement unread = log.prepareStatement("select count(*) from stocktake_change");
                PreparedStatement marks = books.prepareStatement("select count(*) from stocktake_mark")) {
            do {
                long waiting = count(unread) + count(marks);
                enough = waiting > (enough ? FEW_WAITING : MOST_WAITING);
            } while (!stopped.await(50, TimeUnit.MILLISECONDS));
        } catch (SQLException e) {
            // It crashes now and then.
            stopped.await(50, TimeUnit.MILLISECONDS);
        }
    }

    private static long count(PreparedStatement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery()) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private void transaction(Connection connection, Random random) throws SQLException {
        Set<String> touched = ConcurrentHashMap.newKeySet();
        open.put(Thread.currentThread(), touched);
        try {
            for (int i = random.nextInt(4); i >= 0; i--) {
                Kind kind = pick(random);
                kind.edit().of(connection, random, "p" + (1 + random.nextInt(products * 5 / 4)));
                edits.computeIfAbsent(kind.name(), name -> new AtomicInteger()).incrementAndGet();
            }
            if (random.nextInt(3) == 0) {
                run(connection, "select pg_sleep(?)", random.nextInt(60) / 1000.0);
            }
            if (random.nextInt(8) == 0) {
                connection.rollback();
            } else {
                connection.commit();
                commits.incrementAndGet();
            }
        } catch (SQLException e) {
            if (!LOST.contains(String.valueOf(e.getSQLState()))) {
                throw e;
            }
            connection.rollback();
        } finally {
            open.remove(Thread.currentThread());
        }
    }

    private Kind pick(Random random) {
        int left = random.nextInt(kinds.stream().mapToInt(Kind::weight).sum());
        for (Kind kind : kinds) {
            left -= kind.weight();
            if (left < 0) {
                return kind;
            }
        }
        throw new AssertionError();
    }

    /** Said before it is done, so that nobody sees it who was not told. */
    private void touch(String... names) {
        List<String> all = List.of(names);
        open.getOrDefault(Thread.currentThread(), new HashSet<>()).addAll(all);
        watches.forEach(watch -> watch.touched.addAll(all));
    }

    // --- edits

    /** Locks the variants, so that none moves away meanwhile. */
    private void sell(Connection connection, Random random, String product) throws SQLException {
        touch(product);
        for (String variant : texts(connection, "select id from variant where product_id = ? for share", product)) {
            run(
                    connection,
                    "update stock set quantity = ? where variant_id = ? and place = ?",
                    random.nextInt(4),
                    variant,
                    random.nextBoolean() ? "north" : "south");
        }
    }

    private void retitle(Connection connection, Random random, String product) throws SQLException {
        touch(product);
        run(connection, "update product set title = ? where id = ?", "Title " + random.nextInt(3), product);
    }

    private void renameCategory(Connection connection, Random random, String product) throws SQLException {
        String category = category(random);
        touch("category " + category);
        run(connection, "update category set name = ? where id = ?", "Name " + random.nextInt(3), category);
    }

    private void moveToCategory(Connection connection, Random random, String product) throws SQLException {
        touch(product);
        run(connection, "update product set category_id = ? where id = ?", category(random), product);
    }

    private static String category(Random random) {
        return "c" + (1 + random.nextInt(BusyShop.CATEGORIES));
    }

    private void moveVariant(Connection connection, Random random, String product) throws SQLException {
        String other = "p" + (1 + random.nextInt(products));
        touch(product, other);
        run(
                connection,
                "update variant set product_id = ? where id = (select id from variant where product_id = ? order by id"
                        + " limit 1 for update) and exists (select from product where id = ?)",
                other,
                product,
                other);
    }

    private void makeOrDelete(Connection connection, Random random, String product) throws SQLException {
        touch(product);
        if (run(connection, "delete from product where id = ?", product) == 0) {
            run(
                    connection,
                    "insert into product (id, title, category_id) values (?, ?, ?)",
                    product,
                    "Product " + random.nextInt(3),
                    category(random));
            addVariant(connection, product);
        }
    }

    private void addVariant(Connection connection, String product) throws SQLException {
        String variant = "v" + variants.incrementAndGet();
        run(connection, "insert into variant (id, product_id) values (?, ?)", variant, product);
        run(
                connection,
                "insert into stock (variant_id, place, quantity) values (?, 'north', 1), (?, 'south', 2)",
                variant,
                variant);
    }

    private void addOrDropVariant(Connection connection, Random random, String product) throws SQLException {
        touch(product);
        List<String> found = texts(connection, "select id from variant where product_id = ? for update", product);
        if (found.size() > 1) {
            run(connection, "delete from variant where id = ?", found.get(0));
        } else if (!texts(connection, "select id from product where id = ? for key share", product)
                .isEmpty()) {
            addVariant(connection, product);
        }
    }

    private void tag(Connection connection, Random random, String product) throws SQLException {
        touch(product);
        run(connection, "delete from product_tag where product_id = ?", product);
        for (String tag : List.of("new", "sale", "used")) {
            if (random.nextBoolean()) {
                run(
                        connection,
                        "insert into product_tag select id, ? from product where id = ? on conflict do nothing",
                        tag,
                        product);
            }
        }
    }

    private void draft(Connection connection, Random random, String product) throws SQLException {
        touch(product);
        run(connection, "update product set draft = ? where id = ?", random.nextInt(3) == 0, product);
    }

    private void renumber(Connection connection, Random random, String product) throws SQLException {
        String other = "p" + (1 + random.nextInt(products * 5 / 4));
        touch(product, other);
        run(
                connection,
                "update product set id = ? where id = ? and not exists (select from product where id = ?)",
                other,
                product,
                other);
    }

    private void truncate(Connection connection, Random random, String product) throws SQLException {
        if (random.nextInt(3) == 0) {
            touch(EVERYTHING);
            run(connection, "truncate product_tag");
        }
    }

    private void bulk(Connection connection, Random random, String product) throws SQLException {
        List<String> some =
                texts(connection, "select id from product order by id limit 12 offset ?", random.nextInt(products));
        touch(some.toArray(String[]::new));
        run(
                connection,
                "update product set title = ? where id = any(?)",
                "Bulk " + random.nextInt(2),
                some.toArray(String[]::new));
    }

    // --- SQL

    private static void update(Connection connection, String sql) throws SQLException {
        run(connection, sql);
    }

    private static int run(Connection connection, String sql, Object... arguments) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(connection, statement, arguments);
            return statement.execute() ? 0 : statement.getUpdateCount();
        }
    }

    private static List<String> texts(Connection connection, String sql, Object... arguments) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(connection, statement, arguments);
            List<String> found = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(rows.getString(1));
                }
            }
            return found;
        }
    }

    private static void bind(Connection connection, PreparedStatement statement, Object... arguments)
            throws SQLException {
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i] instanceof String[] texts) {
                statement.setArray(i + 1, connection.createArrayOf("text", texts));
            } else {
                statement.setObject(i + 1, arguments[i]);
            }
        }
    }
}
