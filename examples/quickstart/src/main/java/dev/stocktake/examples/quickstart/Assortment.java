package dev.stocktake.examples.quickstart;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * What an invented shop sells. The same seed always gives the same assortment.
 *
 * @param products in the order of their ids
 */
record Assortment(List<String> categories, List<String> locations, List<Product> products) {

    /**
     * One product.
     *
     * @param category index into {@link Assortment#categories}
     * @param ageInDays how long ago its rows were last touched
     */
    record Product(
            String id,
            int category,
            String name,
            String brand,
            String description,
            boolean published,
            int ageInDays,
            List<Variant> variants) {}

    /**
     * What is put into a basket.
     *
     * @param quantities one per location
     */
    record Variant(String sku, String color, BigDecimal euros, BigDecimal dollars, List<Integer> quantities) {}

    private static final List<String> CATEGORIES =
            List.of("Kitchen", "Garden", "Lighting", "Workshop", "Travel", "Desk", "Bath", "Winter");
    private static final List<String> LOCATIONS = List.of("harbour", "hillside", "old-mill");
    private static final List<String> BRANDS = List.of(
            "Quillbeck", "Tallowmere", "Oddwick & Daughters", "Fennholm", "Larkspire", "Brambleford", "Nettle and Oak");
    private static final List<String> MOODS = List.of(
            "Amber", "Brisk", "Candid", "Dapper", "Eager", "Frosted", "Gentle", "Humble", "Idle", "Jolly", "Keen",
            "Lofty", "Mellow", "Nimble", "Opal", "Placid", "Quiet", "Rustic", "Sturdy", "Tidy", "Upright", "Velvet",
            "Winding", "Zesty");
    private static final List<String> MATERIALS = List.of(
            "Ash", "Brass", "Canvas", "Copper", "Cork", "Enamel", "Felt", "Glass", "Hemp", "Iron", "Linen", "Oak",
            "Slate", "Tin", "Walnut", "Wool");
    private static final List<String> THINGS = List.of(
            "Apron", "Basket", "Bench", "Bowl", "Brush", "Bucket", "Chest", "Clock", "Crate", "Flask", "Hook", "Jug",
            "Kettle", "Ladle", "Lamp", "Lantern", "Mirror", "Mug", "Pan", "Planter", "Rack", "Shelf", "Stool", "Tray",
            "Trivet", "Vase");
    private static final List<String> COLORS = List.of("natural", "moss", "rust", "ink", "chalk", "plum");

    static Assortment generate(long seed, int size) {
        Random random = new Random(seed);
        List<Integer> names = new ArrayList<>(IntStream.range(0, MOODS.size() * MATERIALS.size() * THINGS.size())
                .boxed()
                .toList());
        Collections.shuffle(names, random);
        if (size > names.size()) {
            throw new IllegalArgumentException("There are names for " + names.size() + " products, not for " + size);
        }
        List<Product> products = IntStream.range(0, size)
                .mapToObj(i -> product(i + 1, names.get(i), random))
                .toList();
        return new Assortment(CATEGORIES, LOCATIONS, products);
    }

    private static Product product(int number, int name, Random random) {
        String mood = MOODS.get(name % MOODS.size());
        String material = MATERIALS.get(name / MOODS.size() % MATERIALS.size());
        String thing = THINGS.get(name / MOODS.size() / MATERIALS.size());
        String id = "P-" + (100_000 + number);
        return new Product(
                id,
                random.nextInt(CATEGORIES.size()),
                mood + " " + material + " " + thing,
                pick(BRANDS, random),
                "A " + thing + " of " + material + ", made to be used every day and mended when it breaks.",
                random.nextInt(40) > 0,
                2 + random.nextInt(700),
                variants(id, random));
    }

    private static List<Variant> variants(String id, Random random) {
        int count = 1 + random.nextInt(4);
        int first = random.nextInt(COLORS.size());
        int cents = 290 + 10 * random.nextInt(2_000);
        List<Variant> variants = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String color = COLORS.get((first + i) % COLORS.size());
            int euros = cents + 200 * i;
            variants.add(new Variant(
                    id + "-" + color,
                    color,
                    BigDecimal.valueOf(euros, 2),
                    BigDecimal.valueOf(euros * 11L / 10, 2),
                    LOCATIONS.stream()
                            .map(location -> random.nextBoolean() ? random.nextInt(60) : 0)
                            .toList()));
        }
        return variants;
    }

    private static String pick(List<String> some, Random random) {
        return some.get(random.nextInt(some.size()));
    }

    long variantCount() {
        return products.stream().mapToLong(product -> product.variants().size()).sum();
    }
}
