package dev.stocktake.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stocktake.Intake;
import dev.stocktake.ProductKey;
import dev.stocktake.UnavailableException;
import org.junit.jupiter.api.Test;

class InMemoryChangeFeedTest {

    private static final ProductKey A = ProductKey.of("a");
    private static final ProductKey B = ProductKey.of("b");
    private static final ProductKey C = ProductKey.of("c");

    private final InMemoryLedger ledger = new InMemoryLedger(new ManualClock());
    private final InMemoryChangeFeed feed = new InMemoryChangeFeed();

    private void acknowledge(Intake intake) {
        ledger.inTransaction("shop", tx -> {
            intake.acknowledge(tx);
            return true;
        });
    }

    @Test
    void removesExactlyTheEntriesThatWereTaken() {
        feed.changed(A, B, A);
        Intake intake = feed.take(null, 10);
        feed.changed(A, C);

        acknowledge(intake);

        assertThat(feed.pending()).containsExactly(A, C);
    }

    @Test
    void keepsItsEntriesUntilTheCommit() {
        feed.changed(A);
        Intake intake = feed.take(null, 10);
        ledger.loseNextCommit();

        assertThatThrownBy(() -> acknowledge(intake)).isInstanceOf(RuntimeException.class);

        assertThat(feed.pending()).containsExactly(A);
    }

    @Test
    void losesItsEntriesAtACommitWhoseReplyIsLost() {
        feed.changed(A);
        Intake intake = feed.take(null, 10);
        ledger.loseNextCommitReply();

        assertThatThrownBy(() -> acknowledge(intake)).isInstanceOf(RuntimeException.class);

        assertThat(feed.pending()).isEmpty();
    }

    @Test
    void takesNoMoreProductsThanTheLimit() {
        feed.changed(A, B, B, C);

        Intake intake = feed.take(null, 2);

        assertThat(intake.products()).containsExactly(A, B);
        assertThat(intake.more()).isTrue();
        acknowledge(intake);
        assertThat(feed.take(null, 2).more()).isFalse();
    }

    @Test
    void saysGapUntilItsCursorComesBack() {
        feed.changed(A);
        feed.gap();
        Intake intake = feed.take(null, 10);

        assertThat(intake.gap()).isTrue();
        assertThat(feed.take(null, 10).gap()).isTrue();
        assertThat(feed.take(intake.cursor(), 10).gap()).isFalse();
    }

    @Test
    void tellsASecondGapFromTheFirst() {
        feed.gap();
        String first = feed.take(null, 10).cursor();
        feed.gap();

        assertThat(feed.take(first, 10).gap()).isTrue();
    }

    @Test
    void failsTheNextTakes() {
        UnavailableException down = new UnavailableException("restarting", null);
        feed.changed(A);
        feed.failNext(1, down);

        assertThatThrownBy(() -> feed.take(null, 10)).isSameAs(down);
        assertThat(feed.take(null, 10).products()).containsExactly(A);
    }
}
