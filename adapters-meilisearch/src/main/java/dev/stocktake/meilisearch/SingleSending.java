package dev.stocktake.meilisearch;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.concurrent.Flow.Publisher;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.atomic.AtomicLong;
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
    private final AtomicReference<State> state = new AtomicReference<>(State.NEW);

    SingleSending(Payload payload) {
        this.payload = payload;
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
            Gate gate = new Gate(subscriber);
            gate.onSubscribe(new Chunks(gate, payload.chunks().iterator()));
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

    /** Hands the chunks over as they are; the JDK's publisher copies them into smaller ones. */
    private static final class Chunks implements Subscription {

        private final Subscriber<ByteBuffer> subscriber;
        private final Iterator<byte[]> chunks;
        private final AtomicLong wanted = new AtomicLong();
        private volatile boolean over;

        Chunks(Subscriber<ByteBuffer> subscriber, Iterator<byte[]> chunks) {
            this.subscriber = subscriber;
            this.chunks = chunks;
        }

        /** Whoever finds that nobody was wanted before hands over; all others only say that they want more. */
        @Override
        public void request(long count) {
            if (count <= 0) {
                if (!over) {
                    over = true;
                    subscriber.onError(new IllegalArgumentException("Asked for " + count + " chunks"));
                }
                return;
            }
            if (wanted.getAndAccumulate(count, Chunks::sum) > 0) {
                return;
            }
            do {
                if (over) {
                    return;
                }
                subscriber.onNext(ByteBuffer.wrap(chunks.next()).asReadOnlyBuffer());
                if (!chunks.hasNext() && !over) {
                    over = true;
                    subscriber.onComplete();
                }
            } while (wanted.decrementAndGet() > 0);
        }

        private static long sum(long left, long right) {
            return left + right < 0 ? Long.MAX_VALUE : left + right;
        }

        @Override
        public void cancel() {
            over = true;
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
