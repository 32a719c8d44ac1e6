package dev.stocktake.spring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.security.web.csrf.CsrfToken;

@Tag(StarterTest.EVERY_BOOT)
class HintsTest {

    private final RuntimeHints hints = new RuntimeHints();

    HintsTest() {
        new Hints().registerHints(hints, getClass().getClassLoader());
    }

    /** What an asterisk stands for differs between the lines of Spring. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "dev/stocktake/spring/admin/index.html",
                "dev/stocktake/spring/admin/button.js",
                "dev/stocktake/jdbc/ledger/h2/V1__ledger.sql",
                "dev/stocktake/jdbc/ledger/postgresql/V4__numbers.sql"
            })
    void takeAlongWhatIsReadAtRunTime(String file) {
        assertThat(getClass().getClassLoader().getResource(file)).isNotNull();
        assertThat(RuntimeHintsPredicates.resource().forResource(file)).accepts(hints);
    }

    @Test
    void letTheTokenOfTheHostsSecurityBeAsked() {
        assertThat(RuntimeHintsPredicates.reflection().onType(CsrfToken.class)).accepts(hints);
    }
}
