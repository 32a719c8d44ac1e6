package dev.stocktake.examples.medusa;

import org.junit.jupiter.api.Nested;

/** Every edit is searchable without anybody's doing, with the change log and without. */
class FollowsEditsIT {

    @Nested
    class OfAnInventedShopByTheChangeLog extends EditRules {
        OfAnInventedShopByTheChangeLog() {
            super("invented", Way.CHANGE_LOG);
        }
    }

    @Nested
    class OfAnInventedShopByReading extends EditRules {
        OfAnInventedShopByReading() {
            super("invented", Way.READING);
        }
    }

    @Nested
    class OfAnInventedShopByComparing extends EditRules {
        OfAnInventedShopByComparing() {
            super("invented", Way.COMPARING);
        }
    }

    @Nested
    class OfAWholeShopByTheChangeLog extends EditRules {
        OfAWholeShopByTheChangeLog() {
            super("whole", Way.CHANGE_LOG);
        }
    }

    @Nested
    class OfAWholeShopByReading extends EditRules {
        OfAWholeShopByReading() {
            super("whole", Way.READING);
        }
    }

    @Nested
    class OfAWholeShopByComparing extends EditRules {
        OfAWholeShopByComparing() {
            super("whole", Way.COMPARING);
        }
    }
}
