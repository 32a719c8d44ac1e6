package dev.stocktake.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.stocktake.Claim;
import dev.stocktake.Generation;
import dev.stocktake.IndexIdentity;
import dev.stocktake.KeyPage;
import dev.stocktake.Lease;
import dev.stocktake.LedgerTransaction;
import dev.stocktake.ProductKey;
import dev.stocktake.Reason;
import dev.stocktake.Refusal;
import dev.stocktake.UnavailableException;
import dev.stocktake.UnknownOutcomeException;
import dev.stocktake.jdbc.BreakingDataSource.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What is left when the connection breaks at any statement of any transaction: nothing, or an honest doubt. */
class JdbcLedgerFaultsIT {

    @Nested
    class OnPostgres extends Faults {

        OnPostgres() {
            super(TestPostgres.freshDatabase());
        }
    }

    @Nested
    @NeedsMariaDb
    class OnMariaDb extends Faults {

        OnMariaDb() {
            super(TestMariaDb.freshDatabase());
        }
    }

    @Nested
    class OnH2 extends Faults {

        OnH2() {
            super(TestH2.freshDatabase());
        }
    }

    abstract static class Faults {

        private static final String INDEX = "products";
        private static final Duration HOLD = Duration.ofMinutes(5);

        private final DataSource database;
        private final BreakingDataSource breaking;
        private final JdbcLedger ledger;
        private final List<Duration> slept = new ArrayList<>();

        Faults(DataSource database) {
            this.database = database;
            this.breaking = new BreakingDataSource(database);
            this.ledger = JdbcLedger.builder(breaking)
                    .sleeper(slept::add)
                    .jitter(() -> 1)
                    .build()
                    .initialize();
        }

        /** Every method that changes something, in an order in which each has something to change. */
        private static Map<String, Consumer<LedgerTransaction>> life() {
            Lease first = new Lease(INDEX, "one", 1);
            Lease second = new Lease(INDEX, "two", 2);
            Map<String, Consumer<LedgerTransaction>> life = new LinkedHashMap<>();
            life.put("acquire", tx -> tx.acquire("one", Duration.ZERO, HOLD));
            life.put("open", tx -> tx.open(first, new IndexIdentity("x"), 0));
            life.put("renew", tx -> tx.renew(first, Duration.ofMinutes(1)));
            life.put("mark", tx -> tx.mark(ProductKey.all("a", "b", "c", "d"), Reason.CHANGE, false));
            life.put("mark again", tx -> tx.mark(ProductKey.all("d", "e", "f"), Reason.DEMAND, true));
            life.put("claim", tx -> tx.claim(first, live(tx).number(), "claimed", 10));
            life.put("frontier", tx -> tx.claimFrontier(first, live(tx), "walked", page("e", "f", "g", "h", "i")));
            life.put("submitted", tx -> tx.submitted(first, named("claimed"), List.of(7L, 8L)));
            life.put("confirm", tx -> tx.confirm(first, named("claimed"), refused("a")));
            life.put("fail", tx -> tx.fail(first, named("walked"), Duration.ZERO, 2));
            life.put("claim again", tx -> tx.claim(first, live(tx).number(), "doubtful", 10));
            life.put("suspect", tx -> tx.suspect(first, named("doubtful"), HOLD));
            life.put("mark batch", tx -> tx.markBatch("doubtful"));
            life.put("cursor", tx -> tx.saveCursor("feed", "1"));
            life.put("cursor again", tx -> tx.saveCursor("feed", "2"));
            life.put("mark all", tx -> tx.markAll(true));
            life.put("leave open", tx -> tx.claim(first, live(tx).number(), "open", 10));
            life.put("release", tx -> tx.release(first));
            life.put("take over", tx -> tx.acquire("two", Duration.ofMinutes(1), HOLD));
            life.put("audit", tx -> tx.auditTo(second, 0, 9, List.of("doubtful")));
            life.put("walked", tx -> tx.walked(second, live(tx).number(), live(tx).owedWalk()));
            life.put("adopt", tx -> tx.adopt(second, live(tx).number(), new IndexIdentity("y"), HOLD));
            return life;
        }

        private static Generation live(LedgerTransaction tx) {
            return tx.live().orElseThrow();
        }

        private static KeyPage page(String... keys) {
            return KeyPage.of(null, ProductKey.all(keys), false);
        }

        private static Claim named(String batch) {
            return new Claim(batch, 1, List.of());
        }

        private static Map<ProductKey, Refusal> refused(String key) {
            return Map.of(ProductKey.of(key), new Refusal("too heavy", null));
        }

        @Test
        void leavesNothingHalfDoneWhereverTheConnectionBreaks() {
            life().forEach((name, step) -> {
                Map<String, TreeSet<String>> before = contents();
                int commit = breakBeforeTheCommit(name, step, before);

                assertThat(faulty(step, commit, Fault.BREAK))
                        .as("%s, when the commit did not arrive", name)
                        .isInstanceOf(UnknownOutcomeException.class);
                assertThat(contents()).as(name).isEqualTo(before);

                assertThat(faulty(step, commit, Fault.LOSE_REPLY))
                        .as("%s, when the commit's reply did not arrive", name)
                        .isInstanceOf(UnknownOutcomeException.class);
                assertThat(contents()).as("'%s' has something to change", name).isNotEqualTo(before);
            });
            assertThat(breaking.open()).as("connections not given back").isZero();
            assertThat(slept)
                    .as("a broken connection is no reason to try again")
                    .isEmpty();
        }

