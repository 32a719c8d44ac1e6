/** An embedded search index that needs no server. */
@NullMarked
package dev.stocktake.lucene;

import org.jspecify.annotations.NullMarked;
