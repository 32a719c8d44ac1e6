package dev.stocktake.bench;

import dev.stocktake.lucene.LuceneIndex;
import java.nio.file.Path;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Every product of a shop into an empty Lucene index on disk, from an empty ledger. */
final class LuceneSync implements Contestant {

    static final String NAME = "stocktake";

    private final Shop shop;
    private final Stage stage;
    private final Path directory;
    private @Nullable LuceneIndex index;
    private @Nullable Subject subject;

    LuceneSync(Shop shop, Stage stage, Path directory) {
        this.shop = shop;
        this.stage = stage;
        this.directory = directory;
    }

    /** Searched and filtered by what the others are searched and filtered by. */
    static LuceneIndex index(Shop shop, Path directory) {
        return LuceneIndex.builder(shop.schema(), directory)
                .searchable("title", "description")
                .filterable("brand", "status")
                .build();
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void prepare() throws SQLException {
        close();
        Directories.empty(directory);
        index = index(shop, directory);
        subject = Subject.between(Subject.products(shop, stage.source().source()), index, shop, stage);
    }

    @Override
    public void run() {
        if (subject == null) {
            throw new IllegalStateException("Not prepared");
        }
        subject.fill(shop);
    }

    @Override
    public void close() {
        if (subject != null && index != null) {
            subject.close();
            index.close();
        }
        subject = null;
        index = null;
    }
}
