package dev.stocktake.examples.medusa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseUrlTest {

    private static DatabaseUrl parse(String text) {
        return DatabaseUrl.parse("DATABASE_URL", text);
    }

    @Test
    void readsWhatMedusaWrites() {
        DatabaseUrl url = parse("postgres://medusa:s3cret@db.example:6432/medusa-shop");

        assertThat(url.jdbc()).startsWith("jdbc:postgresql://db.example:6432/medusa-shop?");
        assertThat(url.user()).isEqualTo("medusa");
        assertThat(url.password()).isEqualTo("s3cret");
        assertThat(url.toString()).isEqualTo("postgres://medusa@db.example:6432/medusa-shop");
    }

    @Test
    void decodesWhatIsPercentEncoded() {
        DatabaseUrl url = parse("postgresql://me%40shop:p%40ss%2Fw%25rd%3A%23+1@localhost/my%20shop");

        assertThat(url.user()).isEqualTo("me@shop");
        assertThat(url.password()).isEqualTo("p@ss/w%rd:#+1");
        assertThat(url.jdbc()).startsWith("jdbc:postgresql://localhost/my%20shop?");
    }

    @ParameterizedTest
    @CsvSource({
        "sslmode=require, sslmode=require",
        "ssl_mode=disable, sslmode=disable",
        "sslmode=no-verify, sslmode=require",
        "ssl=true, sslmode=require",
        "sslmode=verify-full&sslrootcert=/etc/ca.pem, sslrootcert=%2Fetc%2Fca.pem",
        "application_name=shop, ApplicationName=shop",
        "options=-csearch_path%3Dmedusa, options=-csearch_path%3Dmedusa"
    })
    void handsOnWhatStandsBehindTheQuestionMark(String said, String handedOn) {
        assertThat(parse("postgres://u:p@h/d?" + said).jdbc()).contains(handedOn);
    }

    @Test
    void knowsSeveralHostsAndIpv6() {
        assertThat(parse("postgres://u:p@a:5432,b:5433/d").jdbc()).startsWith("jdbc:postgresql://a:5432,b:5433/d");
        assertThat(parse("postgres://u:p@[::1]:5432/d").jdbc()).startsWith("jdbc:postgresql://[::1]:5432/d");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mysql://u:hush@h/d",
                "h:5432/d",
                "postgres://u:hush@h",
                "postgres://u:hush@h:99999/d",
                "postgres://u:hu@sh@h/d",
                "postgres://u:hush%zz@h/d",
                "postgres://u:hush@h/d?sslmode=strict"
            })
    void refusesWhatIsNoneWithoutTellingThePassword(String text) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOf(WrongSettings.class)
                .hasMessageContaining("DATABASE_URL")
                .hasMessageNotContaining("hush");
    }

    @Test
    void aSlashInAPasswordIsSaidToBeEncoded() {
        assertThatThrownBy(() -> parse("postgres://u:hu/sh@h/d"))
                .hasMessageContaining("percent-encoded")
                .hasMessageNotContaining("hu/sh");
    }
}
