package dev.stocktake.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncListener;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;
import dev.stocktake.Unread;
import dev.stocktake.jdbc.ChangeLog;
import dev.stocktake.jdbc.ChangeLogFeed;
import dev.stocktake.jdbc.JdbcLedger;
import dev.stocktake.meilisearch.MeilisearchIndex;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * One or more {@link KeeperProcess processes} that keep an index true while a {@link BusyWriter} edits, and blow after blow
 * falls on them, on the database and on the index. Between the blows their reports are compared with both sides; in the end
 * nothing is asked but what was noticed, so whatever was lost on the way stays wrong and is found.
 */
final class Siege implements AutoCloseable {

    private static final int PRODUCTS = 120;
    /** A long one tells how far it is. */
    private static final int TOLD_EVERY = 100;

    private static final int WRITERS = 2;
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration EDITING = Duration.ofSeconds(20);
    /** So often one question may meet a keeper that loses the lane. */
    private static final int MOST_REFUSALS = 3;

    /** What can happen to them. */
    enum Blow {
        /** Signal 9 within half a second after a keeper has opened, whatever it is about. */
        KILL_AT_START,
        /** Signal 9 for the one that holds the lane, at any moment of its work. */
        KILL_AT_WORK,
        /** The holder stands still for longer than its lease, and goes on. */
        PAUSE_HOLDER,
        /** Any keeper stands still for a moment or for longer. */
        PAUSE,
        /** The database's server ends at once and recovers. */
        CRASH_DATABASE,
        /** One session's process of the database is killed, so that all sessions end and the server recovers. */
        KILL_SESSION,
        /** The index dies in the middle of a task. */
        CRASH_INDEX
    }

    /**
     * What is played.
     *
     * @param name of its databases
     * @param seed of the moments, edits and victims; what the processes do meanwhile is their own affair
     * @param rounds blows
     * @param keepers processes at any time
     * @param weights how often each blow falls, relative to the others
     * @param ledgerElsewhere whether the ledger is in another database than the shop
     * @param forgetful whether the database loses its last moments when it crashes
     * @param rebuilds whether the index is rebuilt again and again meanwhile, asked for by all keepers at once
     */
    record Plan(
            String name,
            long seed,
            int rounds,
            int keepers,
            Map<Blow, Integer> weights,
            boolean ledgerElsewhere,
            boolean forgetful,
            boolean rebuilds) {

        /** Whoever waits for the end of a request's life before another swap shall not wait long. */
        Duration requestLife() {
            return rebuilds ? Duration.ofSeconds(20) : Duration.ofMinutes(15);
        }

        /** Whoever stood still may send what its successor knows nothing of: that is repaired, but not at once. */
        boolean mayWriteLate() {
            return weights.containsKey(Blow.PAUSE) || weights.containsKey(Blow.PAUSE_HOLDER);
        }
    }

    private final Plan plan;
    private final CrashingPostgres postgres;
    private final Random random;
    private final DataSource shop;
    private final DataSource ledger;
    private final SearchServer server;
    private final Keeper.Task task;
    private final List<KeeperProcess> keepers = new ArrayList<>();
    private final Map<Blow, Integer> blows = new EnumMap<>(Blow.class);
    private final Instant began = Instant.now();
    private String last = "";
    private int names;
    private int started;
    private int checks;
    private int compared;
    private int repaired;
    private int rested;
    private int takeovers;
    private int asked;

    Siege(CrashingPostgres postgres, Plan plan) throws SQLException {
        this.postgres = postgres;
        this.plan = plan;
        this.random = new Random(plan.seed());
        String shopName = plan.name();
        String ledgerName = plan.ledgerElsewhere() ? plan.name() + "_ledger" : plan.name();
        shop = postgres.create(shopName);
        ledger = plan.ledgerElsewhere() ? postgres.create(ledgerName) : shop;
        if (plan.forgetful()) {
            postgres.forgetful(shopName);
        }
        BusyShop.create(shop, PRODUCTS);
        ChangeLog.builder(shop, BusyShop.tables()).build().install();
        JdbcLedger.of(ledger).initialize();
        server = SearchServer.open(plan.seed());
        task = new Keeper.Task(
                postgres.port(),
                shopName,
                ledgerName,
                server.url(),
                server.key(),
                server.uid(),
                plan.requestLife(),
                "keeper");
    }

