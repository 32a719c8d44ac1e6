package dev.stocktake.testkit;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;

/** An executor that fails the test when it is used: nothing runs on another thread unseen. */
public final class ForbiddenExecutor extends AbstractExecutorService {

    @Override
    public void execute(Runnable command) {
        throw new AssertionError(
                "Nothing may run on another thread in this test, but this was handed over: " + command);
    }

    @Override
    public void shutdown() {}

    @Override
    public List<Runnable> shutdownNow() {
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return false;
    }

    @Override
    public boolean isTerminated() {
        return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return true;
    }
}
