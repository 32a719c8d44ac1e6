/**
 * The deterministic simulation: the real engine among modelled databases, indexes and disasters, in virtual time.
 *
 * <p>Start at {@link dev.stocktake.testkit.sim.Simulation}.
 */
@NullMarked
package dev.stocktake.testkit.sim;

import org.jspecify.annotations.NullMarked;
