package dev.stocktake;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes content that nobody needs any more: what was live before, builds that came to nothing, and what processes left that
 * died (R12). Belongs to the lane, like its thread.
 */
final class BuildRemoval {

    private static final Logger log = LoggerFactory.getLogger(Stocktake.class);

    private final Ports ports;
    private final RebuildableIndex index;
    private final SyncSettings settings;
    private final Surroundings around;
    private final Rebuild.Hands hands;
    private final Set<String> notRemoved = new HashSet<>();

    BuildRemoval(Ports ports, RebuildableIndex index, SyncSettings settings, Surroundings around, Rebuild.Hands hands) {
        this.ports = ports;
        this.index = index;
        this.settings = settings;
        this.around = around;
        this.hands = hands;
    }

    /** R12: whether no swap can come any more that would put what is live under a name that is removed. */
    boolean mayDrop(RebuildState now) {
        return now.settled() || !around.on(Rule.DROP_SETTLED);
    }

    /**
     * R12.
     *
     * @param all whether nothing is kept any longer, as another build needs the room
     * @return whether everything is gone that should be
     */
    boolean dropRetired(RebuildState now, boolean all) {
        if (now.live().isEmpty() || !mayDrop(now)) {
            return true;
        }
        RebuildReport last = now.last();
        boolean over =
                last == null || !last.at().plus(settings.rebuilds().keepOld()).isAfter(now.now());
        List<Generation> kept = now.retired();
        boolean gone = true;
        for (Generation old : kept) {
            if (all || over || old.number() != kept.get(0).number()) {
                gone = drop(old) && gone;
            }
        }
        return gone;
    }

    private boolean drop(Generation old) {
        if (!drop(old.place().orElseThrow(), old.identity())) {
            return false;
        }
        ports.inLedger(tx -> {
            hands.fence(tx);
            return tx.forget(hands.lease(), old.number());
        });
        log.info("Index '{}': what was live before, generation {}, is removed", ports.name(), old.number());
        return true;
    }

    /**
     * Removing is for the room alone: if it cannot be done now, nothing else waits for it.
     *
     * @return whether the content is gone, or nothing of ours
     */
    boolean drop(String label, IndexIdentity identity) {
        hands.keepLease(true);
        boolean removed;
        try {
            IndexIdentity meant = around.on(Rule.DROP_IDENTIFIED)
                    ? identity
                    : index.build(label).identify().orElse(identity);
            removed = index.drop(label, meant);
        } catch (UnavailableException | UnknownOutcomeException | RefusedException | MisconfiguredException e) {
            if (notRemoved.add(label)) {
                log.warn(
                        "Index '{}': build '{}' could not be removed and takes room until it is; that is tried again later, at"
                                + " the latest when the next rebuild begins: {}",
                        ports.name(),
                        label,
                        String.valueOf(e.getMessage()));
            }
            return false;
        }
        notRemoved.remove(label);
        if (!removed) {
            log.info(
                    "Index '{}': build '{}' is not there, or holds something else; it is left alone",
                    ports.name(),
                    label);
        }
        return true;
    }

    /** What a process left that died before it had written down what it made, or before it had removed what it had forgotten. */
    Map<String, IndexIdentity> dropLeftovers(RebuildState now) {
        Map<String, IndexIdentity> there = index.builds();
        if (!mayDrop(now)) {
            return there;
        }
        Set<String> labels = new HashSet<>();
        Set<IndexIdentity> known = new HashSet<>();
        for (List<Generation> generations : List.of(now.open(), now.retired())) {
            for (Generation generation : generations) {
                generation.place().ifPresent(labels::add);
                known.add(generation.identity());
            }
        }
        there.forEach((label, identity) -> {
            if (!labels.contains(label) && !known.contains(identity)) {
                log.info("Index '{}': build '{}' was left by a process that died; it is removed", ports.name(), label);
                drop(label, identity);
            }
        });
        return there;
    }
}
