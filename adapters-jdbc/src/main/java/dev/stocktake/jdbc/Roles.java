package dev.stocktake.jdbc;

import java.util.Set;

/**
 * What the columns of a query are for, by their labels.
 *
 * @param link says which product (root) or which parent (child) a row belongs to
 * @param key says which nested rows belong to a row
 * @param name names the row's entry in a map; empty if there is none
 * @param spread JSON objects whose fields become fields of the row itself
 * @param hidden do not become fields
 * @param recheck says when the product must be read again, and becomes no field; empty if there is none
 */
record Roles(String link, String key, String name, Set<String> spread, Set<String> hidden, String recheck) {}
