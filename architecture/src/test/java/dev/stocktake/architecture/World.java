package dev.stocktake.architecture;

import static java.util.stream.Collectors.joining;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A tree of packages laid out like ours. The rules are written once for any such tree, so that they can be run on the
 * real one and on one where everything is wrong.
 */
record World(String root) {

    static final World OURS = new World("dev.stocktake");
    static final World WRONG = new World("dev.stocktake.architecture.fixtures");

    JavaClasses classes() {
        ClassFileImporter importer = new ClassFileImporter();
        return this.equals(OURS)
                ? importer.withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages(root)
                : importer.importPackages(root);
    }

    Optional<Module> moduleOf(JavaClass type) {
        return Stream.of(Module.values())
                .filter(module -> module.owns(type.getPackageName(), root))
                .findFirst();
    }

    boolean contains(JavaClass type) {
        String name = type.getPackageName();
        return name.equals(root) || name.startsWith(root + ".");
    }

    /** A class of one of these modules. */
    DescribedPredicate<JavaClass> in(Module... modules) {
        String names = Stream.of(modules).map(Module::name).collect(joining(", "));
        return DescribedPredicate.describe(
                "are in " + names,
                type -> Stream.of(modules).anyMatch(module -> module.owns(type.getPackageName(), root)));
    }

    /** A class that we publish. */
    DescribedPredicate<JavaClass> published() {
        return in(Stream.of(Module.values()).filter(Module::isPublished).toArray(Module[]::new));
    }

    /** One of these classes of the core, or a class nested in one. */
    DescribedPredicate<JavaClass> named(Iterable<String> names) {
        return DescribedPredicate.describe("are one of " + names, type -> {
            for (String name : names) {
                String full = root + "." + name;
                if (type.getName().equals(full) || type.getName().startsWith(full + "$")) {
                    return true;
                }
            }
            return false;
        });
    }
}
