package dev.stocktake.examples.springshop;

import dev.stocktake.lucene.LuceneIndex;
import dev.stocktake.lucene.Search;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.FileSystemUtils;
import org.springframework.util.StringUtils;

/** The index in this process, where no server is named. A bean of type {@code SearchIndex} is all that Stocktake needs. */
@Configuration(proxyBeanMethods = false)
@Conditional(EmbeddedIndex.NoServer.class)
final class EmbeddedIndex {

    /** Lucene speaks to the JDK's logging; held here, as a logger that nobody holds forgets its level. */
    private static final Logger LUCENE = Logger.getLogger("org.apache.lucene");

    /** Where {@code STOCKTAKE_MEILISEARCH_URL} is not set. */
    static final class NoServer implements Condition {

        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            return !StringUtils.hasText(context.getEnvironment().getProperty("stocktake.meilisearch.url"));
        }
    }

    /** A directory for the index: the one that is named, or one that goes with the shop. */
    record Place(Path directory, boolean ours) implements AutoCloseable {

        @Override
        public void close() throws IOException {
            if (ours) {
                FileSystemUtils.deleteRecursively(directory);
            }
        }
    }

    @Bean
    Place place(@Value("${shop.index:}") String named) throws IOException {
        return named.isBlank()
                ? new Place(Files.createTempDirectory("spring-shop-"), true)
                : new Place(Path.of(named), false);
    }

    @Bean
    LuceneIndex index(Place place) {
        LUCENE.setLevel(Level.SEVERE);
        return LuceneIndex.builder("products", place.directory())
                .searchable("name", "brand")
                .build();
    }

    @Bean
    Storefront storefront(LuceneIndex index) {
        return (words, limit) -> index.search(Search.of(words).limit(limit)).hits().stream()
                .map(hit -> Offer.of(hit.document().fields()))
                .toList();
    }
}
