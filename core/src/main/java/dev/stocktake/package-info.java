/**
 * Keeps a product search index true to a database, whoever wrote the row.
 *
 * <p>Start at {@link dev.stocktake.Stocktake}. A host gives it a {@link dev.stocktake.ProductSource} (what is true), a
 * {@link dev.stocktake.SearchIndex} (what must become true), a {@link dev.stocktake.Ledger} (what is not yet true) and,
 * for smart runs, {@link dev.stocktake.ChangeFeed}s. Everything that can notice a change only <em>marks</em> products;
 * one ordered lane per index <em>makes marked products true</em>: claim, read, write, await, identify, confirm.
 *
 * <p>References are non-null unless marked {@link org.jspecify.annotations.Nullable}.
 */
@NullMarked
package dev.stocktake;

import org.jspecify.annotations.NullMarked;
