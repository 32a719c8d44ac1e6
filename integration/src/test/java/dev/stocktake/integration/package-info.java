@NullMarked
package dev.stocktake.integration;

import org.jspecify.annotations.NullMarked;
