package dev.stocktake.examples.quickstart;

import dev.stocktake.Stocktake;
import dev.stocktake.StocktakeException;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The first minute with Stocktake: a shop's database and a search index in one process, an edit that nobody announces, and
 * what becomes of it.
 *
 * <p>With {@code STOCKTAKE_MEILISEARCH_URL} (and {@code STOCKTAKE_MEILISEARCH_KEY}) set, the index is one of our own on that
 * server, and removed at the end. Ends with code 1 and a sentence if anything does not come out as told.
 */
public final class Quickstart {

    private static final long SEED = 20_260_101;
    private static final int PRODUCTS = 6_000;

    /** Lucene speaks to the JDK's logging; held here, as a logger that nobody holds forgets its level. */
    private static final Logger LUCENE = Logger.getLogger("org.apache.lucene");

    private Quickstart() {}

    /** Tells the story on standard output. */
    public static void main(String[] args) {
        LUCENE.setLevel(Level.SEVERE);
        int code = run(Screen.system(), System.getenv(), PRODUCTS);
        if (code != 0) {
            System.exit(code);
        }
    }

    static int run(Screen screen, Map<String, String> environment, int products) {
        Assortment assortment = Assortment.generate(SEED, products);
        try (Shop shop = Shop.with(assortment);
                ShopIndex index = index(environment);
                Stocktake stocktake =
                        ShopSync.stocktake(shop.database(), index.port(), new Progress(screen, products))) {
            screen.title("An invented shop, kept true in a search index.");
            screen.say(
                    "Database: H2 in this process, %,d products, %,d variants, %d stock locations, prices in 2 currencies.",
                    products, assortment.variantCount(), assortment.locations().size());
            screen.say("Index:    %s, empty.", index.description());
            // An index that cannot be reached is said now, and not after several patient attempts.
            index.port().identify();
            Story story = new Story(shop, index, stocktake, screen);
            story.tell(assortment);
            new Unannounced(shop, index, story, screen).tell();
            screen.title("That was all. Next: README.md, and docs/how-it-works.md.");
            return 0;
        } catch (StoryException e) {
            screen.title("This did not come out as told: " + e.getMessage() + ".");
        } catch (StocktakeException e) {
            screen.title("The story broke off: " + e.getMessage());
        } catch (RuntimeException | SQLException | IOException e) {
            screen.title("The story broke off: " + e);
        }
        return 1;
    }

    private static ShopIndex index(Map<String, String> environment) throws IOException {
        String url = environment.getOrDefault("STOCKTAKE_MEILISEARCH_URL", "");
        return url.isBlank()
                ? new EmbeddedIndex()
                : new ServerIndex(url, environment.getOrDefault("STOCKTAKE_MEILISEARCH_KEY", ""));
    }
}
