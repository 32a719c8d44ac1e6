package dev.stocktake.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field.Store;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/**
 * A floor: the loop that everybody writes first. One joined query, streamed; its rows grouped; one document after the other
 * added, and a single commit. No keys to go on from, nothing compared, nothing remembered.
 */
final class PlainLucene implements Contestant {

    static final String NAME = "plain loop";

    private static final int FETCHED = 1_000;
    private static final double BUFFER_MB = 32;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Shop shop;
    private final Database database;
    private final Path directory;

    PlainLucene(Shop shop, Database database, Path directory) {
        this.shop = shop;
        this.database = database;
        this.directory = directory;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void prepare() {}

    @Override
    public void run() throws SQLException {
        IndexWriterConfig config = new IndexWriterConfig(new Folding())
                .setOpenMode(IndexWriterConfig.OpenMode.CREATE)
                .setRAMBufferSizeMB(BUFFER_MB);
        try (Directory files = FSDirectory.open(directory);
                IndexWriter writer = new IndexWriter(files, config)) {
            fill(writer);
            writer.commit();
            if (writer.getDocStats().numDocs != shop.products()) {
                throw new IllegalStateException("The plain loop wrote " + writer.getDocStats().numDocs + " documents");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void fill(IndexWriter writer) throws SQLException, IOException {
        try (Connection connection = database.source().getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement statement = connection.prepareStatement(FloorSql.flat(shop))) {
                statement.setFetchSize(FETCHED);
                try (ResultSet rows = statement.executeQuery()) {
                    group(rows, writer);
                }
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
    }

    private static void group(ResultSet rows, IndexWriter writer) throws SQLException, IOException {
        Map<String, Object> product = Map.of();
        List<Map<String, Object>> variants = List.of();
        List<Map<String, Object>> stock = List.of();
        String variant = "";
        while (rows.next()) {
            if (!rows.getString(1).equals(product.get("id"))) {
                add(product, writer);
                variants = new ArrayList<>();
                variant = "";
                product = product(rows);
                product.put("variants", variants);
            }
            if (!rows.getString(8).equals(variant)) {
                variant = rows.getString(8);
                stock = new ArrayList<>();
                Map<String, Object> next = variant(rows);
                next.put("stock", stock);
                variants.add(next);
            }
            stock.add(level(rows));
        }
        add(product, writer);
    }

    private static Map<String, Object> product(ResultSet rows) throws SQLException {
        Map<String, Object> product = new LinkedHashMap<>();
        product.put("id", rows.getString(1));
        product.put("title", rows.getString(2));
        product.put("handle", rows.getString(3));
        product.put("description", rows.getString(4));
        product.put("brand", rows.getString(5));
        product.put("status", rows.getString(6));
        product.put(
                "created_at",
                rows.getObject(7, OffsetDateTime.class).toInstant().toString());
        return product;
    }

    private static Map<String, Object> variant(ResultSet rows) throws SQLException {
        Map<String, Object> variant = new LinkedHashMap<>();
        variant.put("id", rows.getString(8));
        variant.put("sku", rows.getString(9));
        variant.put("title", rows.getString(10));
        variant.put("weight", rows.getLong(11));
        variant.put("currency", rows.getString(12));
        variant.put("amount", rows.getLong(13));
        return variant;
    }

    private static Map<String, Object> level(ResultSet rows) throws SQLException {
        Map<String, Object> level = new LinkedHashMap<>();
        level.put("location", rows.getString(14));
        level.put("available", rows.getLong(15));
        return level;
    }

    private static void add(Map<String, Object> product, IndexWriter writer) throws IOException {
        if (product.isEmpty()) {
            return;
        }
        Document document = new Document();
        document.add(new StringField("key", text(product, "id"), Store.YES));
        document.add(new TextField("title", text(product, "title"), Store.NO));
        document.add(new TextField("description", text(product, "description"), Store.NO));
        document.add(new StringField("brand", text(product, "brand"), Store.NO));
        document.add(new StringField("status", text(product, "status"), Store.NO));
        document.add(new StoredField("document", JSON.writeValueAsBytes(product)));
        writer.addDocument(document);
    }

    private static String text(Map<String, Object> product, String field) {
        return String.valueOf(product.get(field));
    }

    /** Words in small letters without accents, as ours. */
    private static final class Folding extends Analyzer {

        @Override
        protected TokenStreamComponents createComponents(String field) {
            Tokenizer words = new StandardTokenizer();
            TokenStream folded = new ASCIIFoldingFilter(new LowerCaseFilter(words));
            return new TokenStreamComponents(words, folded);
        }
    }
}
