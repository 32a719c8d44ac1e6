package dev.stocktake.lucene;

/** One document cannot be indexed; the message continues "product x was left out: ". */
final class Unfit extends Exception {

    private static final long serialVersionUID = 1L;

    Unfit(String reason) {
        super(reason, null, false, false);
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
