package dev.stocktake.spring;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/** What a native image must take along. */
final class Hints implements RuntimeHintsRegistrar {

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
        hints.resources().registerPattern("dev/stocktake/spring/admin/*");
        hints.resources().registerPattern("dev/stocktake/jdbc/ledger/*/*.sql");
        // The page asks the host's security for its token by name.
        hints.reflection().registerTypeIfPresent(classLoader, Gate.TOKEN, MemberCategory.INVOKE_PUBLIC_METHODS);
    }
}
