package dev.stocktake.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SinkTasksTest {

    private final SinkTasks tasks = new SinkTasks();

    @BeforeEach
    void addSome() {
        IntStream.range(0, 50)
                .forEach(i -> tasks.add(
                        i % 2 == 0 ? "even" : "odd", i == 0 ? "indexCreation" : "documentAdditionOrUpdate", "b" + i));
    }

    private List<Long> uids(String query) {
        return tasks.page(Query.of(query)).path("results").findValues("uid").stream()
                .map(JsonNode::asLong)
                .toList();
    }

    @Test
    void listsTheNewestTwentyFirst() {
        assertThat(uids("")).hasSize(20).startsWith(49L, 48L);
    }

    @Test
    void findsTasksByUidWhateverElseThereIs() {
        assertThat(uids("uids=3,7,99&limit=3")).containsExactly(3L, 7L);
    }

    @Test
    void readsOnFromAUidToEitherSide() {
        assertThat(uids("from=3&limit=2")).containsExactly(3L, 2L);
        assertThat(uids("from=47&reverse=true&limit=9")).containsExactly(47L, 48L, 49L);
    }

    @Test
    void filtersByIndexTypeAndState() {
        assertThat(uids("indexUids=odd&reverse=true&limit=2")).containsExactly(1L, 3L);
        assertThat(uids("types=indexCreation")).containsExactly(0L);
        assertThat(uids("statuses=enqueued,processing")).isEmpty();
    }

    @Test
    void carriesWhatCameWithTheWrite() {
        assertThat(tasks.page(Query.of("uids=5"))
                        .at("/results/0/customMetadata")
                        .asText())
                .isEqualTo("b5");
    }
}
