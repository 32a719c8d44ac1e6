package dev.stocktake.bench;

import jakarta.persistence.EntityManagerFactory;
import java.nio.file.Path;
import java.util.Properties;
import javax.sql.DataSource;
import org.hibernate.cfg.AvailableSettings;
import org.hibernate.cfg.Configuration;
import org.hibernate.search.mapper.orm.Search;
import org.hibernate.search.mapper.orm.massindexing.MassIndexer;
import org.jspecify.annotations.Nullable;

/**
 * A peer: Hibernate Search's mass indexer fills a Lucene index from the same tables. Once as it comes, and once with the settings
 * that its manual recommends: identifiers, collections and objects are fetched by the hundreds, two threads load.
 */
final class MassIndexing implements Contestant {

    static final String TUNED = "mass indexer";
    static final String AS_IT_COMES = "mass indexer as it comes";

    private static final int FETCHED = 500;
    private static final int THREADS = 2;

    private final String name;
    private final Shop shop;
    private final DataSource source;
    private final Path directory;
    private @Nullable EntityManagerFactory hibernate;

    /** @param name {@link #TUNED} or {@link #AS_IT_COMES} */
    MassIndexing(String name, Shop shop, DataSource source, Path directory) {
        this.name = name;
        this.shop = shop;
        this.source = source;
        this.directory = directory;
    }

    @Override
    public String name() {
        return name;
    }

    private boolean isTuned() {
        return name.equals(TUNED);
    }

    /** With an empty index. To start Hibernate is not measured. */
    @Override
    public void prepare() {
        close();
        Properties settings = new Properties();
        settings.put(AvailableSettings.JAKARTA_NON_JTA_DATASOURCE, source);
        settings.put(AvailableSettings.DEFAULT_SCHEMA, shop.schema());
        if (isTuned()) {
            settings.put(AvailableSettings.DEFAULT_BATCH_FETCH_SIZE, FETCHED);
        }
        settings.put("hibernate.search.backend.directory.root", directory.toString());
        settings.put("hibernate.search.schema_management.strategy", "drop-and-create-and-drop");
        Configuration configuration = new Configuration().addProperties(settings);
        for (Class<?> entity :
                new Class<?>[] {PeerProduct.class, PeerVariant.class, PeerPrice.class, PeerLevel.class}) {
            configuration.addAnnotatedClass(entity);
        }
        hibernate = configuration.buildSessionFactory();
    }

    @Override
    public void run() {
        if (hibernate == null) {
            throw new IllegalStateException("Not prepared");
        }
        MassIndexer indexer = Search.mapping(hibernate).scope(PeerProduct.class).massIndexer();
        if (isTuned()) {
            indexer.threadsToLoadObjects(THREADS)
                    .batchSizeToLoadObjects(FETCHED)
                    .idFetchSize(FETCHED);
        }
        try {
            indexer.startAndWait();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        }
    }

    @Override
    public void close() {
        if (hibernate != null) {
            hibernate.close();
            hibernate = null;
        }
    }
}
