package dev.stocktake.meilisearch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
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
                "?canceledBy=9"
            })
    void mayMeanWritesOfOursBehindTheirPlace(String filter) {
        assertThat(new TaskFilter(filter).mayMatchWrites(Set.of("lamps"), 7)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?uids=7",
                "?uids=1,2,3",
                "?indexUids=desks",
                "?types=settingsUpdate,dumpCreation",
                "?beforeEnqueuedAt=2026-01-01T00%3A00%3A00Z&statuses=succeeded,failed,canceled",
                "?statuses=succeeded",
                "?indexUids=lamps&uids=2"
            })
    void cannotMeanWritesOfOursBehindTheirPlace(String filter) {
        assertThat(new TaskFilter(filter).mayMatchWrites(Set.of("lamps"), 7)).isFalse();
    }
}
