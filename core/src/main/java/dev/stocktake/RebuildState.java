package dev.stocktake;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger remembers of rebuilds beside the generations themselves: what was asked for, what somebody said meanwhile, and
 * how the last one ended. Each fact stands in a place of its own, so that whoever writes one never undoes another.
 *
 * @param request what was asked for and has not ended; null if nothing was
 * @param cancelled whether somebody cancelled it
 * @param paused whether somebody paused it
 * @param rate how many products per second somebody allowed it to walk over; null if nobody said
 * @param ended how many have ended so far
 * @param last how the last one ended; null if there was none
 * @param leave whether somebody who wants a build put in its place, whichever, lets it hold far less than the live index: one
 *     that is left of a swap that was undone has no request of its own, and who asks then is told what that one waits for
 * @param open all open generations, oldest first
 * @param retired those that are kept, the last first
 * @param mayComeUntil see {@link Swaps#mayComeUntil}
 * @param now the ledger's time
 */
record RebuildState(
        @Nullable RebuildRequest request,
        boolean cancelled,
        boolean paused,
        @Nullable Double rate,
        long ended,
        @Nullable RebuildReport last,
        boolean leave,
        List<Generation> open,
        List<Generation> retired,
        Instant mayComeUntil,
        Instant now) {

    static final String REQUEST = "stocktake.rebuild";
    static final String ENDED = "stocktake.rebuild.ended";
    static final String CANCELLED = "stocktake.rebuild.cancelled";
    static final String PAUSED = "stocktake.rebuild.paused";
    static final String RATE = "stocktake.rebuild.rate";
    static final String PROGRESS = "stocktake.rebuild.progress";
    static final String LOCK = "stocktake.rebuild.lock";

    private static final String NOTHING = "";
    private static final String YES = "yes";
    private static final String WHOLE = "whole";
    private static final String PART = "part";

    /**
     * Who asked waits for the next one to end.
     *
     * @param after how many had ended before
     * @param asked when it was asked for, by the ledger's clock
     * @param kind what was asked for
     */
    record Ticket(long after, Instant asked, RebuildRequest.Kind kind) {

        /** Whether what was asked for has been done; a look at a build is none to whoever wanted it live. */
        boolean isAnsweredBy(RebuildReport report) {
            boolean looked = report.ending() == RebuildReport.Ending.LOOKED_AT;
            return report.succeeded() && (!looked || kind == RebuildRequest.Kind.DRY_RUN);
        }
    }

    /** Where an index stands of which nobody ever wanted a build costs four questions, everything else only where it does. */
    static RebuildState of(LedgerTransaction tx) {
        RebuildRequest request = request(tx);
        List<Generation> open = tx.generations();
        List<Generation> retired = tx.retired();
        Instant mayComeUntil = Swaps.of(tx).mayComeUntil();
        if (request == null && retired.isEmpty() && open.size() < 2) {
            return new RebuildState(null, false, false, null, 0, null, false, open, retired, mayComeUntil, tx.now());
        }
        Ended ended = ended(tx);
        return new RebuildState(
                request,
                says(tx, CANCELLED),
                says(tx, PAUSED),
                place(tx, RATE).map(Double::valueOf).orElse(null),
                ended.number(),
                ended.report(),
                request != null && request.kind() == RebuildRequest.Kind.REBUILD && request.forced(),
                open,
                retired,
                mayComeUntil,
                tx.now());
    }

    private static Optional<String> place(LedgerTransaction tx, String name) {
        return tx.cursor(name).filter(text -> !text.equals(NOTHING));
    }

    private static boolean says(LedgerTransaction tx, String name) {
        return place(tx, name).isPresent();
    }

    static @Nullable RebuildRequest request(LedgerTransaction tx) {
        return place(tx, REQUEST).map(RebuildRequest::parse).orElse(null);
    }

    /**
     * How the last one ended, and how many have.
     *
     * @param whole whether everything that was asked for was true then; otherwise what is live is still being looked at, as after
     *     a swap that came late, and that is part of what was asked for
     */
    record Ended(long number, boolean whole, @Nullable RebuildReport report) {

        static final Ended NONE = new Ended(0, true, null);

        String text() {
            return number + "|" + (whole ? WHOLE : PART) + "|"
                    + Objects.requireNonNull(report).text();
        }

        static Ended parse(String text) {
            String[] parts = text.split("\\|", 3);
            return new Ended(Long.parseLong(parts[0]), parts[1].equals(WHOLE), RebuildReport.parse(parts[2]));
        }
    }

    static Ended ended(LedgerTransaction tx) {
        return place(tx, ENDED).map(Ended::parse).orElse(Ended.NONE);
    }

    // --- changes
    // ------------------------------------------------------------------------------------------------------

    /**
     * Whoever asks and whoever ends what was asked for do so one after the other: the first thing in their transactions. A
     * database that locks what is written keeps the second waiting here, and lets it read what the first has written.
     */
    static void lock(LedgerTransaction tx) {
        tx.saveCursor(LOCK, Long.toString(tx.now().toEpochMilli()));
    }

    /**
     * Asks for a rebuild, or joins the one that is on its way. Who joins wants products looked at that it has behind it, so
     * its walk begins anew; what the build holds already is only compared.
     *
     * @throws IllegalStateException if something else is on its way that would have to end first
     */
    static Ticket ask(LedgerTransaction tx, RebuildRequest.Kind kind, boolean forced) {
        RebuildRequest known = request(tx);
        if (known != null && !mayJoin(known.kind(), kind)) {
            throw new IllegalStateException("A " + words(known.kind()) + " is on its way, so a " + words(kind)
                    + " cannot be asked for; wait until it has ended, or cancel it");
        }
        if (kind != RebuildRequest.Kind.ROLLBACK) {
            // Where a swap came twice there are two, and either may become the live one.
            tx.generations().stream()
                    .filter(generation -> generation.state() != Generation.State.LIVE)
                    .forEach(generation -> tx.markAll(generation.number(), false));
        }
        RebuildRequest request = known == null ? RebuildRequest.of(kind, forced, tx.now()) : known.joined(kind, forced);
        tx.saveCursor(REQUEST, request.text());
        if (known == null) {
            forget(tx, CANCELLED);
        } else if (!known.equals(request)) {
            goesOn(tx);
        }
        return new Ticket(ended(tx).number(), tx.now(), kind);
    }

    /** For whoever waits for what was asked for, and asks for nothing; empty if nothing was. */
    static Optional<Ticket> join(LedgerTransaction tx) {
        lock(tx);
        RebuildRequest known = request(tx);
        return known == null
                ? Optional.empty()
                : Optional.of(new Ticket(ended(tx).number(), tx.now(), known.kind()));
    }

    private static boolean mayJoin(RebuildRequest.Kind known, RebuildRequest.Kind kind) {
        return switch (kind) {
            case REBUILD -> known != RebuildRequest.Kind.ROLLBACK;
            case DRY_RUN -> known == RebuildRequest.Kind.DRY_RUN;
            case ROLLBACK -> false;
        };
    }

    private static String words(RebuildRequest.Kind kind) {
        return switch (kind) {
            case REBUILD -> "rebuild";
            case DRY_RUN -> "dry run of a rebuild";
            case ROLLBACK -> "rollback";
        };
    }

    /** Asks for what was live before. */
    static Ticket askBack(LedgerTransaction tx) {
        lock(tx);
        if (request(tx) != null || tx.build().isPresent()) {
            throw new IllegalStateException(
                    "A rebuild is on its way; wait until it has ended, or cancel it, and then roll back");
        }
        if (tx.retired().isEmpty()) {
            throw new IllegalStateException(
                    "There is nothing to roll back to: no content that was live before is kept");
        }
        return ask(tx, RebuildRequest.Kind.ROLLBACK, false);
    }

    /** The one that is on its way may hold far less than the live index. */
    static void allow(LedgerTransaction tx) {
        lock(tx);
        RebuildRequest known = request(tx);
        if (known != null && !known.forced()) {
            tx.saveCursor(REQUEST, known.joined(known.kind(), true).text());
            goesOn(tx);
        }
    }

    /** What it was last said to wait for is not so any more. */
    private static void goesOn(LedgerTransaction tx) {
        place(tx, PROGRESS).ifPresent(text -> {
            Progress told = Progress.parse(text);
            tx.saveCursor(
                    PROGRESS,
                    new Progress(RebuildStatus.Phase.JUDGING, told.documents(), told.expected(), told.perSecond(), "")
                            .text());
        });
    }

    static void begun(LedgerTransaction tx, RebuildRequest request, @Nullable Instant at, long generation) {
        tx.saveCursor(REQUEST, request.begun(at, generation).text());
    }

    /** It has ended, and whoever waits for it is told so. @param whole see {@link Ended#whole} */
    static void end(LedgerTransaction tx, RebuildReport report, boolean whole) {
        tx.saveCursor(ENDED, new Ended(ended(tx).number() + 1, whole, report).text());
        forget(tx, REQUEST);
        forget(tx, CANCELLED);
        forget(tx, PROGRESS);
    }

    private static void forget(LedgerTransaction tx, String name) {
        if (says(tx, name)) {
            tx.saveCursor(name, NOTHING);
        }
    }

    /** @return whether there is anything to cancel */
    static boolean cancel(LedgerTransaction tx) {
        lock(tx);
        boolean active = request(tx) != null || tx.build().isPresent();
        if (active) {
            tx.saveCursor(CANCELLED, YES);
        }
        return active;
    }

    static void pause(LedgerTransaction tx, boolean paused) {
        if (paused) {
            tx.saveCursor(PAUSED, YES);
        } else {
            forget(tx, PAUSED);
        }
    }

    /** @param perSecond products; 0 for as many as it can */
    static void throttle(LedgerTransaction tx, double perSecond) {
        tx.saveCursor(RATE, Double.toString(perSecond));
    }

    // --- looking
    // ------------------------------------------------------------------------------------------------------

    Optional<Generation> live() {
        return open.stream()
                .filter(generation -> generation.state() == Generation.State.LIVE)
                .findFirst();
    }

    /**
     * The one beside it. There may be two where a swap was made twice or late while another was being built: what is being
     * swapped comes first, then what was asked for.
     */
    @Nullable
    Generation build() {
        return open.stream()
                .filter(generation -> generation.state() != Generation.State.LIVE)
                .min(Comparator.comparing((Generation generation) -> generation.state() != Generation.State.SWAPPING)
                        .thenComparing(generation -> requestOf(generation) == null)
                        .thenComparing(Generation::number))
                .orElse(null);
    }

    /** What was asked for, if this generation was opened, or brought back, for it. */
    @Nullable
    RebuildRequest requestOf(Generation generation) {
        return request != null && request.generation() == generation.number() ? request : null;
    }

    /** As one sees it who works at this generation: what another one was opened for is no business of its. */
    RebuildState about(Generation generation) {
        return new RebuildState(
                requestOf(generation), cancelled, paused, rate, ended, last, leave, open, retired, mayComeUntil, now);
    }

    /** Whether nobody has said anything between the two. */
    boolean saysTheSame(RebuildState other) {
        return Objects.equals(request, other.request)
                && cancelled == other.cancelled
                && paused == other.paused
                && Objects.equals(rate, other.rate);
    }

    /** Whether no swap that was sent for this generation can be made any more. */
    boolean settled(Generation generation) {
        return generation.unsettled() == null || settled();
    }

    /** Whether no swap that was ever sent can be made any more, for whichever generation. */
    boolean settled() {
        return !unsettledUntil().isAfter(now);
    }

    /** Until when one may be. */
    Instant unsettledUntil() {
        return open.stream()
                .map(Generation::unsettled)
                .filter(Objects::nonNull)
                .reduce(mayComeUntil, (one, other) -> one.isAfter(other) ? one : other);
    }

    /** How far one is that is being built, as whoever runs the lane last said. */
    record Progress(RebuildStatus.Phase phase, long documents, long expected, double perSecond, String words) {

        private static final int LONGEST = 1_500;

        static final Progress NONE = new Progress(RebuildStatus.Phase.BUILDING, 0, 0, 0, "");

        String text() {
            String said = words.length() > LONGEST ? words.substring(0, LONGEST) : words;
            return phase + "|" + documents + "|" + expected + "|" + perSecond + "|" + said;
        }

        static Progress of(LedgerTransaction tx) {
            return place(tx, PROGRESS).map(Progress::parse).orElse(NONE);
        }

        private static Progress parse(String text) {
            String[] fields = text.split("\\|", 5);
            return new Progress(
                    RebuildStatus.Phase.valueOf(fields[0]),
                    Long.parseLong(fields[1]),
                    Long.parseLong(fields[2]),
                    Double.parseDouble(fields[3]),
                    fields[4]);
        }
    }

    /** What is told of it; null if nobody ever wanted one and none is kept. */
    static @Nullable RebuildStatus status(LedgerTransaction tx) {
        RebuildState state = of(tx);
        RebuildReport last = state.last() == null ? ended(tx).report() : state.last();
        if (state.request() == null && state.build() == null && last == null) {
            return null;
        }
        return state.status(Progress.of(tx), last);
    }

    RebuildStatus status(Progress progress, @Nullable RebuildReport lastEnded) {
        RebuildStatus.Phase phase = phase(progress);
        boolean told = phase == progress.phase() && !progress.words().isEmpty();
        boolean walks = phase == RebuildStatus.Phase.BUILDING && progress.perSecond() > 0;
        double left = Math.max(0, progress.expected() - progress.documents());
        return new RebuildStatus(
                phase,
                told ? progress.words() : phase.words(),
                request == null ? null : request.begun(),
                progress.documents(),
                progress.expected(),
                progress.perSecond(),
                walks ? java.time.Duration.ofSeconds((long) Math.ceil(left / progress.perSecond())) : null,
                lastEnded,
                !retired.isEmpty());
    }

    private RebuildStatus.Phase phase(Progress progress) {
        Generation build = build();
        if (request == null && build == null) {
            return RebuildStatus.Phase.NONE;
        }
        if (build != null && build.state() == Generation.State.SWAPPING) {
            return RebuildStatus.Phase.SWAPPING;
        }
        if (cancelled) {
            return RebuildStatus.Phase.CANCELLING;
        }
        if (paused) {
            return RebuildStatus.Phase.PAUSED;
        }
        return build == null ? RebuildStatus.Phase.ASKED_FOR : progress.phase();
    }
}
