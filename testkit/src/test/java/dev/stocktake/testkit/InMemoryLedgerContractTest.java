package dev.stocktake.testkit;

import dev.stocktake.Ledger;
import java.time.Duration;

class InMemoryLedgerContractTest extends LedgerContract {

    private final ManualClock clock = new ManualClock();
    private final InMemoryLedger ledger = new InMemoryLedger(clock);

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
        return ledger.rows("contract") + ledger.batches("contract");
    }
}
