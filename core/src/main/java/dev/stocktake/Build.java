package dev.stocktake;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A generation that is filled beside the live one, as this process sees it. Confined to the lane. */
final class Build {

    private static final int MARKED_IN_A_ROW = 4;

    private final long generation;
    private final IndexIdentity identity;
    private final String label;
    private final Ports ports;
    private final AuditableIndex content;
    private final BatchWriter writer;
    private final OrphanWalk walk;
    private final BuildPace pace;
    private final long expected;
    private @Nullable BuildGate gate;
    private @Nullable BuildComparison comparison;
    private @Nullable Instant judged;
    private boolean prepared;
    private int markedInARow;

    Build(
            Generation generation,
            Ports live,
            AuditableIndex content,
            SyncSettings settings,
            Surroundings around,
            Readers readers,
            Runnable alive,
            RebuildState.Progress before,
            long expected) {
        this.generation = generation.number();
        this.identity = generation.identity();
        this.label = generation.place().orElseThrow();
        this.content = content;
        this.ports = live.into(content);
        // What is deleted in a build nobody sees; whether too much is missing is asked before it is swapped in.
        Brake none = new Brake(ports, new SyncSettings.Brakes(1, 0), around, tx -> {});
        this.writer = new BatchWriter(ports, settings.batch(), around, none, readers, alive);
        this.walk = new OrphanWalk(ports, none, around.clock(), settings.lane().patience());
        this.pace = new BuildPace(before.documents());
        this.expected = expected;
    }

    boolean is(Generation other) {
        return other.number() == generation && other.identity().equals(identity);
    }

    long generation() {
        return generation;
    }

    IndexIdentity identity() {
        return identity;
    }

    String label() {
        return label;
    }

    AuditableIndex content() {
        return content;
    }

    Ports ports() {
        return ports;
    }

    BatchWriter writer() {
        return writer;
    }

    OrphanWalk walk() {
        return walk;
    }

    BuildPace pace() {
        return pace;
    }

    long expected() {
        return expected;
    }

    /** Whether its label is bound to its content now. */
    boolean isBound() {
        return content.identify().filter(identity::equals).isPresent();
    }

    /**
     * Gives it once more the settings that are declared, as somebody may have changed them while it was filled.
     *
     * @return whether it was still there
     */
    boolean prepare() {
        prepared = content.prepare().equals(identity);
        return prepared;
    }

    /** Whether that was done since it was last judged. */
    boolean prepared() {
        return prepared;
    }

    /** Marks come first; but where they never end, the walk, and what follows it, has its turn. */
    boolean isOthersTurn(boolean closing) {
        return markedInARow >= (closing ? 1 : MARKED_IN_A_ROW);
    }

    void claimedMarked(int products) {
        markedInARow++;
        if (gate != null) {
            gate.touched(products);
        }
    }

    /** What comes behind the marks had its turn. */
    void walked() {
        markedInARow = 0;
    }

    // --- judged -----------------------------------------------------------------------------------------------------

    @Nullable
    BuildGate gate() {
        return gate;
    }

    BuildGate beginGate(AuditableIndex live, SyncSettings.Brakes brakes) {
        BuildGate begun = new BuildGate(ports, live, content, generation, expected, brakes);
        gate = begun;
        judged = null;
        return begun;
    }

    /** It is looked at once more, so whatever was counted is old. */
    void forgetGate() {
        gate = null;
        judged = null;
    }

    void passed(Instant now) {
        judged = now;
        prepared = false;
    }

    /** Whether it was judged well, and not too long ago. */
    boolean hasPassed(Instant now, Duration goodFor) {
        return judged != null && now.isBefore(judged.plus(goodFor));
    }

    BuildComparison comparison(AuditableIndex live) {
        BuildComparison known = comparison;
        if (known == null) {
            known = new BuildComparison(live, content);
            comparison = known;
        }
        return known;
    }
}
