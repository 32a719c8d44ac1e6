package dev.stocktake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stocktake.testkit.InMemoryIndex;
import dev.stocktake.testkit.InMemoryProductSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A listing that breaks off goes on where it was, and leaves nothing out. */
class IndexListingTest {

    private static final int DOCUMENTS = 25_000;

    private final InMemoryIndex index = new InMemoryIndex("products");
    private final InMemoryProductSource source = new InMemoryProductSource();
    private final IndexListing listing = new IndexListing(index, source);
    private final List<ProductKey> given = new ArrayList<>();

    IndexListingTest() {
        Document document = Document.builder().put("title", "Nobody's").build();
        index.prepare();
        for (int i = 0; i < DOCUMENTS; i++) {
            index.plant(new ProductKey("p" + i), document);
        }
    }

    @Test
    void givesTheOrphansOfAPageOnceMoreIfNothingCouldBeDoneWithThem() {
        assertThatThrownBy(() -> listing.next(orphans -> {
                    throw new UnavailableException("the ledger is down", null);
                }))
                .isInstanceOf(UnavailableException.class);

        listToTheEnd();

        assertThat(given).doesNotHaveDuplicates().hasSize(DOCUMENTS);
        assertThat(listing.orphans()).isEqualTo(DOCUMENTS);
        assertThat(listing.documents()).isEqualTo(DOCUMENTS);
    }

    @Test
    void countsNothingTwiceIfWhatFollowsItsEndMustBeTriedAgain() {
        listToTheEnd();

        assertThat(listing.next(given::addAll)).isTrue();
        assertThat(given).hasSize(DOCUMENTS);
        assertThat(listing.documents()).isEqualTo(DOCUMENTS);
        assertThat(listing.found()).doesNotHaveDuplicates();
    }

    private void listToTheEnd() {
        boolean last = false;
        while (!last) {
            last = listing.next(given::addAll);
        }
    }
}
