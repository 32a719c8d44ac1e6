package dev.stocktake.testkit;

/** An {@link InMemoryIndex} that cannot be read back. */
final class WriteOnly extends WritablePart {

    WriteOnly(InMemoryIndex index) {
        super(index);
    }
}
