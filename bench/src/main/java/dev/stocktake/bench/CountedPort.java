package dev.stocktake.bench;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Stands before a port and counts what goes through it. Thread-safe.
 *
 * @param <T> the port
 */
final class CountedPort<T> {

    private final T port;
    private final Map<String, LongAdder> calls = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> keys = new ConcurrentHashMap<>();

    CountedPort(Class<T> type, T real) {
        this.port = type.cast(Proxy.newProxyInstance(
                CountedPort.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    add(calls, method.getName(), 1);
                    if (arguments != null && arguments[0] instanceof Collection<?> named) {
                        add(keys, method.getName(), named.size());
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    T port() {
        return port;
    }

    /** How often a method was called. */
    long calls(String method) {
        LongAdder counted = calls.get(method);
        return counted == null ? 0 : counted.sum();
    }

    /** How many keys it was given in all its calls. */
    long keys(String method) {
        LongAdder counted = keys.get(method);
        return counted == null ? 0 : counted.sum();
    }

    void reset() {
        calls.clear();
        keys.clear();
    }

    private static void add(Map<String, LongAdder> counters, String method, long more) {
        counters.computeIfAbsent(method, name -> new LongAdder()).add(more);
    }
}
