package dev.stocktake.meilisearch;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow.Publisher;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A body that is sent at most once and knows whether all of it was handed over.
 *
 * <p>A request whose last byte was never handed over cannot have been carried out, because its length is declared: the
 * server waits for the rest and then throws it away. So {@link #withhold} after a failure tells <em>rejected</em> from
 * <em>unknown</em>, also when the connection never came about.
 */
final class SingleSending implements BodyPublisher {

    private enum State {
        NEW,
        BEGUN,
        COMPLETE,
        WITHHELD
    }

    private final Payload payload;
    private final BodyPublisher bytes;
    private final AtomicReference<State> state = new AtomicReference<>(State.NEW);

    SingleSending(Payload payload) {
        this.payload = payload;
        this.bytes = BodyPublishers.ofByteArrays(payload.chunks());
    }

    /**
     * Keeps back what was not handed over yet.
     *
     * @return whether something was: then the server never has the whole request
     */
    boolean withhold() {
        return state.getAndUpdate(now -> now == State.COMPLETE ? now : State.WITHHELD) != State.COMPLETE;
    }

    /** Whether the sending has begun. */
    boolean begun() {
        return state.get() != State.NEW;
    }

    @Override
    public long contentLength() {
        return payload.length();
    }

    @Override
    public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
        // A second subscription is a second sending: a client that was told to retry by a system property.
        if (state.compareAndSet(State.NEW, State.BEGUN)) {
            bytes.subscribe(new Gate(subscriber));
        } else {
            BodyPublishers.fromPublisher(new Closed()).subscribe(subscriber);
        }
    }

    private final class Gate implements Subscriber<ByteBuffer> {

        private final Subscriber<? super ByteBuffer> downstream;
        private long left = payload.length();

        Gate(Subscriber<? super ByteBuffer> downstream) {
            this.downstream = downstream;
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            downstream.onSubscribe(subscription);
        }

        @Override
        public void onNext(ByteBuffer chunk) {
            left -= chunk.remaining();
            boolean open = left > 0
                    ? state.get() == State.BEGUN
                    : state.get() == State.COMPLETE || state.compareAndSet(State.BEGUN, State.COMPLETE);
            if (open) {
                downstream.onNext(chunk);
            }
        }

        @Override
        public void onError(Throwable problem) {
            downstream.onError(problem);
        }

        @Override
        public void onComplete() {
            if (state.get() == State.COMPLETE) {
                downstream.onComplete();
            } else {
                downstream.onError(new IOException("The rest of the request was kept back"));
            }
        }
    }

    private static final class Closed implements Publisher<ByteBuffer> {

        @Override
        public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
            subscriber.onSubscribe(new Subscription() {
                @Override
                public void request(long count) {
                    subscriber.onError(new IOException("A write is sent once only"));
                }

                @Override
                public void cancel() {
                    // Nothing was begun.
                }
            });
        }
    }
}
