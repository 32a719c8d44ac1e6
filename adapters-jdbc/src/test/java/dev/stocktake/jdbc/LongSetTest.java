package dev.stocktake.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LongSetTest {

    private static final long SEED = 7_411;

    @Test
    void holdsWhatAnOrdinarySetHolds() {
        Random random = new Random(SEED);
        LongSet set = new LongSet();
        Set<Long> model = new HashSet<>();
        for (int i = 0; i < 20_000; i++) {
            long value = random.nextBoolean() ? random.nextLong() : random.nextInt(500) * 64L + 2;
            set.add(value);
            model.add(value);
            long other = random.nextBoolean() ? random.nextLong() : random.nextInt(1_000) * 64L + 2;
            assertThat(set.contains(other)).as("seed %s", SEED).isEqualTo(model.contains(other));
        }
        assertThat(model).allMatch(set::contains);
        assertThat(set.size()).isEqualTo(model.size());
    }

    @Test
    void leavesItsCopyAlone() {
        LongSet set = new LongSet();
        set.add(5);
        LongSet copy = set.copy();
        set.add(6);
        copy.add(7);

        assertThat(copy.contains(5)).isTrue();
        assertThat(copy.contains(6)).isFalse();
        assertThat(set.contains(7)).isFalse();
    }
}
