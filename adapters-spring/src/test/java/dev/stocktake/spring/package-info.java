@NullMarked
package dev.stocktake.spring;

import org.jspecify.annotations.NullMarked;
