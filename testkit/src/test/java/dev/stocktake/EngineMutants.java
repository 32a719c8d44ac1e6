package dev.stocktake;

import java.util.function.UnaryOperator;

/** Engines that lack a rule, for simulations that must notice. */
public final class EngineMutants {

    private EngineMutants() {}

    /** @param rules names of {@link Rule}s */
    public static UnaryOperator<Stocktake.Builder> without(String... rules) {
        return builder -> {
            for (String rule : rules) {
                builder.without(Rule.valueOf(rule));
            }
            return builder;
        };
    }
}
