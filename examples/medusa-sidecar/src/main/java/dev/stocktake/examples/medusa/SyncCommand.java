package dev.stocktake.examples.medusa;

import dev.stocktake.FullPolicy;
import dev.stocktake.ProductKey;
import dev.stocktake.Stocktake;
import dev.stocktake.SyncPolicy;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes products true. */
@Command(
        name = "sync",
        description =
                "Makes products true, and returns when a search shows them. Beside a running sidecar, smart and full --in-place"
                        + " only mark what it shall do, and end with 1.",
        mixinStandardHelpOptions = true,
        subcommands = {SyncCommand.Full.class, SyncCommand.Smart.class, SyncCommand.Product.class})
final class SyncCommand extends Task {

    @Override
    public Integer call() {
        throw new WrongSettings("Say which products: sync full, sync smart or sync product <id or sku>.");
    }

    /** Everything. */
    @Command(
            name = "full",
            description = "Every product, into a build beside the index that then takes its place.",
            mixinStandardHelpOptions = true)
    static final class Full extends Task {

        @Option(names = "--in-place", description = "In the index itself: writes only what differs, changes no name.")
        private boolean inPlace;

        @Option(names = "--force", description = "Also if far fewer documents come of it than there are.")
        private boolean force;

        @Override
        public Integer call() throws Exception {
            try (Parts parts = parts().requireShop()) {
                ProgressBar bar = ProgressBar.on(err(), parts.publishedProducts());
                FullPolicy policy = inPlace ? SyncPolicy.full().inPlace() : SyncPolicy.full();
                Stocktake stocktake = parts.stocktake(bar);
                return tell(stocktake.run(force ? policy.allowingMassDeletion() : policy));
            }
        }
    }

    /** What changed. */
    @Command(name = "smart", description = "What changed since the last look.", mixinStandardHelpOptions = true)
    static final class Smart extends Task {

        @Override
        public Integer call() throws Exception {
            try (Parts parts = parts().requireShop()) {
                return tell(parts.stocktake(ProgressBar.on(err(), 0)).run(SyncPolicy.smart()));
            }
        }
    }

    /** What is named. */
    @Command(name = "product", description = "These products, now.", mixinStandardHelpOptions = true)
    static final class Product extends Task {

        @Parameters(arity = "1..*", paramLabel = "ID", description = "A product's id, handle, or a sku or barcode.")
        private List<String> names = List.of();

        @Override
        public Integer call() throws Exception {
            try (Parts parts = parts().requireShop()) {
                List<ProductKey> products = new Lookup(parts).products(names);
                return tell(parts.stocktake(ProgressBar.on(err(), 0)).sync(products));
            }
        }
    }
}
