/**
 * In-memory ports with faults, virtual time, and the contracts every adapter must keep. For tests only.
 *
 * <h2>Testing with Stocktake: the fakes</h2>
 *
 * {@link dev.stocktake.testkit.InMemoryProductSource}, {@link dev.stocktake.testkit.InMemoryChangeFeed}, {@link
 * dev.stocktake.testkit.InMemoryIndex} and {@link dev.stocktake.testkit.InMemoryLedger} keep the same contracts as the
 * real adapters, and fail when they are told to. With {@link dev.stocktake.testkit.VirtualTime} a test of hours takes
 * milliseconds and comes out the same each time:
 *
 * <pre>{@code
 * VirtualTime time = new VirtualTime();
 * InMemoryProductSource source = new InMemoryProductSource();
 * InMemoryIndex index = new InMemoryIndex("products");
 * Stocktake stocktake = Stocktake.builder(source, index, new InMemoryLedger(time))
 *         .clock(time)
 *         .sleeper(time)
 *         .build();
 *
 * source.put(ProductKey.of(7), Document.of(Map.of("title", "Desk lamp")));
 * index.loseReplyOfNext();                     // applied, but nobody is told
 * stocktake.run(SyncPolicy.full());
 * assertThat(index.documents()).isEqualTo(source.documents());
 * }</pre>
 *
 * <h2>Writing an adapter: the contracts</h2>
 *
 * For each port there is an abstract JUnit class that tests what the port's Javadoc promises. An adapter's test extends
 * it, says how to get the adapter and how to reach the technology past it, and inherits the tests:
 *
 * <table>
 * <caption>Ports and their contracts</caption>
 * <tr><th>port</th><th>contract</th></tr>
 * <tr><td>{@link dev.stocktake.ProductSource}</td><td>{@link dev.stocktake.testkit.ProductSourceContract}</td></tr>
 * <tr><td>{@link dev.stocktake.ChangeFeed}</td><td>{@link dev.stocktake.testkit.ChangeFeedContract}</td></tr>
 * <tr><td>{@link dev.stocktake.SearchIndex}</td><td>{@link dev.stocktake.testkit.SearchIndexContract}</td></tr>
 * <tr><td>{@link dev.stocktake.AuditableIndex}</td><td>{@link dev.stocktake.testkit.AuditableIndexContract}</td></tr>
 * <tr><td>{@link dev.stocktake.RebuildableIndex}</td><td>{@link dev.stocktake.testkit.RebuildableIndexContract}</td></tr>
 * <tr><td>{@link dev.stocktake.LoggedIndex}</td><td>{@link dev.stocktake.testkit.LoggedIndexContract}</td></tr>
 * <tr><td>{@link dev.stocktake.Ledger}</td><td>{@link dev.stocktake.testkit.LedgerContract}</td></tr>
 * </table>
 *
 * <ol>
 *   <li>Extend the contract and implement its abstract methods. Every test begins with something empty; JUnit makes a new
 *       object of the test class for each test, so fields are a good place for the adapter and its technology.
 *   <li>The contracts of an index share one {@link dev.stocktake.testkit.IndexHarness}: write it once, and each
 *       test class is five lines.
 *   <li>Run it. A method that belongs to a {@link dev.stocktake.testkit.Capability} and was not overridden fails with a
 *       sentence that names it. Override it; or, where the technology cannot do it, declare it missing, with the reason:
 *       its tests are then skipped under that reason.
 * </ol>
 *
 * <pre>{@code
 * class ShelfSourceTest extends ProductSourceContract {
 *     private final Shelf shelf = new Shelf();
 *
 *     protected ProductSource source() {
 *         return new ShelfSource(shelf);
 *     }
 *
 *     protected void save(ProductKey key, String title) {
 *         shelf.put(key.value(), title);
 *     }
 *
 *     protected void delete(ProductKey key) {
 *         shelf.remove(key.value());
 *     }
 *
 *     protected Map<Capability, String> missing() {
 *         return Map.of(
 *                 Capability.CALLERS_TRANSACTION, "a shelf has no transactions",
 *                 Capability.UNPUBLISHED_PRODUCTS, "what is on the shelf is for sale",
 *                 Capability.UNREADABLE_PRODUCTS, "a title cannot be damaged");
 *     }
 * }
 * }</pre>
 *
 * The contracts wait for nothing but what the port itself lets them wait for, use no sleeps, and print the seed where
 * they roll dice. What a contract does not know is tested in the adapter's own tests: its settings, its SQL or HTTP, its
 * error messages.
 */
@NullMarked
package dev.stocktake.testkit;

import org.jspecify.annotations.NullMarked;
