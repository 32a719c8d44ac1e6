package dev.stocktake.testkit;

import java.util.concurrent.Executor;

/** An executor that fails the test when it is used: nothing runs on another thread unseen. */
public final class ForbiddenExecutor implements Executor {

    @Override
    public void execute(Runnable command) {
        throw new AssertionError(
                "Nothing may run on another thread in this test, but this was handed over: " + command);
    }
}
