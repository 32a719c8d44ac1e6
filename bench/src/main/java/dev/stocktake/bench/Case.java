package dev.stocktake.bench;

import java.sql.SQLException;

/** A question, and how it is answered. */
interface Case {

    /** One word, for the command line and the results. */
    String name();

    /** Measures and tells. */
    void run(Stage stage, Plan plan, Results results) throws SQLException;
}
