package dev.stocktake.spring;

/** Which Spring Boot the tests run on. What moved between the lines is found by name. */
final class Boot {

    private Boot() {}

    static boolean is4() {
        return exists("org.springframework.boot.health.contributor.Health")
                && !exists("org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration");
    }

    static Class<?> dataSources() {
        return either(
                "org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration",
                "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration");
    }

    static Class<?> scripts() {
        return either(
                "org.springframework.boot.autoconfigure.sql.init.SqlInitializationAutoConfiguration",
                "org.springframework.boot.jdbc.autoconfigure.DataSourceInitializationAutoConfiguration");
    }

    private static Class<?> either(String onBoot3, String onBoot4) {
        try {
            return Class.forName(exists(onBoot3) ? onBoot3 : onBoot4);
        } catch (ClassNotFoundException e) {
            throw new AssertionError("Neither Boot 3's nor Boot 4's", e);
        }
    }

    private static boolean exists(String name) {
        try {
            Class.forName(name, false, Boot.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }
}
