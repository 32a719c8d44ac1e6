/** Keeps the Meilisearch index of a Medusa shop true to its database, as one process beside it. */
@NullMarked
package dev.stocktake.examples.medusa;

import org.jspecify.annotations.NullMarked;
