package dev.stocktake.spring;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static com.microsoft.playwright.assertions.PlaywrightAssertions.setDefaultAssertionTimeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.PlaywrightException;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.stocktake.RebuildControl;
import dev.stocktake.RebuildStatus;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncPolicy;
import dev.stocktake.SyncReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;

/**
 * The page in a real browser. Where none is installed it is skipped, and says so; where it must be there (CI=true) it fails.
 * Takes the screenshots of the documentation if it is told to: {@code -Dstocktake.screenshots=$PWD/docs/images}.
 */
class PageIT {

    private static final List<String> BROWSERS =
            List.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome");

    private static @Nullable Playwright playwright;
    private static @Nullable Browser browser;

    private final Host host = new Host();
    private @Nullable BrowserContext session;

    @BeforeAll
    static void openTheBrowser() {
        Path chromium = Stream.concat(Stream.ofNullable(System.getenv("STOCKTAKE_BROWSER")), BROWSERS.stream())
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
        if (chromium == null) {
            String missing =
                    "No browser is installed (apt-get install chromium, or set STOCKTAKE_BROWSER): the page is not tested";
            if (Boolean.parseBoolean(System.getenv("CI"))) {
                throw new IllegalStateException(missing);
            }
            Assumptions.abort(missing);
            return;
        }
        setDefaultAssertionTimeout(30_000);
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(chromium)
                        .setArgs(List.of("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")));
    }

    @AfterAll
    static void closeTheBrowser() {
        if (playwright != null) {
            playwright.close();
        }
    }

    @BeforeEach
    void setUp() {
        host.web(WebApplicationType.SERVLET)
                .set("stocktake.admin.enabled", "true")
                .set("spring.security.user.name", "clerk")
                .set("spring.security.user.password", "secret-of-the-clerk");
    }

    @AfterEach
    void tearDown() {
        if (session != null) {
            session.close();
        }
        host.close();
    }

    private Page open(Browser.NewContextOptions options) {
        session = java.util.Objects.requireNonNull(browser).newContext(options);
        session.setDefaultTimeout(30_000);
        return tab();
    }

    private Page tab() {
        Page page = java.util.Objects.requireNonNull(session).newPage();
        page.onPageError(error -> {
            throw new AssertionError(error);
        });
        page.navigate("http://localhost:" + host.port() + "/stocktake");
        if (page.url().endsWith("/login")) {
            page.getByLabel("Username").fill("clerk");
            page.getByLabel("Password").fill("secret-of-the-clerk");
            button(page, "Sign in").click();
        }
        return page;
    }

    private Page open() {
        return open(new Browser.NewContextOptions().setViewportSize(1000, 900));
    }

    private static Locator button(Page page, String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    private static Locator toast(Page page, String text) {
        return page.locator("stocktake-toasts .toast", new Page.LocatorOptions().setHasText(text));
    }

    private static void isAccessible(Page page) {
        List<Rule> violations = new AxeBuilder(page).analyze().getViolations();
        assertThat(violations.stream().map(rule -> rule.getId() + ": " + rule.getHelp() + " " + rule.getNodes()))
                .isEmpty();
    }

    private static void picture(Page page, String name) {
        String folder = System.getProperty("stocktake.screenshots", "");
        if (!folder.isEmpty()) {
            page.screenshot(new Page.ScreenshotOptions()
                    .setPath(Path.of(folder, "stocktake-" + name + ".png"))
                    .setFullPage(true));
        }
    }

    private Stocktake stocktake() {
        return host.context().getBean(Stocktakes.class).get("products");
    }

    private void isTrue() {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(stocktake().status().clean()).isTrue());
    }

    /** Nothing runs by itself, so that what the page starts is not done by the schedule meanwhile. */
    private void startWithoutSchedule() {
        host.set("stocktake.scheduler.enabled", "false").start();
        Stocktake stocktake = stocktake();
        stocktake.run(SyncPolicy.full().inPlace());
        stocktake.run(SyncPolicy.smart());
        stocktake.run(SyncPolicy.audit());
        isTrue();
    }

    @Test
    void showsTheTruthAndSyncsOnRequest() {
        startWithoutSchedule();
        Page page = open();

        assertThat(page.locator(".badge")).hasText("True");
        assertThat(page.locator(".sentence")).containsText("Every product compared within the last");
        button(page, "Sync changed").click();
        assertThat(toast(page, "Done, and a search shows it")).isVisible();
        button(page, "Sync everything").click();
        assertThat(toast(page, "unchanged 2")).isVisible();
        button(page, "Check drift").click();
        assertThat(toast(page, "No drift: 2 products compared")).isVisible();
        assertThat(page.getByText("nothing differs that was not known")).isVisible();
        isAccessible(page);
        picture(page, "page");
        toast(page, "No drift").getByRole(AriaRole.BUTTON).click();
        assertThat(toast(page, "No drift")).hasCount(0);
    }

    @Test
    void findsDriftExplainsAndRepairsIt() {
        // Rows of the overlap lie before the feed still, and what a feed would name is no drift.
        host.set("stocktake.changes.overlap", "50ms");
        startWithoutSchedule();
        host.sql("update product set name = 'Oar <script>' where id = 1");
        Page page = open();

        page.getByText("Why is this product wrong?").click();
        page.getByLabel("Product id", new Page.GetByLabelOptions().setExact(true))
                .fill("1");
        button(page, "Explain").click();
        assertThat(page.locator("pre[aria-label=Explanation]")).containsText("wrong, and nobody knew");
        button(page, "Check drift").click();
        assertThat(toast(page, "1 products differ")).isVisible();
        isAccessible(page);
        picture(page, "drift");
        button(page, "Repair").click();
        assertThat(toast(page, "Done, and a search shows it")).isVisible();
        assertThat(host.document(1).map(json -> json.path("name").asText())).contains("Oar <script>");
    }

    /** A rebuild that is told to be very slow stands still long enough to be paused, gone on with and cancelled. */
    @Test
    void holdsARebuildUpCancelsItAndRollsTheNextOneBack() {
        host.start();
        host.rowsReachTheIndex();
        isTrue();
        RebuildControl rebuilds = stocktake().rebuilds();
        rebuilds.throttle(0.001);
        Page page = open();

        button(page, "Rebuild").click();
        button(page, "Pause").click();
        assertThat(page.locator(".running")
                        .filter(new Locator.FilterOptions().setHasText("the rebuild is paused"))
                        .first())
                .isVisible();
        assertThat(toast(page, "The rebuild is paused")).isVisible();
        button(page, "Go on").click();
        assertThat(button(page, "Pause")).isVisible();
        isAccessible(page);
        button(page, "Cancel").click();
        assertThat(button(page, "Cancel")).hasCount(0);
        assertThat(toast(page, "The rebuild was cancelled")).isVisible();
        assertThat(toast(page, "Not finished")).hasCount(0);
        assertThat(rebuilds.status().filter(RebuildStatus::active)).isEmpty();
        assertThat(host.document(1)).isPresent();

        rebuilds.throttle(0);
        host.sql("update product set name = 'Capstan' where id = 1");
        button(page, "Rebuild").click();
        assertThat(toast(page, "Done, and a search shows it")).isVisible();
        assertThat(host.document(1).map(json -> json.path("name").asText())).contains("Capstan");
        button(page, "Roll back").click();
        assertThat(toast(page, "Done, and a search shows it")).hasCount(2);
        assertThat(page.locator("table").first()).containsText("Roll back");
    }

    @Test
    void cancelsARunAndSaysWhatBecameOfIt() {
        startWithoutSchedule();
        host.sql("update product set name = 'Capstan' where id = 1");
        Page page = open();
        Runnable release = host.meilisearch.holdNext("POST /indexes/products/documents?");

        button(page, "Sync everything").click();
        Locator cancel = page.locator("button[aria-label^='Cancel run'][aria-label$='Sync everything']");
        cancel.click();
        assertThat(page.locator(".running")).containsText("is being cancelled");
        assertThat(cancel).hasAttribute("aria-disabled", "true");
        isAccessible(page);
        release.run();

        assertThat(toast(page, "Cancelled: found")).isVisible();
        assertThat(page.locator(".running")).hasCount(0);
        assertThat(page.locator("table").first()).containsText("cancelled");
        assertThat(button(page, "Sync changed")).isFocused();
        button(page, "Sync changed").click();
        assertThat(toast(page, "Done, and a search shows it")).isVisible();
        assertThat(host.document(1).map(json -> json.path("name").asText())).contains("Capstan");
    }

    /** Whoever presses a button expects it to do what it says, whether or not something runs by itself. */
    @Test
    void finishesWhatWasPausedThoughNothingRunsByItself() {
        startWithoutSchedule();
        RebuildControl rebuilds = stocktake().rebuilds();
        host.sql("update product set name = 'Capstan' where id = 1");
        Page page = open();

        rebuilds.pause();
        button(page, "Rebuild").click();
        assertThat(toast(page, "The rebuild is paused")).isVisible();
        button(page, "Cancel").click();
        assertThat(toast(page, "The rebuild was cancelled")).isVisible();
        assertThat(rebuilds.status().filter(RebuildStatus::active)).isEmpty();
        assertThat(host.document(1).map(json -> json.path("name").asText())).contains("Brass Hook");

        button(page, "Rebuild").click();
        assertThat(toast(page, "The rebuild is paused")).hasCount(2);
        button(page, "Go on").click();
        assertThat(toast(page, "Done, and a search shows it")).isVisible();
        assertThat(host.document(1).map(json -> json.path("name").asText())).contains("Capstan");
    }

    @Test
    void turnsGreenOnlyWhenTheIndexHasAppliedIt() {
        host.start();
        host.rowsReachTheIndex();
        isTrue();
        Page page = open();
        host.sql("update product set name = 'Late Oar' where id = 2");
        Runnable release = host.meilisearch.holdNext("POST /indexes/products/documents?");

        page.getByText("Sync products…").click();
        page.getByLabel("Product ids").fill("1, 2");
        button(page, "Sync these products").click();
        assertThat(page.locator(".running")).containsText("Sync products");
        assertThat(page.locator("stocktake-toasts .toast")).hasCount(0);
        isAccessible(page);
        picture(page, "running");
        release.run();

        assertThat(toast(page, "Done, and a search shows it: found 2")).isVisible();
    }

    /** @return lets the index go on, and that run */
    private Runnable whileAnotherRunWaitsForTheIndex(Stocktake stocktake) {
        Runnable release = host.meilisearch.holdNext("POST /indexes/products/documents");
        Thread other = new Thread(() -> stocktake.run(SyncPolicy.full().inPlace()), "other-run");
        other.start();
        await().until(() -> stocktake.status().inFlight() == 2);
        return release;
    }

    /** As the schedule often is: then the run that was asked for has nothing to do, and its products are true all the same. */
    @Test
    void tellsOfTheProductsIfAnotherRunWasQuicker() {
        startWithoutSchedule();
        Stocktake stocktake = stocktake();
        host.sql("update product set name = 'Late Oar' where id = 2");
        Page page = open();
        Runnable release = whileAnotherRunWaitsForTheIndex(stocktake);

        page.getByText("Sync products…").click();
        page.getByLabel("Product ids").fill("1, 2\n77");
        button(page, "Sync these products").click();
        await().until(() -> stocktake.status().marked() == 3);
        release.run();

        assertThat(toast(page, "has a product with the id 77. Look at the spelling"))
                .isVisible();
        assertThat(toast(page, "Of the other 2 a search shows what the database says"))
                .isVisible();
        assertThat(page.locator("td.number").first()).hasText("3");
    }

    @Test
    void tellsTheEndThoughTheApplicationWasOutOfReachMeanwhile() {
        startWithoutSchedule();
        Page page = open();
        AtomicInteger lost = new AtomicInteger();
        page.route("**/runs/*", route -> {
            int asked = lost.incrementAndGet();
            if (asked <= 2) {
                route.abort();
            } else if (asked <= 5) {
                route.fulfill(new Route.FulfillOptions().setStatus(500 + asked - 1));
            } else {
                route.resume();
            }
        });

        button(page, "Sync changed").click();

        assertThat(toast(page, "Done, and a search shows it")).isVisible();
        assertThat(lost).hasValueGreaterThan(5);
    }

    /** Behind a load balancer another instance may be asked for it, and after a restart nobody knows it. */
    @Test
    void watchesTheIndexIfNobodyKnowsTheRun() {
        startWithoutSchedule();
        Page page = open();
        page.route(
                "**/runs/*",
                route -> route.fulfill(new Route.FulfillOptions()
                        .setStatus(404)
                        .setContentType("application/json")
                        .setBody("{\"problem\":\"There is nothing here\"}")));

        button(page, "Sync changed").click();

        assertThat(toast(page, "its end is not known here. Every product compared within"))
                .isVisible();
        assertThat(page.locator("stocktake-toasts .toast.bad")).hasCount(0);
    }

    @Test
    void tellsTheEndOfWhatAnotherRunDoes() {
        startWithoutSchedule();
        Stocktake stocktake = stocktake();
        host.sql("update product set name = 'Late Oar' where id = 2");
        Page page = open();
        Runnable release = whileAnotherRunWaitsForTheIndex(stocktake);

        button(page, "Sync everything").click();
        await().atMost(Duration.ofMinutes(1))
                .until(() -> host.context().getBean(RunBook.class).runs("products").stream()
                        .flatMap(run -> run.end().stream())
                        .anyMatch(
                                end -> end.report() != null && end.report().outcome() == SyncReport.Outcome.ELSEWHERE));
        assertThat(page.locator("stocktake-toasts .toast")).hasCount(0);
        release.run();

        assertThat(toast(page, "Done by the schedule or by another instance")).isVisible();
        assertThat(page.locator("stocktake-toasts .toast.good")).hasCount(1);
    }

    /** Security would save them as where the next login leads, or have the browser ask for a password. */
    @Test
    void pollsAsNoNavigationDoes() {
        host.start();
        Page page = open();
        List<Map<String, String>> polls = new CopyOnWriteArrayList<>();
        page.onRequest(request -> {
            if (request.url().contains("/api/")) {
                polls.add(request.headers());
            }
        });
        button(page, "Sync changed").click();
        assertThat(page.locator("stocktake-toasts .toast")).hasCount(1);

        assertThat(polls)
                .hasSizeGreaterThan(2)
                .allSatisfy(headers -> assertThat(headers)
                        .containsEntry("accept", "application/json")
                        .containsEntry("x-requested-with", "XMLHttpRequest"));
    }

    private static int shownOf500(Page page) {
        Matcher shown = Pattern.compile("(\\d+) of about 500")
                .matcher(page.locator(".running").first().textContent());
        return shown.find() ? Integer.parseInt(shown.group(1)) : 0;
    }

    @Test
    void keepsItsButtonsWhileNumbersChange() {
        host.start();
        host.rowsReachTheIndex();
        isTrue();
        Stocktake stocktake = stocktake();
        // Its report tells of documents, too.
        stocktake.run(SyncPolicy.audit());
        RebuildControl rebuilds = stocktake.rebuilds();
        rebuilds.throttle(0.001);
        Page page = open();
        AtomicInteger documents = new AtomicInteger();
        page.route("**/api/indexes/products", route -> {
            try {
                String view = route.fetch().text();
                route.fulfill(new Route.FulfillOptions()
                        .setContentType("application/json")
                        .setBody(view.replaceFirst(
                                        "(\"active\":true.*?\"documents\":)\\d+", "$1" + documents.incrementAndGet())
                                .replaceFirst("\"expected\":\\d+", "\"expected\":500")));
            } catch (PlaywrightException e) {
                // The last question was on its way when the page was closed.
            }
        });
        button(page, "Rebuild").click();
        button(page, "Pause").focus();
        int before = documents.get();

        // A slow machine may leave a number out.
        page.waitForCondition(
                () -> shownOf500(page) >= before + 3, new Page.WaitForConditionOptions().setTimeout(60_000));

        assertThat(button(page, "Pause")).isFocused();
        page.unroute("**/api/indexes/products");
        rebuilds.cancel();
    }

    @Test
    void deletesWhatIsHeldBackWhenSomebodySaysSoTwice() {
        host.set("stocktake.settings.brakes.share", "0").set("stocktake.settings.brakes.at-least", "0");
        startWithoutSchedule();
        host.sql("delete from stock where product_id = 2");
        host.sql("delete from product where id = 2");
        stocktake().run(SyncPolicy.full().inPlace());
        Page page = open();
        assertThat(page.locator(".badge")).hasText("Deletions held back");
        isAccessible(page);

        page.onceDialog(dialog -> dialog.dismiss());
        button(page, "Delete them").click();
        assertThat(host.document(2)).isPresent();
        page.onceDialog(dialog -> dialog.accept());
        button(page, "Delete them").click();

        assertThat(toast(page, "Done, and a search shows it")).isVisible();
        assertThat(host.document(2)).isEmpty();
        assertThat(button(page, "Delete them")).hasCount(0);
    }

    @Test
    void showsWhatTheScheduleFound() {
        // Nothing but the audit finds it, and its overlap is soon over.
        host.set("stocktake.changes.overlap", "50ms").set("stocktake.schedule.audit", "2s");
        host.start();
        host.rowsReachTheIndex();
        isTrue();
        host.sql("update product set name = 'Capstan' where id = 1");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> host.document(1)
                        .map(json -> json.path("name").asText())
                        .orElse("")
                        .equals("Capstan"));
        Page page = open();

        assertThat(page.getByText("Since there are audits: 1 stale, and nobody knew"))
                .isVisible();
        assertThat(page.locator("table", new Page.LocatorOptions().setHasText("stale")))
                .isVisible();
        isAccessible(page);
    }

    /** A region that comes with its first message is not read out. */
    @Test
    void hasRoomForItsMessagesBeforeThereAreAny() {
        host.start();
        Page page = open(new Browser.NewContextOptions().setViewportSize(320, 640));
        assertThat(page.locator(".badge")).isVisible();
        assertThat(page.locator("stocktake-toasts [role=alert]")).hasCount(1);

        page.evaluate("import('/stocktake/button.js').then(({toast}) => { for (let i = 0; i < 10; i++) {"
                + " toast(i % 2 ? 'bad' : 'good', i + ' because of many words'.repeat(12)); } })");

        assertThat(page.locator("stocktake-toasts .toast")).hasCount(10);
        assertThat(page.locator("stocktake-toasts").boundingBox().y).isGreaterThanOrEqualTo(0);
        page.locator("stocktake-toasts .toast")
                .first()
                .getByRole(AriaRole.BUTTON)
                .click();
        assertThat(page.locator("stocktake-toasts .toast")).hasCount(9);
        isAccessible(page);
    }

    @Test
    void saysWhatWentWrongAndLetsQuarantinedProductsBeTriedAgain() {
        host.set(
                "stocktake.source.query",
                "select p.id, p.name, cast(case when p.brand = 'Meadow' then 'x' else '1' end as integer) as shelf from product p where {products:p.id}");
        host.start();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(stocktake().quarantine(10)).hasSize(1));
        Page page = open();

        assertThat(page.locator(".badge")).hasText("Quarantine");
        page.locator("summary", new Page.LocatorOptions().setHasText("Quarantine"))
                .click();
        button(page, "Try product 2 again").click();
        assertThat(toast(page, "Product 2 is not true")).isVisible();
        toast(page, "Product 2 is not true").getByRole(AriaRole.BUTTON).click();
        host.sql("update product set brand = 'Harbour' where id = 2");
        button(page, "Try product 2 again").click();
        assertThat(page.getByText("No product is quarantined.")).isVisible();
        isAccessible(page);
    }

    @Test
    void notesAnExpiredLogin() {
        host.start();
        host.rowsReachTheIndex();
        Page page = open();
        assertThat(page.locator(".badge")).isVisible();

        page.route("**/api/**", route -> route.fulfill(new Route.FulfillOptions().setStatus(401)));
        button(page, "Sync changed").click();

        assertThat(toast(page, "Your login has expired")).isVisible();
        assertThat(page.locator(".badge")).containsText("Not known since");
    }

    @Test
    void showsTheSameRunInTwoTabs() {
        host.set("stocktake.scheduler.enabled", "false").start();
        Page one = open();
        Page two = tab();
        Runnable release = host.meilisearch.holdNext("POST /indexes");

        button(one, "Sync everything").click();
        assertThat(one.locator(".running")).containsText("-1,");
        RunEntry run = host.context().getBean(RunBook.class).runs("products").get(0);
        assertThat(one.locator(".running")).containsText("run " + run.id() + ",");
        button(two, "Sync everything").click();
        assertThat(two.locator(".running")).containsText("run " + run.id() + ",");
        release.run();

        assertThat(toast(one, "(Run " + run.id() + ")")).isVisible();
        assertThat(toast(two, "(Run " + run.id() + ")")).isVisible();
        assertThat(host.context().getBean(RunBook.class).runs("products")).hasSize(1);
    }

    @Test
    void onlyShowsIfReadOnly() {
        host.set("stocktake.admin.read-only", "true").start();
        host.rowsReachTheIndex();
        Page page = open();

        assertThat(page.locator(".badge")).isVisible();
        assertThat(button(page, "Sync changed")).hasCount(0);
        assertThat(page.getByText("Sync products…")).hasCount(0);
        isAccessible(page);
    }

    @Test
    void fitsNarrowScreensAndTheDark() {
        host.start();
        host.rowsReachTheIndex();
        isTrue();
        Page page =
                open(new Browser.NewContextOptions().setViewportSize(320, 640).setColorScheme(ColorScheme.DARK));

        assertThat(page.locator(".badge")).hasText("True");
        assertThat(page.locator("table").first()).isVisible();
        assertThat(page.evaluate("document.documentElement.scrollWidth")).isEqualTo(320);
        isAccessible(page);
        picture(page, "narrow-dark");
    }

    @Test
    void canBeUsedByKeyboard() {
        startWithoutSchedule();
        Page page = open();
        assertThat(button(page, "Sync changed")).isVisible();

        page.keyboard().press("Tab");
        assertThat(button(page, "Sync changed")).isFocused();
        page.keyboard().press("Enter");

        assertThat(toast(page, "Done, and a search shows it")).isVisible();
    }

    @Test
    void lendsItsButtonToOtherPages() {
        host.start();
        host.rowsReachTheIndex();
        isTrue();
        Page page = open();
        page.route(
                "**/shop-admin",
                route -> route.fulfill(new Route.FulfillOptions()
                        .setContentType("text/html")
                        .setBody(
                                "<!doctype html><html lang=en><title>Shop</title><main><h1>Products</h1><script type=module"
                                        + " src=/stocktake/button.js></script><stocktake-sync-button product-id=1 show-status>"
                                        + "</stocktake-sync-button></main>")));
        page.navigate("http://localhost:" + host.port() + "/shop-admin");
        host.sql("update product set name = 'Gaff' where id = 1");

        button(page, "Sync to search").click();

        assertThat(toast(page, "the search shows what the database says")).isVisible();
        assertThat(page.getByRole(AriaRole.IMG)).hasAttribute("aria-label", "Product 1 in the search: true");
        assertThat(host.document(1).map(json -> json.path("name").asText())).contains("Gaff");
        isAccessible(page);

        page.evaluate("document.querySelector('stocktake-sync-button').setAttribute('product-id', '77')");
        assertThat(page.getByRole(AriaRole.IMG))
                .hasAttribute("aria-label", Pattern.compile("Product 77 in the search: (not looked at yet|true)"));
        button(page, "Sync to search").click();
        assertThat(toast(page, "has a product with the id 77")).isVisible();
    }
}
