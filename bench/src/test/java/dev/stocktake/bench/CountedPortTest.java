package dev.stocktake.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;

class CountedPortTest {

    private final CountedPort<Port> counted = new CountedPort<>(Port.class, new Real());

    @Test
    void countsCallsAndTheKeysTheyName() {
        assertThat(counted.port().known(List.of("a", "b"))).isEqualTo(2);
        assertThat(counted.port().known(List.of("c"))).isEqualTo(1);

        assertThat(counted.calls("known")).isEqualTo(2);
        assertThat(counted.keys("known")).isEqualTo(3);
    }

    @Test
    void forgetsWhenItIsReset() {
        counted.port().known(List.of("a"));

        counted.reset();

        assertThat(counted.calls("known")).isZero();
        assertThat(counted.keys("known")).isZero();
    }

    @Test
    void throwsWhatThePortThrows() {
        assertThatThrownBy(() -> counted.port().fail()).isInstanceOf(IllegalStateException.class);
        assertThat(counted.calls("fail")).isEqualTo(1);
        assertThat(counted.keys("fail")).isZero();
    }

    /** A port. */
    interface Port {

        int known(Collection<String> keys);

        void fail();
    }

    private static final class Real implements Port {

        @Override
        public int known(Collection<String> keys) {
            return keys.size();
        }

        @Override
        public void fail() {
            throw new IllegalStateException("as it must");
        }
    }
}
