package dev.stocktake.integration;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * A wire that breaks: passes TCP connections on to a server on this machine and does to some of them what networks do. Never
 * alters or repeats a byte. Which connection suffers what is drawn from a seed; threads decide when. Thread-safe.
 */
final class FaultProxy implements AutoCloseable {

    /** What happens to a connection, once. */
    enum Fault {
        /** Closed before a byte has passed. */
        REFUSED,
        /** Closed on both sides. */
        CUT,
        /** The client gets a reset, the server a close. */
        RESET,
        /** Nothing passes any more, either way, and nobody is told. */
        BLACK_HOLE,
        /** One piece is held for longer than anybody waits, and then passes, whoever is still there. */
        LATE,
        /** One way is ended, the other goes on. */
        HALF_CLOSED
    }

    private enum Way {
        REQUEST,
        RESPONSE
    }

    /**
     * What to do to connections from now on, new and old.
     *
     * @param share of the connections that suffer, from 0 to 1
     * @param faults what they may suffer
     * @param words a connection suffers when a request that holds one of these has passed: it was carried out, and its answer
     *     meets the fault
     * @param bytes whether half of them suffer after a random number of bytes of either way instead
     * @param longest how long something is late, in milliseconds
     */
    record Weather(double share, List<Fault> faults, List<String> words, boolean bytes, int longest) {}

    /** @param word of the request whose answer suffers; null if it is a matter of bytes */
    private record Ailment(
            Fault fault, Way way, long afterBytes, @Nullable String word, int delay) {}

    private static final double MOST_BYTES = 40_000;

    private final ServerSocket listening;
    private final int target;
    private final Random random;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final Map<String, AtomicInteger> struck = new ConcurrentSkipListMap<>();
    private final ExecutorService threads;
    private volatile @Nullable Weather weather;

