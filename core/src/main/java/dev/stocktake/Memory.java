package dev.stocktake;

/** What an instance remembers of what it did, for as long as it lives. */
record Memory(LastWrites lastWrites, FreshnessMeter freshness) {

    Memory() {
        this(new LastWrites(), new FreshnessMeter());
    }
}
