package dev.stocktake;

import org.jspecify.annotations.Nullable;

/**
 * Counts before a build is put in the place of the live index: it must hold as many documents as the database has products, and
 * not far fewer than the live index. That each product is true is known from the books; this is for what the books cannot know:
 * that the database answered nonsense for a while, or that somebody emptied the build.
 *
 * <p>Products are counted page by page, between batches. What is written meanwhile, and what is quarantined, may be counted or
 * not.
 */
final class BuildGate {

    private static final int PAGE = 5_000;

    /** Changes that were counted and that no feed has named yet: so many are no reason to count again. */
    private static final long FEW = 10;

    private static final long UNSEEN_ONE_IN = 1_000;

    /** What a step came to. */
    enum Verdict {
        /** There is more to count. */
        MORE,
        /** It may be swapped in. */
        PASSES,
        /** It does not hold what the database has. */
        DIFFERS,
        /** It holds far less than searchers see now. */
        TOO_FEW
    }

    private final Ports ports;
    private final AuditableIndex build;
    private final AuditableIndex live;
    private final SyncSettings.Brakes brakes;
    private final long generation;
    private final long atFirst;
    private @Nullable ProductKey after;
    private boolean counted;
    private long products;
    private long touched;
    private long quarantined;
    private long held;
    private long before;

    /** @param atFirst how many documents the live index held when the build was begun: it may have lost some since, little by little */
    BuildGate(
            Ports ports,
            AuditableIndex live,
            AuditableIndex build,
            long generation,
            long atFirst,
            SyncSettings.Brakes brakes) {
        this.atFirst = atFirst;
        this.ports = ports;
        this.live = live;
        this.build = build;
        this.generation = generation;
        this.brakes = brakes;
    }

    /** So many products were written into the build, and may or may not have been counted before. */
    void touched(int count) {
        touched += count;
    }

    boolean counted() {
        return counted;
    }

    long held() {
        return held;
    }

    long before() {
        return before;
    }

    Verdict step(boolean forced) {
        if (!counted) {
            countPage();
            return counted ? judge(forced) : Verdict.MORE;
        }
        return judge(forced);
    }

    private void countPage() {
        KeyPage page = ports.source().keys(after, PAGE);
        Lane.requireProgress(page, after);
        if (!page.keys().isEmpty()) {
            products += ports.source().present(page.keys()).size();
        }
        after = page.last().orElse(after);
        counted = page.end();
    }

    /** With the counts of the two indexes as they are now. */
    Verdict judge(boolean forced) {
        held = build.count();
        before = Math.max(atFirst, live.count());
        quarantined = ports.inLedger(tx -> tx.backlogOf(generation)).quarantined();
        boolean heldBack = ports.inLedger(Brake::leftUndone);
        long missing = quarantined >= Backlog.MOST_COUNTED ? 0 : products - quarantined - touched - held;
        long surplus = held - products - touched;
        // What the brake holds back in the live index a swap shall not take away either.
        boolean emptied = held == 0 && before > 0;
        if (emptied || before - held > (heldBack ? 0 : brakes.limit(before))) {
            if (missing > 0) {
                return Verdict.DIFFERS;
            }
            return forced ? Verdict.PASSES : Verdict.TOO_FEW;
        }
        long unseen = Math.max(FEW, products / UNSEEN_ONE_IN);
        return missing > unseen || surplus > unseen ? Verdict.DIFFERS : Verdict.PASSES;
    }

    /** Why it is not swapped in. */
    String sentence(Verdict verdict) {
        if (verdict == Verdict.DIFFERS) {
            return "the build holds " + held + " documents and the database has " + products + " products" + refused()
                    + "; it is looked at once more. If that does not help, ask whether the product query finds now what it"
                    + " should";
        }
        return "the build is kept beside the live index, as it holds " + held + " documents" + refused()
                + " and the live index " + before + " since it was begun, of which at most " + brakes.limit(before)
                + " may go unasked (brakes); an empty replica or a broken join looks like that. Edits go on reaching both. If"
                + " that is right, run(SyncPolicy.full().allowingMassDeletion()); if not, mend the database or the query, or"
                + " cancel the rebuild";
    }

    private String refused() {
        return quarantined == 0 ? "" : " (" + Backlog.words(quarantined) + " are quarantined)";
    }
}