    /** All rounds, and the reckoning. */
    void play() throws IOException, SQLException, InterruptedException {
        try (BusyWriter writer = new BusyWriter(shop, ledger, PRODUCTS, WRITERS, plan.seed())) {
            for (int i = 0; i < plan.keepers(); i++) {
                keepers.add(launch());
            }
            if (plan.rebuilds()) {
                goSlowly();
                rebuildOnce();
            }
            for (int round = 0; round < plan.rounds(); round++) {
                Blow blow = pick();
                last = blow + " at " + Instant.now();
                if (plan.rebuilds() && random.nextInt(3) == 0) {
                    askAllForARebuild();
                }
                fall(blow);
                blows.merge(blow, 1, Integer::sum);
                requireOneBuild();
                if ((round + 1) % TOLD_EVERY == 0) {
                    System.out.println("round " + (round + 1) + ": " + this);
                }
                if (random.nextInt(3) == 0) {
                    check(writer);
                }
            }
            check(writer);
            assertThat(keepers).allMatch(KeeperProcess::alive);
            if (plan.rebuilds()) {
                rebuildOnce();
            }
            killAll();
            assertThat(writer.commits()).as("edits").isPositive();
            reckon(writer);
        }
    }

    private Blow pick() {
        int left = random.nextInt(
                plan.weights().values().stream().mapToInt(Integer::intValue).sum());
        for (Blow blow : Blow.values()) {
            left -= plan.weights().getOrDefault(blow, 0);
            if (left < 0) {
                return blow;
            }
        }
        throw new AssertionError();
    }

    private KeeperProcess launch() throws IOException {
        return launch("keeper-" + ++names);
    }

    private KeeperProcess launch(String name) throws IOException {
        started++;
        return new KeeperProcess(task.named(name));
    }

    // --- blows

    private void fall(Blow blow) throws IOException, SQLException, InterruptedException {
        switch (blow) {
            case KILL_AT_START -> {
                KeeperProcess victim = any();
                victim.awaitOpen();
                victim.live(1 + random.nextInt(500));
                replace(victim);
            }
            case KILL_AT_WORK -> {
                KeeperProcess victim = holder();
                victim.live(1 + random.nextInt(1_000));
                replace(victim);
            }
            case PAUSE_HOLDER -> pauseHolder();
            case PAUSE -> {
                KeeperProcess victim = any();
                victim.awaitOpen();
                pause(victim, 1 + random.nextInt(3_000));
            }
            case CRASH_DATABASE -> {
                holder().live(1 + random.nextInt(500));
                postgres.crash();
            }
            case KILL_SESSION -> {
                holder().live(1 + random.nextInt(500));
                postgres.killOneSession(plan.name());
            }
            case CRASH_INDEX -> {
                server.crashAtWork();
                holder().live(1 + random.nextInt(500));
            }
        }
    }

    private KeeperProcess any() {
        return keepers.get(random.nextInt(keepers.size()));
    }

    /** Whoever starts again does so under its old name, or, as in a container, under a new one. */
    private void replace(KeeperProcess victim) throws IOException {
        victim.kill();
        assertHonest(victim);
        keepers.remove(victim);
        keepers.add(random.nextBoolean() ? launch() : launch(victim.name()));
    }

    private void pauseHolder() throws IOException, SQLException, InterruptedException {
        KeeperProcess victim = holder();
        victim.live(1 + random.nextInt(300));
        Signal.STOP.send(victim.handle());
        try {
            if (keepers.size() > 1) {
                Awaitility.await("another takes the lane over from " + victim.name() + " that stands still")
                        .atMost(PATIENCE)
                        .pollInterval(Duration.ofMillis(20))
                        .until(() -> holderName()
                                .filter(name -> !name.equals(victim.name()))
                                .isPresent());
                takeovers++;
            }
            victim.live(random.nextInt(1_500));
        } finally {
            Signal.CONT.send(victim.handle());
        }
    }

    private void pause(KeeperProcess victim, long millis) throws IOException, InterruptedException {
        Signal.STOP.send(victim.handle());
        try {
            victim.live(millis);
        } finally {
            Signal.CONT.send(victim.handle());
        }
    }

    /** Who runs the lane; one of the living. */
    private KeeperProcess holder() {
        return Awaitility.await("one of them runs the lane")
                .atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .failFast("all live", () -> keepers.forEach(KeeperProcess::requireAlive))
                .ignoreExceptionsInstanceOf(SQLException.class)
                .until(
                        () -> {
                            Optional<String> name = holderName();
                            return keepers.stream()
                                    .filter(keeper ->
                                            name.filter(keeper.name()::equals).isPresent())
                                    .findFirst();
                        },
                        Optional::isPresent)
                .orElseThrow();
    }

