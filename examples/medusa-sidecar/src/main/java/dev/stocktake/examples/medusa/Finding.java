package dev.stocktake.examples.medusa;

/**
 * What a look at the surroundings found.
 *
 * @param level how bad it is
 * @param subject in a word or two
 * @param text a sentence; says what to do if something is wrong
 */
record Finding(Level level, String subject, String text) {

    /** How bad something is. */
    enum Level {
        /** As it should be. */
        OK,
        /** Worth knowing; nothing is kept from working. */
        NOTE,
        /** Must be corrected. */
        WRONG,
        /** Cannot be asked at the moment. */
        UNREACHABLE
    }

    boolean bad() {
        return level == Level.WRONG || level == Level.UNREACHABLE;
    }
}
