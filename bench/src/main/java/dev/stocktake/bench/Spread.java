package dev.stocktake.bench;

import java.util.Arrays;

/**
 * What several rounds measured: the middle, the ends, and how far apart they are.
 *
 * @param rounds how many values there were, at least one
 */
record Spread(int rounds, double median, double least, double most) {

    /** @throws IllegalArgumentException if there is no value, or one that is no number */
    static Spread of(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("There is no spread of no values");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        if (!Double.isFinite(sorted[0]) || !Double.isFinite(sorted[sorted.length - 1])) {
            throw new IllegalArgumentException("Not a measurement: " + Arrays.toString(values));
        }
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(sorted.length, median, sorted[0], sorted[sorted.length - 1]);
    }

    /** The distance between the ends as a share of the median; infinite if the median is zero and the ends are not. */
    double relative() {
        double distance = most - least;
        if (distance == 0) {
            return 0;
        }
        return median == 0 ? Double.POSITIVE_INFINITY : distance / Math.abs(median);
    }
}
