package dev.stocktake.meilisearch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TaskFilterTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?uids=8",
                "?uids=3,8",
                "?uids=*",
                "?indexUids=lamps",
                "?indexUids=desks,lamps",
                "?indexUids=desks%2Clamps",
                "?indexUids=*&statuses=succeeded",
                "?types=documentDeletion",
                "?types=*",
                "?afterEnqueuedAt=2026-01-01",
                "?batchUids=3",
                "?canceledBy=9",
                "?uids=8,8",
                "?uids=3&uids=8",
                "?indexUids=",
                "?indexUids=,",
                "?types=DocumentDeletion",
                "?statuses=succeeded",
                "?statuses=failed,failed",
                "?beforeEnqueuedAt=2026-01-01T00%3A00%3A00Z&statuses=succeeded,failed,canceled",
                "?types=taskDeletion&statuses=succeeded",
                "?types=indexSwap",
                "?indexUids=%zz",
                "?indexUids",
                "?",
                ""
            })
    void mayMeanWritesOfOursBehindTheirPlace(String filter) {
        assertThat(new TaskFilter(filter).mayMatchWrites(Set.of("lamps"), 7)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?uids=7",
                "?uids=1,2,3",
                "?uids=5,5",
                "?indexUids=desks",
                "?types=settingsUpdate,dumpCreation",
                "?index%55ids=desks,desks&statuses=failed,failed",
                "?indexUids=lamps&uids=2"
            })
    void cannotMeanWritesOfOursBehindTheirPlace(String filter) {
        assertThat(new TaskFilter(filter).mayMatchWrites(Set.of("lamps"), 7)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?beforeEnqueuedAt=2026-03-01T12:00:00Z&statuses=succeeded,failed,canceled",
                "?beforeEnqueuedAt=2026-03-01T13%3A00%3A00%2B01%3A00",
                "?beforeStartedAt=2026-03-01&indexUids=lamps",
                "?beforeFinishedAt=2025-12-31&beforeEnqueuedAt=*"
            })
    void meansOnlyWhatIsOlder(String filter) {
        assertThat(new TaskFilter(filter).isOnlyBefore("2026-03-01T12:00:00.000000001Z"))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?beforeEnqueuedAt=2026-03-01T12:00:00.000000002Z",
                "?beforeEnqueuedAt=2026-03-01&beforeEnqueuedAt=2026-03-02",
                "?beforeFinishedAt=2026-03-02",
                "?beforeStartedAt=yesterday",
                "?beforeStartedAt=*",
                "?afterEnqueuedAt=2026-01-01",
                "?statuses=succeeded",
                "?beforeEnqueuedAt=%zz"
            })
    void mayMeanWhatIsNewer(String filter) {
        assertThat(new TaskFilter(filter).isOnlyBefore("2026-03-01T12:00:00.000000001Z"))
                .isFalse();
    }

    @Test
    void mayMeanAnythingWhereTheServerTellsNoTime() {
        assertThat(new TaskFilter("?beforeEnqueuedAt=2020-01-01").isOnlyBefore(""))
                .isFalse();
    }
}
