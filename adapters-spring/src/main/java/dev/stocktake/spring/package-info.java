/**
 * Stocktake in a Spring Boot application: put the starter on the class path, say in {@code stocktake.*} what a document is and
 * where the index lives, and inject {@link dev.stocktake.Stocktake}. Every port that is a bean of the application is taken
 * instead of the one that the properties describe.
 */
@NullMarked
package dev.stocktake.spring;

import org.jspecify.annotations.NullMarked;
