package dev.stocktake.bench;

import java.util.List;
import java.util.stream.Collectors;

/** The SQL of {@link Shop}: its tables, and rows made from a seed by the database itself, which is the quickest. */
final class ShopSql {

    private static final List<String> ADJECTIVES = List.of(
            "Amber", "Brisk", "Calm", "Dapper", "Even", "Fabled", "Gentle", "Hardy", "Indigo", "Jolly", "Keen", "Lunar",
            "Mellow", "Nimble", "Olive", "Placid");
    private static final List<String> MATERIALS = List.of(
            "Birch", "Canvas", "Clay", "Cork", "Felt", "Flax", "Glass", "Hemp", "Linen", "Oak", "Rope", "Slate",
            "Steel", "Stone", "Willow", "Wool");
    private static final List<String> THINGS = List.of(
            "Basket", "Bench", "Bowl", "Cap", "Carafe", "Chair", "Clock", "Coat", "Crate", "Cushion", "Desk", "Flask",
            "Gloves", "Hammock", "Hook", "Jar", "Kettle", "Ladder", "Lamp", "Mat", "Mirror", "Mug", "Pan", "Planter",
            "Rack", "Rug", "Shelf", "Stool", "Table", "Tray", "Vase", "Wallet");
    private static final List<String> SENTENCES = List.of(
            "Made to be used every day and to look better for it.",
            "Cut, turned and finished by hand in small numbers.",
            "Folds flat, weighs little, and finds room in every bag.",
            "Wipe it with a damp cloth and it will outlive the house.",
            "The colour comes from plants and changes a little in the sun.",
            "Stands firmly on uneven ground and leaves no marks indoors.",
            "Comes with spare parts and a drawing of how to fit them.",
            "Tested in rain, in dust and by three impatient children.",
            "Goes well with everything else in the same series.",
            "The seams are doubled where it matters and nowhere else.",
            "No glue, no varnish, and nothing that cannot be mended.",
            "A favourite of people who like their kitchens quiet.",
            "Packed in paper, sent within two days, taken back within sixty.",
            "Holds more than it seems to, and keeps its shape when full.",
            "Designed around a single sheet, so that nothing is wasted.",
            "Softer after the first wash and softer still after the tenth.");
    private static final List<String> COLOURS =
            List.of("Ash", "Blue", "Coral", "Dune", "Ebony", "Fern", "Gold", "Heather");

    private static final String LONG_AGO = "timestamptz '2020-01-01 00:00:00+00'";

    private ShopSql() {}

    static List<String> fill(int products, int seed) {
        return List.of(
                "create table product (id text collate \"C\" not null, title text not null, handle text not null,"
                        + " description text not null, brand text not null, status text not null,"
                        + " created_at timestamptz not null, updated_at timestamptz not null)",
                "create table product_variant (id text collate \"C\" not null, product_id text collate \"C\" not null,"
                        + " sku text not null, title text not null, weight integer not null,"
                        + " updated_at timestamptz not null)",
                "create table price (id text collate \"C\" not null, variant_id text collate \"C\" not null,"
                        + " currency text not null, amount integer not null, updated_at timestamptz not null)",
                "create table inventory_level (id text collate \"C\" not null, variant_id text collate \"C\" not null,"
                        + " location_id text not null, stocked integer not null, reserved integer not null,"
                        + " updated_at timestamptz not null)",
                products(products, seed),
                variants(products, seed),
                prices(products, seed),
                levels(products, seed),
                "alter table product add primary key (id)",
                "alter table product_variant add primary key (id)",
                "alter table price add primary key (id)",
                "alter table inventory_level add primary key (id)",
                "create index on product_variant (product_id)",
                "create index on price (variant_id)",
                "create index on inventory_level (variant_id)",
                "create index on product (updated_at, id)",
                "create index on product_variant (updated_at, id)",
                "create index on price (updated_at, id)",
                "create index on inventory_level (updated_at, id)");
    }

    private static String products(int count, int seed) {
        return "insert into product select 'prod_' || lpad(n::text, 8, '0'), "
                + pick(ADJECTIVES, 0) + " || ' ' || " + pick(MATERIALS, 4) + " || ' ' || " + pick(THINGS, 8) + ", "
                + "lower(" + pick(MATERIALS, 4) + " || '-' || " + pick(THINGS, 8) + ") || '-' || n, "
                + pick(SENTENCES, 14) + " || ' ' || " + pick(SENTENCES, 18) + ", "
                + "'House of ' || " + pick(ADJECTIVES, 26) + ", 'published', "
                + old("n") + ", " + old("n")
                + " from (select n, hashint8extended(n, " + seed + ") h from generate_series(1, " + count + ") n) s";
    }

    private static String variants(int count, int seed) {
        return "insert into product_variant select 'var_' || lpad(n::text, 8, '0') || '_' || v, 'prod_' || lpad(n::text, 8, '0'),"
                + " 'SKU-' || n || '-' || v, " + pick(COLOURS, 5) + " || ' / ' || v, 100 + (h & 1023)::int, " + old("n")
                + from(count, seed, 1);
    }

    private static String prices(int count, int seed) {
        return "insert into price select 'price_' || lpad(n::text, 8, '0') || '_' || v, 'var_' || lpad(n::text, 8, '0') || '_'"
                + " || v, 'EUR', 500 + (h & 16383)::int, " + old("n") + from(count, seed, 2);
    }

    private static String levels(int count, int seed) {
        return "insert into inventory_level select 'level_' || lpad(n::text, 8, '0') || '_' || v || '_' || l,"
                + " 'var_' || lpad(n::text, 8, '0') || '_' || v, 'loc_' || l, 20 + ((h >> (l * 8)) & 127)::int,"
                + " ((h >> (l * 4)) & 15)::int, " + old("n") + from(count, seed, 3)
                + " cross join generate_series(1, 2) l";
    }

    private static String from(int count, int seed, int salt) {
        return " from (select n, v, hashint8extended(n * 4 + v, " + (seed + salt) + ") h from generate_series(1, "
                + count + ") n cross join generate_series(1, 3) v) s";
    }

    /** One of a power of two of words, chosen by the bits of the hash from this one on. */
    private static String pick(List<String> words, int bit) {
        String list = words.stream().map(word -> "'" + word + "'").collect(Collectors.joining(","));
        return "(array[" + list + "])[1 + ((h >> " + bit + ") & " + (words.size() - 1) + ")::int]";
    }

    private static String old(String number) {
        return LONG_AGO + " + " + number + " * interval '1 second'";
    }
}
