/** In-memory ports with faults, virtual time, and the contracts every adapter must keep. */
@NullMarked
package dev.stocktake.testkit;

import org.jspecify.annotations.NullMarked;
