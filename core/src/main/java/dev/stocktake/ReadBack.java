package dev.stocktake;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * R11: looks whether a batch is where it was meant to be. A swap that was delivered twice, of which one is executed once more over a
 * crash, changes the content twice more. What is written in between lands in the content that is taken away again, what is
 * compared is compared with that, and the name is right before and afterwards. So as long as a swap may still be made a batch is
 * read back, the name being right before that look and after it: to mislead that as well, two more swaps would have to be made in
 * the moments between.
 */
final class ReadBack {

    private static final int AT_ONCE = 500;

    private final Ports ports;
    private final Runnable alive;

    /** @param alive called before every question */
    ReadBack(Ports ports, Runnable alive) {
        this.ports = ports;
        this.alive = alive;
    }

    /** @return false if the index holds anything else of the batch's products than what it was to hold */
    boolean finds(OpenBatch batch) {
        // Only an index that can be rebuilt has swaps, and every such index can be asked.
        AuditableIndex index = (AuditableIndex) ports.index();
        Map<ProductKey, @Nullable Fingerprint> meant = batch.meant();
        List<ProductKey> keys = List.copyOf(meant.keySet());
        for (int from = 0; from < keys.size(); from += AT_ONCE) {
            List<ProductKey> page = keys.subList(from, Math.min(keys.size(), from + AT_ONCE));
            alive.run();
            Map<ProductKey, Fingerprint> held = index.fingerprints(page);
            if (!page.stream().allMatch(key -> Objects.equals(meant.get(key), held.get(key)))) {
                return false;
            }
        }
        return true;
    }
}
