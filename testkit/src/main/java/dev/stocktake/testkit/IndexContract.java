package dev.stocktake.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.Document;
import dev.stocktake.Fingerprint;
import dev.stocktake.Outcome;
import dev.stocktake.ProductKey;
import dev.stocktake.Receipt;
import dev.stocktake.SearchIndex;
import dev.stocktake.WriteBatch;
import dev.stocktake.WriteBatch.Upsert;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;

/** What the contracts of indexes share. */
abstract class IndexContract extends PortContract {

    private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(20);
    private static final int QUESTIONS = 1_500;

    static final ProductKey A = ProductKey.of("a");
    static final ProductKey B = ProductKey.of("b");
    static final ProductKey C = ProductKey.of("c");

    static final String UNPREPARED = "unprepared";

    private int batches;

    /** How to reach the index; always the same one within a test. */
    protected abstract IndexHarness harness();

    @Override
    protected final Map<Capability, String> missing() {
        return harness().missing();
    }

    /** A test begins with an index that exists, unless it is tagged otherwise. */
    @BeforeEach
    final void prepareTheIndex(TestInfo test) {
        if (!test.getTags().contains(UNPREPARED)) {
            index().prepare();
        }
    }

    SearchIndex index() {
        return harness().index();
    }

    // --- documents
    // ----------------------------------------------------------------------------------------------------

    static Document lamp(String title) {
        return Document.builder().put("title", title).put("stock", 7).build();
    }

    static Fingerprint fingerprint(Document document) {
        return Fingerprint.of(document, "1");
    }

    static Upsert upsert(ProductKey key, Document document) {
        return new Upsert(key, document, fingerprint(document));
    }

    static Upsert upsert(ProductKey key, String title) {
        return upsert(key, lamp(title));
    }

    static List<ProductKey> many(int count) {
        List<ProductKey> keys = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            keys.add(ProductKey.of(10_000 + i));
        }
        return keys;
    }

    final List<ProductKey> awkwardKeys() {
        List<ProductKey> keys = new ArrayList<>(AwkwardKeys.all());
        harness().lookalikes().stream().filter(key -> !keys.contains(key)).forEach(keys::add);
        return keys;
    }

    // --- writing
    // ------------------------------------------------------------------------------------------------------

    final String nextBatch() {
        return "contract.batch_" + ++batches;
    }

    final Receipt write(Upsert... upserts) {
        return write(Arrays.asList(upserts), List.of());
    }

    final Receipt write(List<Upsert> upserts, List<ProductKey> deletions) {
        return index().write(new WriteBatch(nextBatch(), upserts, deletions));
    }

    final Receipt remove(ProductKey... keys) {
        return write(List.of(), Arrays.asList(keys));
    }

    final void put(ProductKey key, String title) {
        applied(write(upsert(key, title)));
    }

    /** Puts documents in batches that fit. */
    final void putAll(List<ProductKey> keys) {
        int most = Math.min(index().limits().maxProducts(), 1_000);
        List<Receipt> receipts = new ArrayList<>();
        for (int from = 0; from < keys.size(); from += most) {
            List<ProductKey> part = keys.subList(from, Math.min(keys.size(), from + most));
            receipts.add(write(
                    part.stream().map(key -> upsert(key, "Lamp " + key)).toList(), List.of()));
        }
        receipts.forEach(this::applied);
    }

    /** Waits for a write and requires that nothing of it was refused. */
    final void applied(Receipt receipt) {
        assertThat(receipt.refused()).isEmpty();
        Outcome outcome = await(receipt);
        assertThat(outcome.kind()).as(outcome.reason()).isEqualTo(Outcome.Kind.APPLIED);
    }

    /** Waits until the outcome of a write is final. */
    final Outcome await(Receipt receipt) {
        for (int i = 0; i < QUESTIONS; i++) {
            Outcome outcome = outcome(receipt);
            if (outcome.kind() != Outcome.Kind.PENDING) {
                return outcome;
            }
            sleep();
        }
        throw new AssertionError("The write is still pending after " + QUESTIONS + " questions: " + receipt);
    }

    final Outcome outcome(Receipt receipt) {
        Outcome outcome = index().outcomes(List.of(receipt)).get(receipt);
        if (outcome == null) {
            throw new AssertionError("There must be an outcome for each receipt");
        }
        return outcome;
    }

    private void sleep() {
        try {
            harness().sleeper().sleep(BETWEEN_QUESTIONS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for the index", e);
        }
    }

    // --- reading
    // ------------------------------------------------------------------------------------------------------

    final Optional<Document> stored(ProductKey key) {
        return harness().stored(key);
    }

    /** Numbers may have lost their trailing zeros on the way, and fields their order; nothing else. */
    final void assertStored(ProductKey key, Document document) {
        Optional<Document> stored = stored(key);
        assertThat(stored).as("document of product '%s'", key).isPresent();
        assertThat(stored.map(IndexContract::fingerprint))
                .as("document of product '%s' is %s; what was sent is %s", key, stored.orElse(document), document)
                .contains(fingerprint(document));
    }

    final void assertStored(ProductKey key, String title) {
        assertStored(key, lamp(title));
    }

    final void assertNotStored(ProductKey key) {
        assertThat(stored(key)).as("document of product '%s'", key).isEmpty();
    }
}
