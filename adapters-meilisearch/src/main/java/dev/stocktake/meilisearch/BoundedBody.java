package dev.stocktake.meilisearch;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Takes in an answer as long as it is not too large, for one request. */
final class BoundedBody implements BodyHandler<byte[]> {

    private final long maxBytes;
    private volatile boolean exceeded;

    BoundedBody(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Whether the answer was larger. */
    boolean exceeded() {
        return exceeded;
    }

    @Override
    public BodySubscriber<byte[]> apply(HttpResponse.ResponseInfo response) {
        return new Subscriber();
    }

    private final class Subscriber implements BodySubscriber<byte[]> {

        private final BodySubscriber<byte[]> whole = BodySubscribers.ofByteArray();
        private Flow.@Nullable Subscription subscription;
        private long size;

        @Override
        public CompletionStage<byte[]> getBody() {
            return whole.getBody();
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            this.subscription = subscription;
            whole.onSubscribe(subscription);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            size += buffers.stream().mapToLong(ByteBuffer::remaining).sum();
            if (size <= maxBytes) {
                whole.onNext(buffers);
            } else if (!exceeded) {
                exceeded = true;
                if (subscription != null) {
                    subscription.cancel();
                }
                whole.onError(new IOException("the answer is larger than " + maxBytes + " bytes"));
            }
        }

        @Override
        public void onError(Throwable problem) {
            whole.onError(problem);
        }

        @Override
        public void onComplete() {
            whole.onComplete();
        }
    }
}
