package dev.stocktake.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TimelineTest {

    private final Timeline database = new Timeline(Value.ABSENT);
    private final Timeline index = new Timeline(Value.ABSENT);

    @BeforeEach
    void change() {
        database.add(100, Value.SMALL);
        database.add(200, Value.LARGE);
        database.add(300, Value.SMALL);
        index.add(250, Value.LARGE);
    }

    @Test
    void heldWhatItHeldAtAnyTimeOfAWindow() {
        assertThat(database.held(Value.LARGE, 150, 200)).isTrue();
        assertThat(database.held(Value.LARGE, 301, 400)).isFalse();
        assertThat(database.held(Value.ABSENT, 150, 400)).isFalse();
        assertThat(database.held(Value.SMALL, 1_000, 2_000)).isTrue();
    }

    @Test
    void wasTrueIfItHeldWhatTheOriginalHeldSinceTheBeginningOfTheWindow() {
        assertThat(index.wasTrue(database, 240, 260)).isTrue();
        assertThat(index.wasTrue(database, 280, 400))
                .as("copied before, and the original held it still at 280")
                .isTrue();
        assertThat(index.wasTrue(database, 310, 400)).isFalse();
        assertThat(index.wasTrue(database, 120, 240)).as("copied too late").isFalse();
    }

    @Test
    void wasUnsoundOnlyWhileItWas() {
        database.add(400, Value.POISON);
        database.add(500, Value.SMALL);

        assertThat(database.wasUnsound(450, 460)).isTrue();
        assertThat(database.wasUnsound(501, 600)).isFalse();
    }
}
