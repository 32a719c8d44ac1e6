package dev.stocktake.examples.medusa;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** Leaves the databases as they were. */
@Command(
        name = "uninstall",
        description =
                "Removes everything that was made in the databases: change log, own tables, schema. Stop the sidecar"
                        + " first. The index stays.",
        mixinStandardHelpOptions = true)
final class UninstallCommand extends Task {

    @Override
    public Integer call() throws Exception {
        try (Parts parts = parts()) {
            List<String> removed = parts.uninstall();
            Map<String, @Nullable Object> fields = new LinkedHashMap<>();
            fields.put("removed", removed);
            answer(
                    removed.isEmpty() ? "There was nothing to remove." : "Removed: " + String.join(", ", removed) + ".",
                    fields);
            return Sidecar.DONE;
        }
    }
}
