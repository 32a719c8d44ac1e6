/** The first minute with Stocktake: a database and an index in one process. */
@NullMarked
package dev.stocktake.examples.quickstart;

import org.jspecify.annotations.NullMarked;
