package dev.stocktake.testkit.sim;

import java.util.List;
import java.util.Random;

/** The one source of chance of a schedule. */
final class Dice {

    private final Random random;

    Dice(long seed) {
        this.random = new Random(seed * 0x9E3779B97F4A7C15L + 0x632BE59BD9B4E019L);
    }

    boolean chance(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }

    /** Evenly, both ends included. */
    long between(long least, long most) {
        return least + (long) (random.nextDouble() * (most - least + 1));
    }

    /** Every order of magnitude equally likely. */
    long anyScale(long least, long most) {
        return Math.round(least * Math.pow((double) most / least, random.nextDouble()));
    }

    /** The time to the next of things that happen this often on average. */
    long next(long mean) {
        return 1 + Math.round(-Math.log(1 - random.nextDouble()) * mean);
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    <T> T oneOf(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    /** A stream of its own. */
    Random split() {
        return new Random(random.nextLong());
    }
}
