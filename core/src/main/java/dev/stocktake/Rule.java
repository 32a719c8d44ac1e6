package dev.stocktake;

import java.util.EnumSet;
import java.util.Set;

/**
 * The rules that the engine itself keeps, each with a switch that only tests can reach: a simulation that does not notice a
 * missing rule proves nothing about the others.
 */
enum Rule {
    /** R6: only what the index has applied is confirmed. */
    AWAIT,
    /** R6': only what was found equal after the claim is skipped; switched off, whatever was claimed unforced is skipped. */
    COMPARE_BEFORE_SKIP,
    /** Skipping as such; switched off, everything is written. A control: no safety hangs on it. */
    SKIP,
    /** R7: a write of unknown outcome makes its products suspect. */
    SUSPECT_UNKNOWN,
    /** R7: suspect products are written even if they look unchanged. */
    FORCE_SUSPECT,
    /** R9: the index's log of writes is audited. */
    AUDIT,
    /** R9: a write that no batch explains marks everything. */
    STRANGERS,
    /** R10: a write is confirmed only if the name is still bound to the content it was meant for. */
    IDENTIFY,
    /** R15: when a document changes with time is remembered with its confirmation. */
    RECHECK,
    /** More deletions than somebody agreed to wait until somebody does. */
    BRAKE,
    /** A7: a comparison counts only if the index was the one that is meant. */
    COMPARE_IDENTIFIED,
    /** A6: only what is clean is swapped in; switched off, a build is as soon as there is one. */
    SWAP_CLEAN,
    /** R11: nothing is in flight when a swap is asked for. */
    SWAP_DRAINED,
    /** R11: no second swap is asked for while a first may still be made. */
    SWAP_ONCE,
    /** R11: only what has been seen under the live name is taken for live. */
    SWAP_PROVEN,
    /** R11: as long as a swap may still be made, once more or late, a batch is read back before it is confirmed. */
    READ_BACK,
    /** R12: nothing is removed as long as a swap may still be made that would put it under the live name. */
    DROP_SETTLED,
    /** R12: what is removed is what is meant, and nothing else that stands in its place. */
    DROP_IDENTIFIED,
    /** A build is counted before it is put in the place of the live index. */
    GATE,
    /** A7: what a comparison finds is marked. */
    COMPARE_MARKS,
    /** A7: what somebody knows (marked, in flight, not walked yet) is no drift. */
    COMPARE_UNKNOWN;

    static final Set<Rule> ALL = Set.copyOf(EnumSet.allOf(Rule.class));
}
