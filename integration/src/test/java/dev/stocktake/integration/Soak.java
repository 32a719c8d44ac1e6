package dev.stocktake.integration;

/** How long a test plays: in a build, or for a night with {@code -Dstocktake.soak=true}. */
final class Soak {

    static final boolean ON = Boolean.getBoolean("stocktake.soak");

    private Soak() {}

    /** {@code -Dstocktake.rounds} plays another number of them. */
    static int rounds(int usual, int soak) {
        return Integer.getInteger("stocktake.rounds", ON ? soak : usual);
    }
}
