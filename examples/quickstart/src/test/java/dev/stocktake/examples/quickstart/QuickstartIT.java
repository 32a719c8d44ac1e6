package dev.stocktake.examples.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stocktake.Stocktake;
import dev.stocktake.SyncPolicy;
import dev.stocktake.jdbc.JdbcLedger;
import dev.stocktake.jdbc.JdbcProductSource;
import dev.stocktake.lucene.LuceneIndex;
import dev.stocktake.lucene.Search;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TimeZone;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.javacrumbs.shedlock.core.LockProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickstartIT {

    private final ByteArrayOutputStream told = new ByteArrayOutputStream();

    @Test
    void comesOutAsTold() {
        int code = Quickstart.run(screen(false), Map.of(), 6_000);

        assertThat(lines())
                .as("what was told")
                .anySatisfy(line -> assertThat(line).contains("smart sync: found=1 unchanged=0 written=1 deleted=0"));
        assertThat(code).isZero();
        assertThat(lines())
                .anySatisfy(line -> assertThat(line).contains("6,000 products", "3 stock locations"))
                .anySatisfy(line -> assertThat(line).contains("smart sync: found=0 unchanged=0 written=0 deleted=0"))
                .anySatisfy(
                        line -> assertThat(line).contains("full sync: found=6000 unchanged=6000 written=0 deleted=0"))
                .anySatisfy(line -> assertThat(line).contains("price ", "by comparing everything within 1 h"))
                .anySatisfy(line -> assertThat(line).contains("wrong, and nobody knew"))
                .anySatisfy(line -> assertThat(line).contains("audit: compared=6000 drift={STALE=1} written=1"))
                .anySatisfy(line -> assertThat(line).contains("price ", "by trigger within 1 s, deletions too"))
                .noneSatisfy(line -> assertThat(line).contains("\tat "));
        assertThat(told.toString(UTF_8)).as("plain lines where nothing moves").doesNotContain("\r");
        assertThat(directory()).as("removed at the end").doesNotExist();
    }

    @Test
    void comesOutAsToldInAnyLocaleAndTimeZone() {
        Locale locale = Locale.getDefault();
        TimeZone zone = TimeZone.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("tr-TR"));
            TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kathmandu"));

            assertThat(Quickstart.run(screen(true), Map.of(), 1_500))
                    .as(told::toString)
                    .isZero();
        } finally {
            Locale.setDefault(locale);
            TimeZone.setDefault(zone);
        }
        assertThat(told.toString(UTF_8))
                .as("a bar where lines may move")
                .contains("\r   [########################################] 1,500 of 1,500");
    }

    @Test
    void endsWithASentenceAndACodeIfItCannotBeTold() {
        int code = Quickstart.run(screen(false), Map.of("STOCKTAKE_MEILISEARCH_URL", "http://127.0.0.1:1"), 200);

        assertThat(code).isEqualTo(1);
        assertThat(lines())
                .anySatisfy(line ->
                        assertThat(line).startsWith("The story broke off: ").contains("127.0.0.1"))
                .noneSatisfy(line -> assertThat(line).contains("\tat "));
    }

    @Test
    void theFirstScreenOfTheReadmeWorks(@TempDir Path directory) throws Exception {
        Assortment assortment = Assortment.generate(7, 200);
        try (Shop shop = Shop.with(assortment);
                LuceneIndex index = LuceneIndex.builder("products", directory).build();
                Stocktake stocktake = Snippets.firstScreen(shop.database(), index)) {
            assertThat(index.search(Search.everything()).total()).isEqualTo(200);
            assertThat(stocktake.status().quarantined()).isZero();
        }
    }

    @Test
    void documentsFromSeveralTablesAreMadeAndFollowed(@TempDir Path directory) throws Exception {
        try (Shop shop = Shop.with(Assortment.generate(7, 200));
                LuceneIndex index = LuceneIndex.builder("products", directory).build();
                Stocktake stocktake = Snippets.severalTables(
                        shop.database(), index, JdbcLedger.of(shop.database()).initialize())) {
            assertThat(stocktake.run(SyncPolicy.full()).counts().written()).isEqualTo(200);

            shop.execute("update stock set quantity = quantity + 1, updated_at = current_timestamp where id = 1");

            assertThat(stocktake.run(SyncPolicy.smart()).counts().written()).isEqualTo(1);
        }
    }

    @Test
    void aSchedulerOfTheHostsMayStartRunsUnderShedLock(@TempDir Path directory) throws Exception {
        Set<String> held = new HashSet<>();
        LockProvider locks = wanted ->
                held.add(wanted.getName()) ? Optional.of(() -> held.remove(wanted.getName())) : Optional.empty();
        try (Shop shop = Shop.with(Assortment.generate(7, 200));
                LuceneIndex index = LuceneIndex.builder("products", directory).build();
                Stocktake stocktake = Stocktake.builder(
                                JdbcProductSource.builder(shop.database())
                                        .root("select p.id, p.name from product p where {products:p.id}")
                                        .build(),
                                index,
                                JdbcLedger.of(shop.database()).initialize())
                        .build()) {
            held.add("rebuild-products");
            Snippets.shedLock(locks, stocktake);
            assertThat(stocktake.status().known())
                    .as("somebody else has the lock")
                    .isFalse();
            held.clear();

            Snippets.shedLock(locks, stocktake);

            assertThat(index.count()).isEqualTo(200);
            assertThat(held).isEmpty();
        }
    }

    private Screen screen(boolean moving) {
        return new Screen(new PrintStream(told, true, UTF_8), moving);
    }

    private List<String> lines() {
        return told.toString(UTF_8).lines().toList();
    }

    private Path directory() {
        Matcher place = Pattern.compile("a Lucene index in (\\S+), empty").matcher(told.toString(UTF_8));
        assertThat(place.find()).isTrue();
        return Path.of(place.group(1));
    }
}
