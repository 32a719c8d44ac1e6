/** Measures floors and ratios of the engine and its adapters. */
@NullMarked
package dev.stocktake.bench;

import org.jspecify.annotations.NullMarked;
