package dev.stocktake.testkit;

import dev.stocktake.Ledger;
import dev.stocktake.LedgerTransaction;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The queue forgets nothing with a ledger either that does not tell when it commits. */
class InMemoryChangeFeedOnAnotherLedgerContractTest extends InMemoryChangeFeedContractTest {

    private final Ledger ledger = new Opaque(new InMemoryLedger(new ManualClock()));

    @Override
    protected Ledger ledger() {
        return ledger;
    }

    private record Opaque(Ledger inner) implements Ledger {

        @Override
        public <T extends @Nullable Object> T inTransaction(String index, Function<LedgerTransaction, T> work) {
            return inner.inTransaction(index, tx -> work.apply(opaque(tx)));
        }

        private static LedgerTransaction opaque(LedgerTransaction inner) {
            return (LedgerTransaction) Proxy.newProxyInstance(
                    LedgerTransaction.class.getClassLoader(),
                    new Class<?>[] {LedgerTransaction.class},
                    (proxy, method, arguments) -> {
                        if (method.getName().equals("unwrap")) {
                            return null;
                        }
                        try {
                            return method.invoke(inner, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        }
    }
}
