/** Source, change feeds and ledger on a relational database. */
@NullMarked
package dev.stocktake.jdbc;

import org.jspecify.annotations.NullMarked;
