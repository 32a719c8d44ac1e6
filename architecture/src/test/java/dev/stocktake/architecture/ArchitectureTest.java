package dev.stocktake.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ArchitectureTest {

    private static JavaClasses classes;

    @BeforeAll
    static void importOurs() {
        classes = World.OURS.classes();
    }

    @ParameterizedTest
    @EnumSource
    void obeys(HouseRule rule) {
        rule.in(World.OURS).check(classes);
    }

    /** Rules may pass for want of classes; this says that they do not pass for want of a module. */
    @ParameterizedTest
    @EnumSource
    void looksInto(Module module) {
        assertThat(classes.stream().filter(World.OURS.in(module))).isNotEmpty();
    }

    @Test
    void keepsEveryPackageInOneModule() {
        assertThat(Packages.splitAmong(classes)).isEmpty();
    }

    /** A new public type is a decision, not an accident. */
    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"QUICKSTART", "SPRING_SHOP", "MEDUSA_SIDECAR", "BENCH", "ARCHITECTURE"})
    void showsTheAgreedPublicTypes(Module module) throws IOException {
        List<String> types = PublicTypes.of(module, World.OURS, classes);
        if (Boolean.getBoolean("stocktake.acceptPublicTypes")) {
            PublicTypes.agreeOn(module, types);
        }
        assertThat(types)
                .as("Public types of %s; if they are meant, run with -Dstocktake.acceptPublicTypes=true", module)
                .isEqualTo(PublicTypes.agreedFor(module));
    }
}
