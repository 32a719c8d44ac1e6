package dev.stocktake.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.MisconfiguredException;
import dev.stocktake.UnavailableException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FailuresTest {

    private final Failures failures = new Failures("lamps", "'somewhere'");

    static Arguments[] exceptions() {
        return new Arguments[] {
            Arguments.of(new IllegalArgumentException("odd"), UnavailableException.class),
            Arguments.of(new IllegalStateException("odd"), UnavailableException.class),
            Arguments.of(new IOException("odd"), UnavailableException.class),
            Arguments.of(new AccessDeniedException("odd"), MisconfiguredException.class)
        };
    }

    @ParameterizedTest
    @MethodSource("exceptions")
    void sayOfWhatCouldNotBeReadNothingAboutAWrite(Exception cause, Class<?> meaning) {
        assertThat(failures.notRead(cause))
                .isInstanceOf(meaning)
                .hasCause(cause)
                .hasMessageContaining("read")
                .hasMessageContaining("odd")
                .hasMessageNotContaining("written")
                .hasMessageNotContaining("document");
    }
}
