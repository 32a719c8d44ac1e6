package dev.stocktake.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** What is meant where nothing is said. */
class StocktakePropertiesTest {

    static Stream<Class<?>> groups() {
        return Stream.of(StocktakeProperties.class.getDeclaredClasses())
                .filter(group ->
                        Stream.of(group.getDeclaredFields()).map(Field::getName).anyMatch("DEFAULT"::equals));
    }

    /** The documented defaults are those of the annotations, which Boot does not look at where nothing of a group is said. */
    @ParameterizedTest
    @MethodSource("groups")
    void aGroupOfWhichNothingIsSaidIsWhatItsPropertiesSay(Class<?> group) throws ReflectiveOperationException {
        Field known = group.getDeclaredField("DEFAULT");
        known.setAccessible(true);

        assertThat((Object) bound(group, Map.of())).isEqualTo(known.get(null));
    }

    /** Boot gives null for a group of which nothing is said. */
    @ParameterizedTest
    @ValueSource(
            classes = {
                StocktakeProperties.class,
                StocktakeProperties.Index.class,
                StocktakeProperties.Changes.class,
                StocktakeProperties.Settings.class
            })
    void noGroupIsMissing(Class<?> around) throws ReflectiveOperationException {
        Object properties = bound(around, Map.of());
        for (RecordComponent component : around.getRecordComponents()) {
            if (component.getType().isRecord()) {
                component.getAccessor().setAccessible(true);
                assertThat(component.getAccessor().invoke(properties))
                        .as(component.getName())
                        .isNotNull();
            }
        }
    }

    @Test
    void allGroupsAreLookedAt() {
        assertThat(StocktakeProperties.class.getDeclaredClasses())
                .filteredOn(Class::isRecord)
                .as("those of which each entry of a list or map is one aside")
                .filteredOn(group -> groups().noneMatch(group::equals))
                .containsExactlyInAnyOrder(StocktakeProperties.Index.class, StocktakeProperties.Child.class);
    }

    @Test
    void whatIsNotSaidOfAGroupIsItsDefault() {
        StocktakeProperties properties = bound(
                StocktakeProperties.class,
                Map.of("group.settings.retry.attempts", "9", "group.indexes.shoes.schedule.audit", "2h"));
        StocktakeProperties.Settings settings = properties.settings();

        assertThat(settings.retry().attempts()).isEqualTo(9);
        assertThat(settings.retry().first()).isEqualTo(Duration.ofSeconds(1));
        assertThat(settings.batch()).isEqualTo(StocktakeProperties.Batch.DEFAULT);
        StocktakeProperties.Index shoes = properties.indexes().get("shoes");
        assertThat(shoes.schedule().audit()).isEqualTo(Duration.ofHours(2));
        assertThat(shoes.schedule().smart()).isEqualTo(Duration.ofSeconds(1));
        assertThat(shoes.settings()).isEqualTo(StocktakeProperties.Settings.DEFAULT);
    }

    private static <T> T bound(Class<T> group, Map<String, String> said) {
        return new Binder(new MapConfigurationPropertySource(said)).bindOrCreate("group", Bindable.of(group));
    }
}
