package dev.stocktake.examples.quickstart;

/** Something did not come out as told; the message is the sentence that says so. */
final class StoryException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    StoryException(String sentence) {
        super(sentence);
    }
}
