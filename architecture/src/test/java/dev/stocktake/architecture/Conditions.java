package dev.stocktake.architecture;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.domain.JavaTypeVariable;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What the rules ask of a class beyond ArchUnit's own vocabulary. */
final class Conditions {

    private Conditions() {}

    static ArchCondition<JavaClass> satisfy(String description, Predicate<JavaClass> predicate) {
        return condition(description, (type, events) -> {
            if (!predicate.test(type)) {
                events.add(SimpleConditionEvent.violated(type, type.getDescription() + " should " + description));
            }
        });
    }

    static ArchCondition<JavaClass> dependOnAnotherModuleThanCore(World world) {
        return condition("depend on another module than the core", (type, events) -> {
            Optional<Module> own = world.moduleOf(type);
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                Optional<Module> other = world.moduleOf(target);
                if (world.contains(target) && !other.equals(own) && !other.equals(Optional.of(Module.CORE))) {
                    events.add(SimpleConditionEvent.satisfied(dependency, dependency.getDescription()));
                }
            }
        });
    }

    static ArchCondition<JavaClass> declareNoCheckedExceptionsToCallers() {
        return condition("declare no checked exception to callers but InterruptedException", (type, events) -> {
            if (!Visibility.isPublic(type)) {
                return;
            }
            for (JavaCodeUnit unit : type.getCodeUnits()) {
                if (Visibility.isPublic(unit)) {
                    unit.getThrowsClause().getTypes().stream()
                            .filter(Conditions::isCheckedAndNotInterrupted)
                            .forEach(thrown -> violated(events, unit, "declares " + thrown.getName()));
                }
            }
        });
    }

    static ArchCondition<JavaClass> nameOnlyTypesCallersCanSee(World world) {
        return condition("name only types that callers can see", (type, events) -> {
            if (!Visibility.isPublic(type)) {
                return;
            }
            for (JavaMember member : type.getMembers()) {
                if (Visibility.isPublic(member)) {
                    typesIn(member)
                            .map(JavaClass::getBaseComponentType)
                            .filter(named -> world.contains(named) && !Visibility.isPublic(named))
                            .distinct()
                            .forEach(hidden -> violated(events, member, "names " + hidden.getName()));
                }
            }
        });
    }

    private static boolean isCheckedAndNotInterrupted(JavaClass thrown) {
        return !thrown.isAssignableTo(RuntimeException.class)
                && !thrown.isAssignableTo(Error.class)
                && !thrown.isEquivalentTo(InterruptedException.class);
    }

    private static Stream<JavaClass> typesIn(JavaMember member) {
        Stream<JavaType> types;
        if (member instanceof JavaField field) {
            types = Stream.of(field.getType());
        } else {
            JavaCodeUnit unit = (JavaCodeUnit) member;
            types = Stream.of(
                            Stream.of(unit.getReturnType()),
                            unit.getParameterTypes().stream(),
                            unit.getTypeParameters().stream()
                                    .map(JavaTypeVariable::getUpperBounds)
                                    .flatMap(bounds -> bounds.stream()),
                            unit.getThrowsClause().getTypes().stream())
                    .flatMap(stream -> stream);
        }
        return types.flatMap(type -> type.getAllInvolvedRawTypes().stream());
    }

    private static void violated(ConditionEvents events, JavaMember member, String what) {
        events.add(SimpleConditionEvent.violated(member, member.getDescription() + " " + what));
    }

    private static ArchCondition<JavaClass> condition(
            String description, BiConsumer<JavaClass, ConditionEvents> check) {
        return new ArchCondition<>(description) {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                check.accept(type, events);
            }
        };
    }
}
