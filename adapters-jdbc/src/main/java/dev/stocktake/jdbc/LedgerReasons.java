package dev.stocktake.jdbc;

import dev.stocktake.Reason;
import java.util.List;
import java.util.stream.Stream;

/** Reasons as the ledger keeps them: numbers in the order of urgency, with room between them for those to come. */
final class LedgerReasons {

    private LedgerReasons() {}

    static int number(Reason reason) {
        return switch (reason) {
            case DEMAND -> 0;
            case CHANGE -> 10;
            case TIMED -> 20;
            case SUSPECT -> 30;
            case AUDIT -> 40;
            case FANOUT -> 50;
            case SWEEP -> 60;
        };
    }

    /** All there are. */
    static List<Integer> numbers() {
        return Stream.of(Reason.values()).map(LedgerReasons::number).toList();
    }

    static Reason of(int number) {
        for (Reason reason : Reason.values()) {
            if (number(reason) == number) {
                return reason;
            }
        }
        throw new IllegalStateException(
                "The ledger knows no reason of number " + number + "; was it written by another version of Stocktake?");
    }
}
