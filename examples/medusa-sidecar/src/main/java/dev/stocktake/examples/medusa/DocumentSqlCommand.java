package dev.stocktake.examples.medusa;

import picocli.CommandLine.Command;

/** Prints the query of a document, to change it and name it in STOCKTAKE_DOCUMENT_SQL. */
@Command(
        name = "document-sql",
        description = "Prints the SQL that makes a document, to begin your own with.",
        mixinStandardHelpOptions = true)
final class DocumentSqlCommand extends Task {

    @Override
    public Integer call() {
        script(Queries.ours("document.sql"));
        return Sidecar.DONE;
    }
}
