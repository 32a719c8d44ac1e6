package dev.stocktake.testkit;

import dev.stocktake.Ledger;
import java.time.Duration;

/** Ledgers that break their contract. */
final class LyingLedgers {

    private LyingLedgers() {}

    @RunByContractRun
    static final class CarelessLedger extends LedgerContract {

        static LedgerRule missing = LedgerRule.TOKEN_CHECK;

        private final ManualClock clock = new ManualClock();
        private final InMemoryLedger ledger = new InMemoryLedger(clock).without(missing);

        @Override
        protected Ledger ledger() {
            return ledger;
        }

        @Override
        protected void advance(Duration time) {
            clock.advance(time);
        }

        @Override
        protected long storedRows() {
            return ledger.rows(INDEX) + ledger.batches(INDEX);
        }
    }
}
