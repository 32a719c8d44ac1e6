package dev.stocktake.examples.quickstart;

import dev.stocktake.AuditableIndex;
import dev.stocktake.Document;
import dev.stocktake.Fingerprint;
import dev.stocktake.ProductKey;
import dev.stocktake.WriteBatch;
import dev.stocktake.lucene.LuceneIndex;
import dev.stocktake.lucene.Search;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** An index in this process, in a directory that is removed at the end. */
final class EmbeddedIndex implements ShopIndex {

    private final Path directory;
    private final LuceneIndex index;

    EmbeddedIndex() throws IOException {
        directory = Files.createTempDirectory("stocktake-quickstart-");
        index = LuceneIndex.builder("products", directory)
                .searchable("name", "brand", "category", "variants.sku")
                .filterable("in_stock", "category", "price_from")
                .build();
    }

    @Override
    public AuditableIndex port() {
        return index;
    }

    @Override
    public String description() {
        return "a Lucene index in " + directory;
    }

    @Override
    public List<Offer> search(String words) {
        return index.search(Search.of(words).limit(5)).hits().stream()
                .map(hit -> Offer.of(hit.document().fields()))
                .toList();
    }

    @Override
    public void alter(Offer shown, long available) {
        ProductKey key = ProductKey.of(shown.id());
        Document.Builder altered = Document.builder();
        index.documents(List.of(key))
                .values()
                .forEach(document -> document.fields().forEach(altered::put));
        Document document = altered.put("available", available)
                .put("in_stock", available > 0)
                .build();
        index.write(new WriteBatch(
                "somebody",
                List.of(new WriteBatch.Upsert(key, document, Fingerprint.of(document, "somebody"))),
                List.of()));
    }

    @Override
    public void close() {
        index.close();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
