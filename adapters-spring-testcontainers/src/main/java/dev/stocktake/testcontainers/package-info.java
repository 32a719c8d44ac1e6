/**
 * {@code @ServiceConnection} for a Meilisearch container: with this on the class path of a test, a container of the image {@code
 * getmeili/meilisearch} is where Stocktake's index lives, and no property says so.
 */
@NullMarked
package dev.stocktake.testcontainers;

import org.jspecify.annotations.NullMarked;
