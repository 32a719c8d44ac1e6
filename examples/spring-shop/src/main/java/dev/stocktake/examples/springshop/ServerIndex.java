package dev.stocktake.examples.springshop;

import com.meilisearch.sdk.Client;
import com.meilisearch.sdk.Config;
import com.meilisearch.sdk.SearchRequest;
import com.meilisearch.sdk.exceptions.MeilisearchApiException;
import java.util.List;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The index on a Meilisearch server. Filling it is the starter's business; here it is only searched. */
@Configuration(proxyBeanMethods = false)
final class ServerIndex {

    @Bean
    @ConditionalOnMissingBean
    Storefront storefront(
            @Value("${stocktake.meilisearch.url}") String url, @Value("${stocktake.meilisearch.api-key}") String key) {
        Client client = new Client(new Config(url, key));
        return (words, limit) -> {
            try {
                SearchRequest request =
                        SearchRequest.builder().q(words).limit(limit).build();
                return client.index("products").search(request).getHits().stream()
                        .map(Offer::of)
                        .toList();
            } catch (MeilisearchApiException e) {
                if ("index_not_found".equals(e.getCode())) {
                    return List.of(); // Nothing was ever synced.
                }
                throw e;
            }
        };
    }
}
