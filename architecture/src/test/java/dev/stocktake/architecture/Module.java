package dev.stocktake.architecture;

/** The modules of the reactor, by the package each of them owns. */
enum Module {
    CORE("", true),
    TESTKIT(".testkit", true),
    JDBC(".jdbc", true),
    MEILISEARCH(".meilisearch", true),
    LUCENE(".lucene", true),
    SPRING(".spring", true),
    TESTCONTAINERS(".testcontainers", true),
    QUICKSTART(".examples.quickstart", false),
    SPRING_SHOP(".examples.springshop", false),
    MEDUSA_SIDECAR(".examples.medusa", false),
    BENCH(".bench", false),
    ARCHITECTURE(".architecture", false);

    private final String suffix;
    private final boolean published;

    Module(String suffix, boolean published) {
        this.suffix = suffix;
        this.published = published;
    }

    boolean isPublished() {
        return published;
    }

    /** Core is flat and owns one package; every other module owns a tree. */
    boolean owns(String packageName, String root) {
        String own = root + suffix;
        return packageName.equals(own) || (this != CORE && packageName.startsWith(own + "."));
    }

    String artifactId() {
        return switch (this) {
            case CORE -> "stocktake-core";
            case SPRING -> "stocktake-spring-boot-starter";
            default -> "stocktake" + suffix.replace('.', '-');
        };
    }
}
