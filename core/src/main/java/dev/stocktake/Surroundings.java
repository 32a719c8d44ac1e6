package dev.stocktake;

import java.time.InstantSource;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * What a lane takes from outside so that a test can replace it: time, waiting, chance, its own name, and its rules.
 *
 * @param calendar says what time it is, for those who read reports; somebody may set it
 * @param clock measures: it never goes back
 */
record Surroundings(
        InstantSource calendar,
        InstantSource clock,
        Sleeper sleeper,
        RandomGenerator random,
        String holder,
        Set<Rule> rules) {

    boolean on(Rule rule) {
        return rules.contains(rule);
    }
}
