package dev.stocktake.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BomTest {

    @Test
    void namesAllPublishedModulesAndNothingElse() throws IOException {
        String bom = Files.readString(Path.of("..", "bom", "pom.xml"));
        String managed = bom.substring(bom.indexOf("<dependencies>"), bom.indexOf("</dependencies>"));

        Stream<String> artifacts = Pattern.compile("<artifactId>(.+?)</artifactId>")
                .matcher(managed)
                .results()
                .map(found -> found.group(1));

        assertThat(artifacts)
                .containsExactlyInAnyOrderElementsOf(Stream.of(Module.values())
                        .filter(Module::isPublished)
                        .map(Module::artifactId)
                        .toList());
    }
}
