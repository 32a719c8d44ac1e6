package dev.stocktake.bench;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Contestants in turn, round by round, so that what disturbs one disturbs the others as well. */
final class Rounds {

    private final Map<String, List<Measured>> measured = new LinkedHashMap<>();

    private Rounds() {}

    /**
     * Lets them warm up and then run.
     *
     * @param warmUps unmeasured rounds before
     * @param rounds measured rounds
     */
    static Rounds of(Meter meter, int warmUps, int rounds, List<? extends Contestant> contestants) throws SQLException {
        Rounds all = new Rounds();
        for (int round = -warmUps; round < rounds; round++) {
            for (Contestant contestant : contestants) {
                Measured spent = meter.measure(contestant);
                if (round >= 0) {
                    all.measured
                            .computeIfAbsent(contestant.name(), name -> new ArrayList<>())
                            .add(spent);
                }
            }
        }
        return all;
    }

    List<Measured> of(String contestant) {
        List<Measured> rounds = measured.get(contestant);
        if (rounds == null) {
            throw new IllegalArgumentException(
                    "Nobody called '" + contestant + "' took part, but " + measured.keySet());
        }
        return rounds;
    }

    Spread spread(String contestant, ToDoubleFunction<Measured> value) {
        return Spread.of(of(contestant).stream().mapToDouble(value).toArray());
    }

    List<Double> values(String contestant, ToDoubleFunction<Measured> value) {
        return of(contestant).stream().mapToDouble(value).boxed().toList();
    }
}
