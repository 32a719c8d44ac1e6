@NullMarked
package dev.stocktake.examples.medusa;

import org.jspecify.annotations.NullMarked;
