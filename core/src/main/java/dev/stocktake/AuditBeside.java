package dev.stocktake;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** An audit in the thread of somebody who does not run the lane: it marks for others, or only looks. */
final class AuditBeside {

    private static final int PEEKED = 10_000;

    private final Ports ports;
    private final Surroundings around;
    private final Brake brake;
    private final Comparison comparison;
    private final AuditableIndex index;
    private final Readers readers;
    private final BooleanSupplier stopping;

    AuditBeside(
            Ports ports,
            AuditableIndex index,
            SyncSettings settings,
            Surroundings around,
            Readers readers,
            BooleanSupplier stopping) {
        this.ports = ports;
        this.index = index;
        this.around = around;
        this.brake = new Brake(ports, settings.brakes(), around, tx -> {});
        this.comparison = new Comparison(ports.source(), index, settings.batch().maxBytes());
        this.readers = readers;
        this.stopping = stopping;
    }

    /** Compares everything and marks what differs. @return whether it came to its end */
    boolean mark(Run run) {
        return go(run, new Marking(), false);
    }

    /** Compares everything and tells what differs. @return whether it came to its end */
    boolean look(Run run) {
        return go(run, new Looking(), true);
    }

    private boolean go(Run run, AuditPass.Way way, boolean dry) {
        comparison.pass(around.clock().instant().getEpochSecond());
        AuditPass pass = new AuditPass(ports, index, comparison, around, brake, way, run.findings(dry));
        pass.readAhead(readers);
        while (!stopping.getAsBoolean()) {
            run.progressed(SyncProgress.Phase.COMPARING, 0);
            switch (pass.step((tx, began, page) -> {})) {
                case OVER -> {
                    return ended(run, pass);
                }
                case ANOTHER_INDEX, DEPOSED -> {
                    run.problem("Index '" + ports.name()
                            + "' is not there, or is not the one that was filled; it cannot be compared now");
                    return false;
                }
                case MORE -> {}
            }
        }
        return false;
    }

    private boolean ended(Run run, AuditPass pass) {
        if (pass.gaveUpListing()) {
            run.problem("Index '" + ports.name() + "' could not be listed in one piece, as it is written all the time;"
                    + " documents without a product may have been missed");
        }
        return !pass.gaveUpListing();
    }

    /** Others go on meanwhile. */
    private final class Marking implements AuditPass.Way {

        @Override
        public void learn() {
            if (!ports.feeds().isEmpty()) {
                new Intaker(ports).take();
            }
        }

        @Override
        public List<ProductKey> named(List<ProductKey> keys) {
            return List.of();
        }

        @Override
        public boolean entitled(LedgerTransaction tx) {
            return true;
        }

        @Override
        public boolean inLane() {
            return false;
        }

        @Override
        public boolean writes() {
            return true;
        }
    }

    /** What a feed would name next is asked, but nothing is taken. */
    private final class Looking implements AuditPass.Way {

        @Override
        public void learn() {}

        @Override
        public List<ProductKey> named(List<ProductKey> keys) {
            Set<ProductKey> wanted = new HashSet<>(keys);
            List<ProductKey> named = new ArrayList<>();
            for (ChangeFeed feed : ports.feeds()) {
                Optional<String> cursor = ports.inLedger(tx -> tx.cursor(feed.name()));
                Optional<Intake> next = cursor.flatMap(place -> feed.peek(place.isEmpty() ? null : place, PEEKED));
                if (next.filter(intake -> intake.gap() || intake.everything()).isPresent()) {
                    return keys;
                }
                next.ifPresent(intake ->
                        intake.products().stream().filter(wanted::contains).forEach(named::add));
            }
            return named;
        }

        @Override
        public boolean entitled(LedgerTransaction tx) {
            return true;
        }

        @Override
        public boolean inLane() {
            return false;
        }

        @Override
        public boolean writes() {
            return false;
        }
    }
}
