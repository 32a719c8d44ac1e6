package dev.stocktake.examples.springshop;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static com.microsoft.playwright.assertions.PlaywrightAssertions.setDefaultAssertionTimeout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The shop as its command starts it, used as its readers use it. */
class ShopIT {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static ConfigurableApplicationContext shop;
    private static String address;

    private final HttpClient client = HttpClient.newBuilder()
            .cookieHandler(new CookieManager())
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();

    @BeforeAll
    static void start() {
        shop = SpringApplication.run(SpringShop.class, "--server.port=0");
        address = "http://127.0.0.1:" + shop.getEnvironment().getProperty("local.server.port");
    }

    @AfterAll
    static void stop() {
        shop.close();
    }

    private String get(String path) throws IOException, InterruptedException {
        return client.send(request(path).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(address + path));
    }

    private HttpResponse<String> submit(String page, String action, String fields)
            throws IOException, InterruptedException {
        Matcher token = Pattern.compile("name=\"_csrf\"[^>]*value=\"([^\"]+)\"").matcher(get(page));
        assertThat(token.find()).as("a token on " + page).isTrue();
        return client.send(
                request(action)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(fields + "&_csrf=" + token.group(1)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private String offer(String id, String words) throws IOException, InterruptedException {
        Matcher found = Pattern.compile("<li id=\"product-" + id + "\">(.*?)</li>", Pattern.DOTALL)
                .matcher(get("/?q=" + words));
        return found.find() ? found.group(1).replaceAll("<[^>]*>|\\s+", " ").strip() : "";
    }

    @Test
    void keepsTheSearchTrueToEditsBySqlThatNobodyAnnounces() throws IOException, InterruptedException {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(offer("109", "velvet+cush")).contains("Velvet Cushion", "23 in stock"));
        HttpResponse<String> loggedIn = submit("/login", "/login", "username=clerk&password=tally-stick");
        assertThat(loggedIn.uri().getPath()).isEqualTo("/admin");

        HttpResponse<String> edited = submit("/admin", "/admin/stock", "product=109&quantity=0");

        assertThat(edited.body()).contains("update stock set quantity = 0 where product_id = 109");
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(offer("109", "velvet+cush")).contains("Velvet Cushion", "Sold out"));
    }

    @Test
    void showsNothingOfTheOfficeToCustomersAndRefusesNonsense() throws IOException, InterruptedException {
        assertThat(get("/admin")).contains("Log in").doesNotContain("Edit the stock by SQL");
        assertThat(get("/stocktake/")).contains("Log in");
        HttpResponse<String> forged = client.send(
                request("/admin/stock")
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString("product=101&quantity=0"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(forged.body()).doesNotContain("One row changed");
        assertThat(submit("/login", "/login", "username=clerk&password=guessed").body())
                .contains("not the name or not the password");
        submit("/login", "/login", "username=clerk&password=tally-stick");
        assertThat(submit("/admin", "/admin/stock", "product=7&quantity=1").body())
                .contains("There is no product 7");
        assertThat(submit("/admin", "/admin/stock", "product=101&quantity=-1").body())
                .contains("A quantity lies between");
    }

    @Test
    void tellsInABrowserWhenTheSearchIsTrueAgainAndHasTheButtonInItsList() {
        Path chromium = Browsers.find();
        setDefaultAssertionTimeout(SOON.toMillis());
        try (Playwright playwright = Playwright.create(
                        new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
                Browser browser = playwright
                        .chromium()
                        .launch(new BrowserType.LaunchOptions()
                                .setExecutablePath(chromium)
                                .setArgs(List.of("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")));
                BrowserContext session = browser.newContext(new Browser.NewContextOptions()
                        .setViewportSize(360, 740)
                        .setColorScheme(ColorScheme.DARK))) {
            Page page = session.newPage();
            List<String> problems = new ArrayList<>();
            page.onPageError(problems::add);
            page.onConsoleMessage(message -> {
                if (message.type().equals("error")) {
                    problems.add(message.text());
                }
            });
            page.navigate(address + "/admin");
            isGood(page, "login");
            page.getByLabel("Name").fill("clerk");
            page.getByLabel("Password").fill("tally-stick");
            button(page, "Log in").click();

            page.locator("#product").selectOption("117");
            page.locator("#quantity").fill("3");
            button(page, "Run the SQL").click();
            assertThat(page.locator("#verdict")).containsText("The search is true again");
            Locator row = page.locator("tr[data-product='117']");
            assertThat(row.locator(".search")).hasText("3");
            row.getByRole(AriaRole.BUTTON).click();
            assertThat(page.locator("stocktake-toasts .toast"))
                    .containsText("Product 117: the search shows what the database says");
            isGood(page, "admin");
            page.setViewportSize(1060, 700);
            page.navigate(address + "/?q=velvet");
            isGood(page, "search");
            page.navigate(address + "/stocktake/");
            assertThat(page.locator(".badge")).isVisible();
            assertThat(problems).isEmpty();
        }
    }

    private static Locator button(Page page, String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    /** Fits, and breaks no rule of accessibility. */
    private static void isGood(Page page, String name) {
        String folder = System.getProperty("stocktake.screenshots", "");
        if (!folder.isEmpty()) {
            page.screenshot(new Page.ScreenshotOptions().setPath(Path.of(folder, "shop-" + name + ".png")));
        }
        assertThat(new AxeBuilder(page)
                        .analyze().getViolations().stream()
                                .map(rule -> rule.getId() + ": " + rule.getHelp() + " " + rule.getNodes()))
                .isEmpty();
        assertThat(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                .isEqualTo(true);
    }

    /** The system's browser; none is downloaded. */
    private static final class Browsers {

        private static Path find() {
            return Stream.concat(
                            Stream.ofNullable(System.getenv("STOCKTAKE_BROWSER")),
                            Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"))
                    .map(Path::of)
                    .filter(Files::isExecutable)
                    .findFirst()
                    .orElseGet(Browsers::none);
        }

        private static Path none() {
            String missing =
                    "No browser is installed (apt-get install chromium, or set STOCKTAKE_BROWSER): the list is not tested";
            if (Boolean.parseBoolean(System.getenv("CI"))) {
                throw new IllegalStateException(missing);
            }
            return Assumptions.abort(missing);
        }
    }
}
