package dev.stocktake.jdbc;

/** What the child rows of one parent become. */
enum Shape {
    /** A list of objects. */
    LIST,
    /** A list of scalars: the rows' only column. */
    VALUES,
    /** One object, or null. */
    ONE,
    /** An object whose names are one column and whose values are the rest. */
    MAP
}
