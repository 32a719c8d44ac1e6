package dev.stocktake.testkit;

/** An {@link InMemoryIndex} whose log cannot be read, and beside which nothing can be built. */
final class WithoutBuilds extends ReadablePart {

    WithoutBuilds(InMemoryIndex index) {
        super(index);
    }
}
