package dev.stocktake.spring;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.springframework.core.io.Resource;
import org.springframework.core.io.ResourceLoader;

/** Reads texts that stand in a property, or where it says: {@code classpath:documents.sql}. */
final class Texts {

    private final ResourceLoader loader;

    Texts(ResourceLoader loader) {
        this.loader = loader;
    }

    String read(String property, String text) {
        String stripped = text.strip();
        if (!stripped.startsWith("classpath:") && !stripped.startsWith("file:")) {
            return stripped;
        }
        Resource resource = loader.getResource(stripped);
        try {
            return resource.getContentAsString(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new SetUpException(
                    "'" + property + "' says '" + stripped + "', and that cannot be read: " + e.getMessage() + ".",
                    "Put the file there, or write the SQL into '" + property + "' itself.",
                    e);
        }
    }
}
