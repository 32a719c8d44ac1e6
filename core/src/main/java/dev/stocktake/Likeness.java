package dev.stocktake;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Whether a document's value is the same as one that went through an index and came back. */
final class Likeness {

    /** The digits that tell every {@code double} from its neighbours. */
    private static final int DOUBLE_DIGITS = 17;

    /** How far off a fast reader of decimal digits may be, in steps from one {@code double} to the next. */
    private static final int STEPS = 4;

    private Likeness() {}

    static boolean of(@Nullable Object one, @Nullable Object two) {
        if (one instanceof Number first && two instanceof Number second) {
            return numbers(first, second);
        }
        if (one instanceof List<?> first && two instanceof List<?> second) {
            return lists(first, second);
        }
        if (one instanceof Map<?, ?> first && two instanceof Map<?, ?> second) {
            return maps(first, second);
        }
        return Objects.equals(one, two);
    }

    private static boolean lists(List<?> one, List<?> two) {
        if (one.size() != two.size()) {
            return false;
        }
        for (int i = 0; i < one.size(); i++) {
            if (!of(one.get(i), two.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean maps(Map<?, ?> one, Map<?, ?> two) {
        return one.size() == two.size()
                && one.entrySet().stream()
                        .allMatch(entry ->
                                two.containsKey(entry.getKey()) && of(entry.getValue(), two.get(entry.getKey())));
    }

    private static boolean numbers(Number one, Number two) {
        if (one instanceof Long && two instanceof Long) {
            return one.equals(two);
        }
        BigDecimal first = decimal(one);
        BigDecimal second = decimal(two);
        int steps = one instanceof Long || two instanceof Long ? 0 : STEPS;
        return first.compareTo(second) == 0 || isLeftOf(first, second, steps) || isLeftOf(second, first, steps);
    }

    private static BigDecimal decimal(Number number) {
        return number instanceof Long integer ? BigDecimal.valueOf(integer) : (BigDecimal) number;
    }

    /** Whether the copy is the original as a {@code double}, spelt in few digits or in all it has. */
    private static boolean isLeftOf(BigDecimal original, BigDecimal copy, int steps) {
        double real = original.doubleValue();
        if (real == 0 || Double.isInfinite(real)) {
            return real == 0 && copy.signum() == 0;
        }
        return copy.stripTrailingZeros().precision() <= DOUBLE_DIGITS
                ? Math.abs(copy.doubleValue() - real) <= steps * Math.ulp(real)
                : copy.compareTo(new BigDecimal(real)) == 0;
    }
}