    FaultProxy(String name, int target, long seed) throws IOException {
        this.target = target;
        this.random = new Random(seed);
        this.listening = new ServerSocket();
        this.listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 256);
        AtomicInteger count = new AtomicInteger();
        this.threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(null, task, "wire-" + name + "-" + count.incrementAndGet(), 128 * 1024);
            thread.setDaemon(true);
            return thread;
        });
        threads.execute(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    /** May be said again: connections that are well then get another chance to suffer. */
    void storm(Weather next) {
        weather = next;
        links.forEach(link -> {
            if (link.ailment == null) {
                link.said = false;
                link.ailment = draw(next, link);
            }
        });
    }

    /** Everything passes again. What fell into a black hole is ended; what is late comes when it comes. */
    void calm() {
        weather = null;
        links.forEach(link -> {
            link.ailment = null;
            if (link.dark) {
                link.close();
            }
        });
    }

    /** Whether nothing is on its way that was late. */
    boolean still() {
        return links.stream().noneMatch(link -> link.late);
    }

    /** How often each fault struck, and what it struck. */
    Map<String, AtomicInteger> struck() {
        return struck;
    }

    @Override
    public void close() throws IOException {
        listening.close();
        links.forEach(Link::close);
        threads.shutdownNow();
    }

    // --- connections

    private void accept() {
        while (!listening.isClosed()) {
            try {
                take(listening.accept());
            } catch (IOException e) {
                // Closed, or the server is down: then so is the wire.
            }
        }
    }

    private void take(Socket near) throws IOException {
        Weather now = weather;
        Ailment ailment = now == null ? null : draw(now, null);
        if (ailment != null && ailment.fault() == Fault.REFUSED) {
            struck(ailment);
            near.close();
            return;
        }
        Socket far;
        try {
            far = new Socket(InetAddress.getLoopbackAddress(), target);
        } catch (IOException e) {
            near.close();
            throw e;
        }
        near.setTcpNoDelay(true);
        far.setTcpNoDelay(true);
        Link link = new Link(near, far, ailment);
        links.add(link);
        threads.execute(() -> link.pump(Way.REQUEST));
        threads.execute(() -> link.pump(Way.RESPONSE));
    }

    /** @param link null if it is new */
    private @Nullable Ailment draw(Weather now, @Nullable Link link) {
        synchronized (random) {
            if (random.nextDouble() >= now.share()) {
                return null;
            }
            Fault fault = now.faults().get(random.nextInt(now.faults().size()));
            boolean byWord = !now.bytes() || random.nextBoolean();
            String word = byWord ? now.words().get(random.nextInt(now.words().size())) : null;
            Way way = byWord || random.nextBoolean() ? Way.RESPONSE : Way.REQUEST;
            // As many early as late ones: a handshake is short, a batch is long.
            long bytes = (long) Math.exp(random.nextDouble() * Math.log(MOST_BYTES));
            long before = link == null ? 0 : link.passed.get(way.ordinal());
            return new Ailment(fault, way, before + bytes, word, 1 + random.nextInt(now.longest()));
        }
    }

    private void struck(Ailment ailment) {
        String where = ailment.fault() == Fault.REFUSED ? "" : ailment.word() != null ? " answer" : " " + ailment.way();
        struck.computeIfAbsent(ailment.fault() + where.toLowerCase(java.util.Locale.ROOT), name -> new AtomicInteger())
                .incrementAndGet();
    }

    /** One connection. */
    private final class Link {

        private final Socket near;
        private final Socket far;
        private final AtomicLongArray passed = new AtomicLongArray(Way.values().length);
        private final CountDownLatch ended = new CountDownLatch(1);
        private final AtomicInteger open = new AtomicInteger(Way.values().length);
        private volatile @Nullable Ailment ailment;
        private volatile boolean said;
        private volatile boolean dark;
        private volatile boolean late;

        Link(Socket near, Socket far, @Nullable Ailment ailment) {
            this.near = near;
            this.far = far;
            this.ailment = ailment;
        }

        void pump(Way way) {
            Socket from = way == Way.REQUEST ? near : far;
            Socket to = way == Way.REQUEST ? far : near;
            try {
                pump(way, from, to);
            } catch (IOException e) {
                // One side is gone, and so goes the other.
                close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                close();
            } finally {
                if (open.decrementAndGet() == 0) {
                    close();
                }
            }
        }

        private void pump(Way way, Socket from, Socket to) throws IOException, InterruptedException {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[8 * 1024];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (dark) {
                    // Neither told nor ended, until calm.
                    ended.await();
                    return;
                }
                Ailment due = ailment;
                int before = due == null ? -1 : before(due, way, buffer, read);
                int begin = 0;
                if (due != null && before >= 0) {
                    ailment = null;
                    said = false;
                    out.write(buffer, 0, before);
                    struck(due);
                    if (!strike(due, to)) {
                        return;
                    }
                    begin = before;
                }
                out.write(buffer, begin, read - begin);
                passed.addAndGet(way.ordinal(), read);
            }
            to.shutdownOutput();
        }

        /** How many bytes of this piece still pass; negative if all do and nothing happens. */
        private int before(Ailment due, Way way, byte[] buffer, int read) {
            if (due.word() == null) {
                long left = due.afterBytes() - passed.get(way.ordinal());
                return way == due.way() && left < read ? (int) Math.max(0, left) : -1;
            }
            if (way == Way.REQUEST) {
                said |= new String(buffer, 0, read, StandardCharsets.ISO_8859_1).contains(due.word());
                return -1;
            }
            return said ? 0 : -1;
        }

        /** @return whether the rest passes */
        private boolean strike(Ailment due, Socket to) throws IOException, InterruptedException {
            switch (due.fault()) {
                case LATE -> {
                    late = true;
                    try {
                        return !ended.await(due.delay(), TimeUnit.MILLISECONDS);
                    } finally {
                        late = false;
                    }
                }
                case BLACK_HOLE -> {
                    dark = true;
                    ended.await();
                }
                case HALF_CLOSED -> to.shutdownOutput();
                case RESET -> {
                    near.setSoLinger(true, 0);
                    close();
                }
                default -> close();
            }
            return false;
        }

        void close() {
            links.remove(this);
            ended.countDown();
            for (Socket socket : List.of(near, far)) {
                try {
                    socket.close();
                } catch (IOException e) {
                    // It is.
                }
            }
        }
    }
}
