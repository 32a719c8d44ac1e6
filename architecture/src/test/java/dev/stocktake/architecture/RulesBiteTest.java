package dev.stocktake.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.stocktake.architecture.fixtures.Violates;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A rule that never failed proves nothing. Each one is run on a world where it is broken, and must name exactly the
 * classes that say they break it, and spare those that may.
 */
class RulesBiteTest {

    private static JavaClasses classes;

    @BeforeAll
    static void importTheWrongWorld() {
        classes = World.WRONG.classes();
    }

    @ParameterizedTest
    @EnumSource
    void bitesThoseWhoBreakItAndNobodyElse(HouseRule rule) {
        Map<String, Integer> bitten = bites(rule);

        assertThat(bitten.keySet()).isNotEmpty().isEqualTo(breakersOf(rule.name()));
        bitten.forEach((name, times) -> {
            int announced =
                    classes.get(name).getAnnotationOfType(Violates.class).times();
            assertThat(times).as(name).isEqualTo(announced == 0 ? times : announced);
        });
    }

    @Test
    void fixturesNameRealRules() {
        List<String> rules = Stream.of(HouseRule.values()).map(HouseRule::name).toList();

        assertThat(breakers().flatMap(type -> rulesBrokenBy(type).stream())).isSubsetOf(rules);
    }

    @Test
    void findsAPackageInTwoPlaces(@TempDir Path one, @TempDir Path two) throws IOException {
        copy("Retries", one);
        copy("Sleeper", two);
        JavaClasses split = new ClassFileImporter().importPaths(one, two);

        assertThat(Packages.splitAmong(split)).containsOnlyKeys(World.WRONG.root());
        assertThat(Packages.splitAmong(classes)).isEmpty();
    }

    @Test
    void findsThePublicTypesOfAModule() {
        assertThat(PublicTypes.of(Module.CORE, World.WRONG, classes))
                .map(name -> name.substring(World.WRONG.root().length() + 1))
                .containsExactly(
                        "NamesHiddenTypes",
                        "NamesHiddenTypes.Open",
                        "ThrowsCheckedExceptions",
                        "ThrowsCheckedExceptions.Nested",
                        "ThrowsCheckedExceptions.SomethingChecked",
                        "Violates");
    }

    private static Map<String, Integer> bites(HouseRule rule) {
        Map<String, Integer> bitten = new TreeMap<>();
        rule.in(World.WRONG)
                .evaluate(classes)
                .handleViolations((culprits, message) ->
                        culprits.forEach(culprit -> bitten.merge(topLevelNameOf(culprit), 1, Integer::sum)));
        return bitten;
    }

    private static Set<String> breakersOf(String rule) {
        Set<String> names = new TreeSet<>();
        breakers()
                .filter(type -> rulesBrokenBy(type).contains(rule))
                .map(JavaClass::getName)
                .forEach(names::add);
        return names;
    }

    private static Stream<JavaClass> breakers() {
        return classes.stream().filter(type -> type.isAnnotatedWith(Violates.class));
    }

    private static List<String> rulesBrokenBy(JavaClass type) {
        return List.of(type.getAnnotationOfType(Violates.class).value());
    }

    private static String topLevelNameOf(Object culprit) {
        if (culprit instanceof Dependency dependency) {
            return topLevelNameOf(dependency.getOriginClass());
        }
        if (culprit instanceof JavaAccess<?> access) {
            return topLevelNameOf(access.getOriginOwner());
        }
        if (culprit instanceof JavaMember member) {
            return topLevelNameOf(member.getOwner());
        }
        JavaClass type = (JavaClass) culprit;
        return type.getEnclosingClass().map(RulesBiteTest::topLevelNameOf).orElse(type.getName());
    }

    private static void copy(String fixture, Path place) throws IOException {
        String file = World.WRONG.root().replace('.', '/') + "/" + fixture + ".class";
        Path target = place.resolve(file);
        Files.createDirectories(target.getParent());
        try (InputStream bytes = RulesBiteTest.class.getClassLoader().getResourceAsStream(file)) {
            Files.copy(bytes, target);
        }
    }
}
