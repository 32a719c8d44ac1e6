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
    /** A7: what a comparison finds is marked. */
    COMPARE_MARKS,
    /** A7: what somebody knows (marked, in flight, not walked yet) is no drift. */
    COMPARE_UNKNOWN;

    static final Set<Rule> ALL = Set.copyOf(EnumSet.allOf(Rule.class));
}
