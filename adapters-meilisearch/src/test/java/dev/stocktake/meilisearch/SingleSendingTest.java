package dev.stocktake.meilisearch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SingleSendingTest {

    private final SingleSending body =
            new SingleSending(new Payload(List.of(new byte[10], new byte[10], new byte[5]), 25, Payload.JSON, ""));

    /** Takes as many chunks as it is told. */
    private static final class Receiver implements Flow.Subscriber<ByteBuffer> {

        private Flow.@Nullable Subscription subscription;
        private final List<ByteBuffer> chunks = new ArrayList<>();
        private @Nullable Throwable problem;
        private boolean complete;

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            this.subscription = subscription;
        }

        void take(long count) {
            if (subscription != null) {
                subscription.request(count);
            }
        }

        @Override
        public void onNext(ByteBuffer chunk) {
            chunks.add(chunk);
        }

        @Override
        public void onError(Throwable problem) {
            this.problem = problem;
        }

        @Override
        public void onComplete() {
            complete = true;
        }
    }

    private Receiver receiver() {
        Receiver receiver = new Receiver();
        body.subscribe(receiver);
        return receiver;
    }

    @Test
    void handsOverEverythingOnce() {
        Receiver receiver = receiver();
        receiver.take(10);

        assertThat(body.contentLength()).isEqualTo(25);
        assertThat(receiver.chunks).hasSize(3);
        assertThat(receiver.complete).isTrue();
        assertThat(body.withhold()).isFalse();
    }

    @Test
    void keepsTheRestBack() {
        Receiver receiver = receiver();
        receiver.take(2);
        assertThat(body.begun()).isTrue();
        assertThat(body.withhold()).isTrue();
        receiver.take(10);

        assertThat(receiver.chunks).hasSize(2);
        assertThat(receiver.complete).isFalse();
        assertThat(receiver.problem).isNotNull();
        assertThat(body.withhold()).isTrue();
    }

    @Test
    void keepsEverythingBackThatWasNeverBegun() {
        assertThat(body.begun()).isFalse();
        assertThat(body.withhold()).isTrue();
        Receiver receiver = receiver();
        receiver.take(10);

        assertThat(receiver.chunks).isEmpty();
    }

    @Test
    void isNotSentASecondTime() {
        receiver().take(10);
        Receiver second = receiver();
        second.take(10);

        assertThat(second.chunks).isEmpty();
        assertThat(second.problem).hasMessageContaining("once");
    }
}
