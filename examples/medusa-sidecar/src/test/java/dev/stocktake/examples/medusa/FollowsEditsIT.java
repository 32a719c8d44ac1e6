package dev.stocktake.examples.medusa;

import org.junit.jupiter.api.Nested;

/** Every edit is searchable without anybody's doing, with the change log and without: in a whole shop where there is one. */
class FollowsEditsIT {

    @Nested
    class ByTheChangeLog extends EditRules {
        ByTheChangeLog() {
            super(Way.CHANGE_LOG);
        }
    }

    @Nested
    class ByReading extends EditRules {
        ByReading() {
            super(Way.READING);
        }
    }

    @Nested
    class ByComparing extends EditRules {
        ByComparing() {
            super(Way.COMPARING);
        }
    }
}
