package dev.stocktake;

/**
 * The right to run an index's lane. It ends not by the clock but when another holder takes a later epoch; the clock only
 * says when another may.
 *
 * @param index whose lane
 * @param holder who holds it
 * @param epoch grows with every acquisition; a ledger change under any other epoch, or by any other holder, than the current
 *     one does nothing
 */
public record Lease(String index, String holder, long epoch) {}
