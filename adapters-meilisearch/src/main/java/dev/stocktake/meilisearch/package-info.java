/** The search index on Meilisearch. */
@NullMarked
package dev.stocktake.meilisearch;

import org.jspecify.annotations.NullMarked;
