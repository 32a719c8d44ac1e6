/** The rules between the modules and within them. They are tests, so there is nothing here to use. */
@NullMarked
package dev.stocktake.architecture;

import org.jspecify.annotations.NullMarked;
