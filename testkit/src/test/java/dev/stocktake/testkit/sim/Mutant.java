package dev.stocktake.testkit.sim;

import dev.stocktake.EngineMutants;
import dev.stocktake.testkit.LedgerMutants;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A simulation in which one rule is missing.
 *
 * @param rule what is missing
 * @param found whether the simulation must find it; what it cannot find is covered by other rules
 */
record Mutant(String name, String rule, boolean found, Scenario base, UnaryOperator<Scenario> change) {

    Scenario scenario() {
        return change.apply(base.named(name));
    }

    static List<Mutant> all() {
        Scenario hard = Scenario.hard();
        Scenario unlogged = Scenario.unlogged();
        return List.of(
                new Mutant("R8", "takeover makes open batches suspect", true, hard, ledger("SUSPECT_ON_TAKEOVER")),
                new Mutant("R6", "await the task", true, hard, engine("AWAIT")),
                new Mutant("R3", "read after the claim", true, hard, world(WorldRule.READ_AFTER_CLAIM)),
                new Mutant("R2", "queue, not cursor", true, hard, world(WorldRule.QUEUE_BY_ID)),
                new Mutant("R4", "token check on confirm", true, hard, ledger("TOKEN_CHECK")),
                new Mutant("R1", "a mark takes a new token", true, hard, ledger("MARK_NEW_TOKEN")),
                new Mutant("R9", "audit of the log, nor a hold", true, hard, both("AUDIT", "HOLD")),
                new Mutant(
                        "R9-strangers",
                        "a write that no batch explains marks everything",
                        true,
                        Scenario.edited(),
                        engine("STRANGERS")),
                new Mutant(
                        "A5",
                        "products of suspect batches are kept (covered by the one before)",
                        false,
                        hard,
                        ledger("KEEP_SUSPECTS")),
                new Mutant("A5+strangers", "neither of the two", true, hard, both("STRANGERS", "KEEP_SUSPECTS")),
                new Mutant(
                        "R13",
                        "a scan stays behind the present",
                        true,
                        Scenario.punctual(),
                        world(WorldRule.WATERMARK_CAPPED)),
                new Mutant("R7", "unknown outcome makes suspect", true, hard, ledger("SUSPECT_MARKS")),
                new Mutant("R7-engine", "unknown is not failed", true, unlogged, engine("SUSPECT_UNKNOWN")),
                new Mutant("R3-claim", "claim before anything is sent", true, hard, ledger("CLAIM_FIRST")),
                new Mutant("A1-claim", "frontier moves with the claim", true, hard, ledger("FRONTIER_IN_CLAIM")),
                new Mutant(
                        "R10", "identity check", true, Scenario.dropped().with(Knob.SCHEDULED, 1), engine("IDENTIFY")),
                new Mutant("R5", "one in flight per product", true, hard, ledger("ONE_IN_FLIGHT")),
                new Mutant("A2", "owed orphan walk", true, hard, ledger("OWED_WALK")),
                new Mutant(
                        "R4-epoch",
                        "holder and epoch check",
                        true,
                        Scenario.rebuilt(Scenario.deposed().named("rebuilt-deposed-3")),
                        ledger("EPOCH_CHECK")),
                new Mutant(
                        "R4-open",
                        "only open batches are changed (covered by the one before)",
                        false,
                        Scenario.deposed(),
                        ledger("OPEN_CHECK")),
                new Mutant(
                        "R4-epoch+open",
                        "neither of the two",
                        true,
                        Scenario.deposed(),
                        ledger("EPOCH_CHECK", "OPEN_CHECK")),
                new Mutant(
                        "A1-marks",
                        "marks beyond the frontier are kept",
                        true,
                        hard,
                        ledger("KEEP_MARKS_BEYOND_FRONTIER")),
                new Mutant("R6'", "compare before skipping", true, hard, engine("COMPARE_BEFORE_SKIP")),
                new Mutant("A4", "hold without a log", true, unlogged, ledger("HOLD")),
                new Mutant("R15", "rechecks with the confirmation", true, Scenario.timed(), ledger("RECHECK")),
                new Mutant("R15-engine", "rechecks of what was read", true, Scenario.timed(), engine("RECHECK")),
                new Mutant("force", "suspects are rewritten", false, hard, engine("FORCE_SUSPECT")),
                new Mutant("A3", "audit final states only", true, hard, world(WorldRule.FINAL_STATES_ONLY)),
                new Mutant(
                        "force+A3",
                        "neither of the two",
                        true,
                        Scenario.slow(),
                        scenario -> scenario.without(WorldRule.FINAL_STATES_ONLY)
                                .withEngine(EngineMutants.without("FORCE_SUSPECT"))),
                new Mutant(
                        "scan-alone",
                        "full runs behind a scan",
                        true,
                        Scenario.scanning(),
                        scenario -> scenario.with(Knob.FULLS, 0)),
                new Mutant(
                        "bypass-alone",
                        "full runs behind a log that is bypassed",
                        true,
                        Scenario.bypassed(),
                        scenario -> scenario.with(Knob.FULLS, 0)),
                new Mutant(
                        "audit-alone",
                        "audits behind a log that is bypassed",
                        true,
                        Scenario.rolling(),
                        scenario -> scenario.with(Knob.AUDIT_WITHIN, 0)),
                new Mutant(
                        "R14-mark", "what an audit finds is marked", true, Scenario.rolling(), engine("COMPARE_MARKS")),
                new Mutant(
                        "A7",
                        "an audit asks whether it looks at the right index (covered, as every run asks that several times)",
                        false,
                        Scenario.dropped().with(Knob.AUDITS, 0.3),
                        engine("COMPARE_IDENTIFIED")),
                new Mutant(
                        "A7-known",
                        "an audit knows what is marked or in flight",
                        true,
                        Scenario.stormy(3).with(Knob.AUDITS, 0.2),
                        engine("COMPARE_UNKNOWN")),
                new Mutant(
                        "restored-strangers",
                        "a write that no batch explains marks everything, also after a restore",
                        true,
                        Scenario.restored(Scenario.calm()),
                        engine("STRANGERS")),
                new Mutant(
                        "restored-told",
                        "a feed tells that its database went back and the ledger did not",
                        true,
                        Scenario.apart(),
                        scenario -> scenario.with(Knob.RESTORE_TOLD, 0)),
                new Mutant(
                        "restored-untold",
                        "nor does an audit follow",
                        true,
                        Scenario.untold(),
                        scenario -> scenario.with(Knob.AUDIT_WITHIN, 0)),
                new Mutant(
                        "R1-build",
                        "a mark reaches the build, too",
                        true,
                        Scenario.rebuilt(Scenario.stormy(3)),
                        ledger("MARK_EVERY_GENERATION")),
                new Mutant(
                        "A4-build",
                        "a build inherits what is held",
                        true,
                        Scenario.rebuilt(Scenario.unlogged()),
                        ledger("INHERIT_HOLDS")),
                new Mutant(
                        "A6",
                        "only what is clean is swapped in",
                        true,
                        Scenario.rebuilt(hard),
                        both("SWAP_CLEAN", "SWAP_ONLY_WHAT_IS_CLEAN")),
                new Mutant(
                        "R10-build",
                        "identity check, where swaps are made twice and late",
                        true,
                        Scenario.rebuilt(Scenario.scheduled()),
                        engine("IDENTIFY")),
                new Mutant(
                        "R11-once",
                        "no second swap as long as the first may come (covered by R10: it is recognized)",
                        false,
                        Scenario.rebuilt(hard),
                        engine("SWAP_ONCE")),
                new Mutant(
                        "R11-proven",
                        "only what was seen under the live name is live",
                        true,
                        Scenario.rebuilt(hard),
                        engine("SWAP_PROVEN")),
                new Mutant(
                        "R11-read-back",
                        "what was found equal or written while a swap may be made once more is read back",
                        true,
                        Scenario.removed()
                                .with(Knob.SWAP_REPEATED, 0.8)
                                .with(Knob.SWAP_LATE, 0.8)
                                .with(Knob.REBUILDS, 0.3),
                        engine("READ_BACK")),
                new Mutant(
                        "R11-quiet",
                        "nothing is claimed while a swap is made (covered by R10)",
                        false,
                        Scenario.rebuilt(hard),
                        ledger("NO_CLAIMS_WHILE_SWAPPING")),
                new Mutant(
                        "R11-drain",
                        "nothing is in flight when a swap begins (covered by R7 and R10)",
                        false,
                        Scenario.rebuilt(hard),
                        both("SWAP_DRAINED", "DRAIN_BEFORE_SWAP")),
                new Mutant(
                        "R11-state",
                        "the state of a generation is compared before it is set (covered: a request knows its generation)",
                        false,
                        Scenario.rebuilt(Scenario.deposed()),
                        ledger("COMPARE_STATE")),
                new Mutant(
                        "R12-settled",
                        "nothing is removed as long as a swap may come",
                        true,
                        Scenario.removed(),
                        engine("DROP_SETTLED")),
                new Mutant(
                        "R12",
                        "only what is meant is removed, when no swap may come",
                        true,
                        Scenario.removed(),
                        engine("DROP_IDENTIFIED", "DROP_SETTLED")),
                new Mutant("gate", "the build is counted", true, Scenario.rebuilt(Scenario.blank()), engine("GATE")),
                new Mutant("brake", "the brake", true, Scenario.blank(), engine("BRAKE")),
                new Mutant("skip", "skipping at all: the control", false, hard, engine("SKIP")));
    }

    private static UnaryOperator<Scenario> engine(String... rules) {
        return scenario -> scenario.withEngine(EngineMutants.without(rules));
    }

    private static UnaryOperator<Scenario> ledger(String... rules) {
        return scenario -> scenario.withLedger(LedgerMutants.without(Shop::compare, rules));
    }

    private static UnaryOperator<Scenario> both(String engineRule, String ledgerRule) {
        return scenario -> ledger(ledgerRule).apply(engine(engineRule).apply(scenario));
    }

    private static UnaryOperator<Scenario> world(WorldRule rule) {
        return scenario -> scenario.without(rule);
    }

    @Override
    public String toString() {
        return name + ": without " + rule;
    }
}