        /** Breaks before and after each statement; answers which call is the commit. */
        private int breakBeforeTheCommit(
                String name, Consumer<LedgerTransaction> step, Map<String, TreeSet<String>> before) {
            for (int nth = 1; ; nth++) {
                Throwable thrown = faulty(step, nth, Fault.BREAK);
                if (breaking.lastCall().equals("commit")) {
                    return nth;
                }
                assertThat(thrown).as("%s at %s", name, breaking.lastCall()).isInstanceOf(UnavailableException.class);
                assertThat(faulty(step, nth, Fault.LOSE_REPLY)).as(name).isInstanceOf(UnavailableException.class);
                assertThat(contents()).as("%s at %s", name, breaking.lastCall()).isEqualTo(before);
            }
        }

        @Test
        void repeatsATransactionThatLostAgainstAnother() {
            life().forEach((name, step) -> {
                Map<String, TreeSet<String>> before = contents();
                for (int nth = 1; ; nth++) {
                    int pauses = slept.size();
                    breaking.arm(nth, Fault.DEADLOCK);
                    String where = "%s, deadlock at call %d".formatted(name, nth);
                    assertThat(attempt(tx -> {
                                step.accept(tx);
                                throw new Abandoned();
                            }))
                            .as(where)
                            .isInstanceOf(Abandoned.class);
                    assertThat(contents()).as(where).isEqualTo(before);
                    if (!breaking.fired() || isGivingBack(breaking.victim())) {
                        break;
                    }
                    assertThat(slept).as(where).hasSize(pauses + 1);
                }
                breaking.disarm();
                assertThat(attempt(step)).as(name).isNull();
                assertThat(contents()).as(name).isNotEqualTo(before);
            });
        }

        /** Taking settings of the session back, when the transaction is over. */
        private static boolean isGivingBack(String call) {
            return call.startsWith("set session");
        }

        /** Thrown by the work itself. */
        private static final class Abandoned extends RuntimeException {
            private static final long serialVersionUID = 1L;
        }

        @Test
        void repeatsATransactionThatLostWhileCommitting() {
            ledger.verify();
            int nth = 0;
            do {
                breaking.arm(++nth, Fault.DEADLOCK);
                assertThat(attempt(tx -> tx.saveCursor("feed", "1"))).isNull();
            } while (!breaking.victim().equals("commit"));
            assertThat(slept).hasSize(nth);
            assertThat(contents().get("stocktake_cursor")).hasSize(1);
        }

        @Test
        void givesUpWhenItLosesAgainAndAgainAndWaitsLongerEachTime() {
            ledger.verify();
            List<String> works = new ArrayList<>();
            Throwable thrown = attempt(tx -> {
                works.add("work");
                breaking.arm(1, Fault.DEADLOCK);
                tx.saveCursor("feed", "1");
            });
            assertThat(thrown).isInstanceOf(UnavailableException.class).hasMessageContaining("products");
            assertThat(works).hasSize(8);
            assertThat(slept)
                    .containsExactly(
                            Duration.ofMillis(10),
                            Duration.ofMillis(20),
                            Duration.ofMillis(40),
                            Duration.ofMillis(80),
                            Duration.ofMillis(160),
                            Duration.ofMillis(320),
                            Duration.ofMillis(640));
            assertThat(contents().get("stocktake_cursor")).isEmpty();
        }

        @Test
        void commitsNothingOfATransactionWhoseErrorTheWorkSwallowed() {
            ledger.verify();
            Throwable thrown = attempt(tx -> {
                tx.saveCursor("feed", "1");
                breaking.arm(1, Fault.BREAK);
                assertThat(catchThrowable(() -> tx.saveCursor("feed", "2"))).isInstanceOf(UnavailableException.class);
            });
            assertThat(thrown).isInstanceOf(UnavailableException.class);
            assertThat(contents().get("stocktake_cursor")).isEmpty();
        }

        @Test
        void isNotInDoubtAboutATransactionThatOnlyLooked() {
            ledger.verify();
            for (int nth = 1; !breaking.lastCall().equals("commit"); nth++) {
                assertThat(faulty(LedgerTransaction::backlog, nth, Fault.BREAK))
                        .isInstanceOf(UnavailableException.class);
            }
        }

        private Throwable faulty(Consumer<LedgerTransaction> step, int nth, Fault fault) {
            breaking.arm(nth, fault);
            Throwable thrown = attempt(step);
            breaking.disarm();
            return thrown;
        }

        private Throwable attempt(Consumer<LedgerTransaction> work) {
            return catchThrowable(() -> ledger.inTransaction(INDEX, tx -> {
                work.accept(tx);
                return null;
            }));
        }

        private Map<String, TreeSet<String>> contents() {
            return LedgerTableContents.of(database);
        }
    }
}
