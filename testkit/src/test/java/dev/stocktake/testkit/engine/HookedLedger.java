package dev.stocktake.testkit.engine;

import dev.stocktake.Ledger;
import dev.stocktake.LedgerTransaction;
import dev.stocktake.UnavailableException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A ledger whose user stands still after certain transactions, while others go on, and that breaks off in others. */
final class HookedLedger implements Ledger {

    private final Ledger ledger;
    private final Map<String, Runnable> always = new HashMap<>();
    private final Map<String, Queue<Runnable>> next = new HashMap<>();
    private final Set<String> failing = new HashSet<>();

    HookedLedger(Ledger ledger) {
        this.ledger = ledger;
    }

    /** What others do after each transaction that calls this method. */
    HookedLedger afterEach(String method, Runnable others) {
        always.put(method, others);
        return this;
    }

    /** What others do once after a transaction that calls this method, each after one of its own. */
    HookedLedger after(String method, Runnable others) {
        next.computeIfAbsent(method, name -> new ArrayDeque<>()).add(others);
        return this;
    }

    /** The next transaction that calls this method changes nothing. */
    HookedLedger failsNext(String method) {
        failing.add(method);
        return this;
    }

    @Override
    public <T extends @Nullable Object> T inTransaction(String index, Function<LedgerTransaction, T> work) {
        Set<String> called = new HashSet<>();
        try {
            return ledger.inTransaction(index, tx -> work.apply(watched(tx, called)));
        } finally {
            called.forEach(this::othersGoOn);
        }
    }

    private void othersGoOn(String method) {
        always.getOrDefault(method, () -> {}).run();
        Runnable once = next.getOrDefault(method, new ArrayDeque<>()).poll();
        if (once != null) {
            once.run();
        }
    }

    private LedgerTransaction watched(LedgerTransaction tx, Set<String> called) {
        return (LedgerTransaction) Proxy.newProxyInstance(
                LedgerTransaction.class.getClassLoader(),
                new Class<?>[] {LedgerTransaction.class},
                (proxy, method, arguments) -> {
                    called.add(method.getName());
                    if (failing.remove(method.getName())) {
                        throw new UnavailableException("The ledger broke off", null);
                    }
                    try {
                        return method.invoke(tx, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getTargetException();
                    }
                });
    }
}
