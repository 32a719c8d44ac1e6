package dev.stocktake.jdbc;

/** The data of a row cannot be put into a document. Never leaves the adapter: the product becomes unreadable. */
final class BadDataException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    BadDataException(String problem, Throwable cause) {
        super(problem, cause);
    }

    /** Without a stack trace: it is a message to the shop's developers, and there may be one per product. */
    BadDataException(String problem) {
        super(problem, null, false, false);
    }

    /** What is wrong. */
    String problem() {
        return String.valueOf(getMessage());
    }
}