    private Optional<String> holderName() throws SQLException {
        try (Connection connection = ledger.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select holder from stocktake_lane where held_until"
                        + " > cast(extract(epoch from clock_timestamp()) * 1000000 as bigint)")) {
            return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
        }
    }

    // --- rebuilds

    /** So that a rebuild takes a few seconds, and blows fall on it. */
    private void goSlowly() {
        awaitOpen();
        try (MeilisearchIndex index = Keeper.index(task);
                Stocktake outside = Keeper.stocktake(task.named("outside"), index, SyncListener.NONE)) {
            outside.rebuilds().throttle(PRODUCTS / 3.0);
        }
    }

    private void awaitOpen() {
        keepers.forEach(KeeperProcess::awaitOpen);
    }

    private void askAllForARebuild() throws IOException {
        awaitOpen();
        for (KeeperProcess keeper : keepers) {
            keeper.askForARebuild();
            asked++;
        }
    }

    /**
     * All ask at once while none goes on: it is made once, and all of them are told its end, those aside who lose the lane
     * meanwhile, and are told that.
     */
    private void rebuildOnce() throws IOException, SQLException {
        awaitOpen();
        Awaitility.await("earlier rebuilds end").atMost(PATIENCE).until(() -> {
            requireOneBuild();
            return !isRebuilding();
        });
        long before = rebuilt();
        Instant since = Instant.now();
        askAllForARebuild();
        try {
            Awaitility.await("all are told that the index was rebuilt")
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(20))
                    .failFast("all live", () -> keepers.forEach(KeeperProcess::requireAlive))
                    .until(() -> rebuilt() > before
                            && keepers.stream()
                                    .allMatch(keeper -> reportsOfRebuilds(keeper, since)
                                            .findAny()
                                            .isPresent()));
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    "Not all were told that the index was rebuilt since " + since + "; rebuilds ended before: " + before
                            + "; the ledger says " + cursors() + "; marked: " + marks() + "; "
                            + keepers.stream().map(KeeperProcess::describe).toList(),
                    e);
        }
        assertThat(rebuilt() - before)
                .as("rebuilds that all keepers asked for at once")
                .isOne();
    }

    private static Stream<KeeperProcess.Report> reportsOfRebuilds(KeeperProcess keeper, Instant since) {
        return keeper.reports().stream()
                .filter(report ->
                        report.policy().equals("full") && report.started().isAfter(since));
    }

    private List<String> cursors() throws SQLException {
        List<String> cursors = new ArrayList<>();
        try (Connection connection = ledger.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select concat(feed, '=', place) from stocktake_cursor"
                        + " union all select concat(g.generation, ' ', g.state, ' ', g.frontier_ended, ' ', g.walk_owed, ' ',"
                        + " b.label, ' ', b.unsettled / 1000 - cast(extract(epoch from clock_timestamp()) * 1000 as bigint))"
                        + " from stocktake_generation g left join stocktake_build b using (generation)")) {
            while (rows.next()) {
                cursors.add(rows.getString(1));
            }
        }
        return cursors;
    }

    private boolean isRebuilding() throws SQLException {
        return BusyShop.count(
                        ledger,
                        "select count(*) from stocktake_cursor where feed = 'stocktake.rebuild' and place <> ''")
                > 0;
    }

    /** How many have ended. */
    private long rebuilt() throws SQLException {
        return BusyShop.count(
                ledger,
                "select coalesce(max(cast(split_part(place, '|', 1) as int)), 0) from stocktake_cursor"
                        + " where feed = 'stocktake.rebuild.ended'");
    }

    /** Never are two built at once; a second one that is open would be what was live before, of a swap that came twice. */
    private void requireOneBuild() throws SQLException {
        if (plan.rebuilds()) {
            long builds = Awaitility.await("the database answers")
                    .atMost(PATIENCE)
                    .ignoreExceptionsInstanceOf(SQLException.class)
                    .until(
                            () -> BusyShop.count(
                                    ledger, "select count(*) from stocktake_generation where state = 'BUILDING'"),
                            any -> true);
            assertThat(builds).as("builds at once").isLessThanOrEqualTo(1);
        }
    }

    // --- what they say, and what is true

    /** Whatever was committed before a run began is in the index when it says that it is complete. */
    private void check(BusyWriter writer) throws IOException, SQLException {
        Runnable goOn = random.nextBoolean() ? writer.pause() : () -> {};
        try {
            compare(writer);
        } finally {
            goOn.run();
        }
    }

    private void compare(BusyWriter writer) throws IOException, SQLException {
        try (BusyWriter.Watch watch = writer.watch()) {
            Map<String, BusyShop.Expected> before = BusyShop.truth(shop);
            Instant asked = Instant.now();
            List<String> ids = random.nextInt(3) > 0 ? List.of() : some();
            Question question = new Question(any(), ids);
            question.ask();
            KeeperProcess.Report report = awaitReport(writer, asked, question);
            if (!ids.isEmpty()) {
                assertThat(report.products().keySet()).containsExactlyInAnyOrderElementsOf(ids);
                assertThat(report.products().values()).doesNotContain("PENDING", "REFUSED");
            }
            List<String> wrong = wrong(before, watch, ids);
            if (!wrong.isEmpty() && plan.mayWriteLate()) {
                repaired++;
                Awaitility.await("a late write is repaired: " + wrong)
                        .atMost(PATIENCE)
                        .until(() -> wrong(before, watch, ids).isEmpty());
            } else {
                assertThat(wrong).as("%s, although %s", plan, report).isEmpty();
            }
            checks++;
        }
    }

    private List<String> some() {
        TreeSet<String> ids = new TreeSet<>();
        while (ids.size() < 5) {
            ids.add("p" + (1 + random.nextInt(PRODUCTS)));
        }
        return List.copyOf(ids);
    }

    /**
     * A question for some products, or none: for everything, which the schedules look at by themselves. Whoever loses the lane
     * over it says so, and is asked again, as by anybody who wants an answer.
     */
    private static final class Question {

        private final KeeperProcess keeper;
        private final List<String> ids;
        private long refusals;
        private int asked;

        Question(KeeperProcess keeper, List<String> ids) {
            this.keeper = keeper;
            this.ids = ids;
        }

        void ask() throws IOException {
            refusals = keeper.lostLanes();
            if (!ids.isEmpty()) {
                keeper.ask(ids);
                asked++;
            }
        }

        void askAgainIfRefused() throws IOException {
            if (keeper.lostLanes() > refusals && asked <= MOST_REFUSALS) {
                ask();
            }
        }

        @Override
        public String toString() {
            return ids.isEmpty() ? "everything" : keeper.name() + " was asked for " + ids;
        }
    }

    /** On a machine that is busy enough this shop never idles, and a run may take long; then nobody edits until it has ended. */
    private KeeperProcess.Report awaitReport(BusyWriter writer, Instant asked, Question question) {
        try {
            return awaitAnswer(asked, question, EDITING);
        } catch (ConditionTimeoutException e) {
            rested++;
        }
        Runnable goOn = writer.pause();
        try {
            return awaitAnswer(asked, question, PATIENCE);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    "No complete report about " + question + " since " + asked + " after " + last
                            + "; marked by reason, stage and age: " + marks() + "; "
                            + keepers.stream().map(KeeperProcess::describe).toList(),
                    e);
        } finally {
            goOn.run();
        }
    }

    private List<String> marks() {
        List<String> marks = new ArrayList<>();
        try (Connection connection = ledger.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select concat(product_key, ' ', reason, ' ', stage, ' ',"
                        + " cast(extract(epoch from clock_timestamp()) * 1000 as bigint) - since / 1000, ' ms')"
                        + " from stocktake_mark order by since")) {
            while (rows.next()) {
                marks.add(rows.getString(1));
            }
        } catch (SQLException e) {
            marks.add(e.toString());
        }
        return marks;
    }

    private KeeperProcess.Report awaitAnswer(Instant asked, Question question, Duration within) {
        return Awaitility.await("a complete report about " + question)
                .atMost(within)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(3))
                .failFast("all live", () -> keepers.forEach(KeeperProcess::requireAlive))
                .until(
                        () -> {
                            question.askAgainIfRefused();
                            return reports(asked, question.ids).findFirst();
                        },
                        Optional::isPresent)
                .orElseThrow();
    }

    private Stream<KeeperProcess.Report> reports(Instant asked, List<String> ids) {
        return keepers.stream()
                .flatMap(keeper -> keeper.reports().stream())
                .filter(report -> report.complete() && report.started().isAfter(asked))
                .filter(report -> ids.isEmpty()
                        ? report.policy().equals("smart")
                        : report.products().containsKey(ids.get(0)));
    }

    /** Of the products that nobody has edited meanwhile. */
    private List<String> wrong(Map<String, BusyShop.Expected> before, BusyWriter.Watch watch, List<String> ids)
            throws IOException, SQLException {
        Map<String, JsonNode> held = server.documents();
        Map<String, BusyShop.Expected> after = BusyShop.truth(shop);
        List<String> wrong = new ArrayList<>();
        for (String id : all(before, held)) {
            boolean edited = edited(id, before, watch) || edited(id, after, watch);
            if (!edited && (ids.isEmpty() || ids.contains(id))) {
                compared++;
                difference(id, before, held).ifPresent(wrong::add);
            }
        }
        return wrong;
    }

    private static boolean edited(String id, Map<String, BusyShop.Expected> truth, BusyWriter.Watch watch) {
        BusyShop.Expected expected = truth.get(id);
        return watch.touched(id, expected == null ? "" : expected.category());
    }

    private static TreeSet<String> all(Map<String, BusyShop.Expected> truth, Map<String, JsonNode> held) {
        TreeSet<String> ids = new TreeSet<>(truth.keySet());
        ids.addAll(held.keySet());
        return ids;
    }

    private static Optional<String> difference(
            String id, Map<String, BusyShop.Expected> truth, Map<String, JsonNode> held) {
        BusyShop.Expected expected = truth.get(id);
        JsonNode document = held.get(id);
        if (expected == null) {
            return document == null ? Optional.empty() : Optional.of("ghost " + id + ": " + document);
        }
        if (document == null) {
            return Optional.of("lost " + id + ": " + expected.document());
        }
        return document.equals(expected.document())
                ? Optional.empty()
                : Optional.of("stale " + id + ": " + document + " instead of " + expected.document());
    }

    /** Everything that is different. */
    static List<String> differences(Map<String, BusyShop.Expected> truth, Map<String, JsonNode> held) {
        return all(truth, held).stream()
                .flatMap(id -> difference(id, truth, held).stream())
                .toList();
    }

    /** What is left undone is said, and nobody is told to change a setting because something was down. */
    private void assertHonest(KeeperProcess keeper) {
        assertThat(keeper.reports())
                .filteredOn(report -> !report.complete())
                .as("%s says why it is not complete", keeper.name())
                .allSatisfy(report -> assertThat(report.problem()).isNotBlank());
        assertThat(keeper.said())
                .as(keeper.name())
                .allMatch(line -> line.equals("open")
                        || line.startsWith("refused\tUnavailable")
                        || line.startsWith("refused\tStopped"));
    }

    private void killAll() throws IOException {
        for (KeeperProcess keeper : keepers) {
            keeper.kill();
            assertHonest(keeper);
        }
        keepers.clear();
    }

    private void reckon(BusyWriter writer) throws IOException, SQLException, InterruptedException {
        writer.close();
        try (MeilisearchIndex index = Keeper.index(task);
                Stocktake last = Keeper.stocktake(task.named("last"), index, SyncListener.NONE)) {
            SyncReport report = Awaitility.await("the dead man's lease")
                    .atMost(PATIENCE)
                    .until(() -> last.run(SyncPolicy.smart()), one -> one.outcome() != SyncReport.Outcome.ELSEWHERE);
            assertThat(report.complete()).as(report.toString()).isTrue();
            assertThat(differences(BusyShop.truth(shop), server.documents()))
                    .as("lost, stale and ghosts after %s", plan)
                    .isEmpty();
            assertThat(last.status().clean()).as(last.status().toString()).isTrue();
            if (plan.rebuilds()) {
                Awaitility.await("what was live earlier is removed when no swap can come any more")
                        .atMost(PATIENCE)
                        .untilAsserted(() -> {
                            last.run(SyncPolicy.smart());
                            assertThat(index.builds())
                                    .as("beside what was live before")
                                    .hasSizeLessThanOrEqualTo(1);
                        });
                System.out.println("rebuilds asked for " + asked + " times, made " + rebuilt() + " times");
            }
            if (plan.ledgerElsewhere()) {
                // What was marked is taken out of the log by the next look only.
                last.run(SyncPolicy.smart());
            }
        }
        assertThat(BusyShop.count(ledger, "select count(*) from stocktake_mark"))
                .isZero();
        assertThat(ChangeLogFeed.builder(shop, BusyShop.tables()).build().unread())
                .contains(new Unread(0, null));
        System.out.println(this + " edits=" + writer.edits());
    }

    @Override
    public void close() throws IOException {
        for (KeeperProcess keeper : keepers) {
            keeper.kill();
        }
        server.close();
    }

    @Override
    public String toString() {
        return "siege '" + plan.name() + "' seed=" + plan.seed() + " rounds=" + plan.rounds() + " blows=" + blows
                + " keepers_started=" + started + " index_crashes=" + server.crashes() + " takeovers=" + takeovers
                + " reports_checked=" + checks + " products_compared=" + compared + " late_writes_repaired=" + repaired
                + " had_to_rest=" + rested
                + " took=" + Duration.between(began, Instant.now()).toSeconds() + "s";
    }
}
