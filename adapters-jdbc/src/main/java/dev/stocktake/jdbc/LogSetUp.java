package dev.stocktake.jdbc;

/**
 * What a feed knows of its change log, once it has looked.
 *
 * @param nonce tells this feed from every other, also from itself after a restart
 * @param wide more products than this make an entry wide
 */
record LogSetUp(LogTables log, LogGraph graph, String nonce, int wide) {}
