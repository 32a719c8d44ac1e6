package dev.stocktake.examples.springshop;

import java.security.Principal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** What customers see, from the index alone, and what those see who run the shop, from the database and the index. */
@Controller
final class ShopPages {

    private static final int ON_A_PAGE = 24;
    private static final int ALL = 1_000;
    private static final int MOST_IN_STOCK = 1_000_000;
    private static final InstantSource CLOCK = InstantSource.system();

    private final Storefront storefront;
    private final Warehouse warehouse;

    ShopPages(Storefront storefront, Warehouse warehouse) {
        this.storefront = storefront;
        this.warehouse = warehouse;
    }

    /**
     * One product in both places.
     *
     * @param database what is in stock
     * @param search what the search says is in stock; null if it does not show the product
     */
    record Comparison(
            long id,
            String name,
            String brand,
            long database,
            @Nullable Long search) {

        public boolean same() {
            return search != null && search == database;
        }
    }

    /** An edit that has just been made, for the page that shows what becomes of it. */
    record Edit(String sql, long id, Instant at) {

        public long millis() {
            return at.toEpochMilli();
        }
    }

    /** Who is logged in, for every page's head. */
    @ModelAttribute("user")
    String user(@Nullable Principal user) {
        return user == null ? "" : user.getName();
    }

    @GetMapping("/")
    String search(@RequestParam(name = "q", defaultValue = "") String words, Model model) {
        model.addAttribute("q", words);
        model.addAttribute("offers", storefront.search(words, ON_A_PAGE));
        return "search";
    }

    @GetMapping("/login")
    String login() {
        return "login";
    }

    @GetMapping("/admin")
    String admin(Model model) {
        model.addAttribute("rows", comparisons());
        return "admin";
    }

    /** The two numbers of every product, for the page to look again. */
    @GetMapping("/admin/compare")
    @ResponseBody
    List<Comparison> comparisons() {
        Map<String, Offer> shown =
                storefront.search("", ALL).stream().collect(Collectors.toMap(Offer::id, Function.identity()));
        return warehouse.rows().stream()
                .map(row -> {
                    Offer offer = shown.get(Long.toString(row.id()));
                    return new Comparison(
                            row.id(),
                            row.name(),
                            row.brand(),
                            row.quantity(),
                            offer == null ? null : (Long) offer.quantity());
                })
                .toList();
    }

    @PostMapping("/admin/stock")
    String edit(
            @RequestParam("product") long product,
            @RequestParam("quantity") int quantity,
            RedirectAttributes redirect) {
        if (quantity < 0 || quantity > MOST_IN_STOCK) {
            redirect.addFlashAttribute("problem", "A quantity lies between 0 and " + MOST_IN_STOCK + ".");
            return "redirect:/admin";
        }
        String sql = warehouse.setQuantity(product, quantity);
        if (sql.isEmpty()) {
            redirect.addFlashAttribute("problem", "There is no product " + product + ".");
        } else {
            redirect.addFlashAttribute("edit", new Edit(sql, product, CLOCK.instant()));
        }
        return "redirect:/admin";
    }
}
