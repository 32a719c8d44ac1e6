/** A small shop on Spring Boot, and what keeps its search true. */
@NullMarked
package dev.stocktake.examples.springshop;

import org.jspecify.annotations.NullMarked;
