package dev.stocktake.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The public types of a module, and the list of them that we agreed on. */
final class PublicTypes {

    private static final Path LISTS = Path.of("src", "test", "resources", "public-types");

    private PublicTypes() {}

    static List<String> of(Module module, World world, JavaClasses classes) {
        return classes.stream()
                .filter(world.in(module))
                .filter(Visibility::isPublic)
                .filter(type -> !type.getSimpleName().equals("package-info"))
                .map(JavaClass::getName)
                .map(name -> name.replace('$', '.'))
                .sorted()
                .toList();
    }

    static List<String> agreedFor(Module module) throws IOException {
        Path list = list(module);
        return Files.exists(list) ? Files.readAllLines(list) : List.of();
    }

    static void agreeOn(Module module, List<String> types) throws IOException {
        Files.createDirectories(LISTS);
        Files.write(list(module), types);
    }

    private static Path list(Module module) {
        return LISTS.resolve(module.artifactId() + ".txt");
    }
}
