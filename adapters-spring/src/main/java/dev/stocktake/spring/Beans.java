package dev.stocktake.spring;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.annotation.BeanFactoryAnnotationUtils;

/**
 * The application's beans of our types. Where there is one index, they are its; where there are several, a bean belongs to the
 * index whose name is its qualifier or its own name.
 */
final class Beans {

    private final ListableBeanFactory factory;
    private final Set<String> indexes;
    private final boolean several;

    Beans(ListableBeanFactory factory, Set<String> indexes) {
        this.factory = factory;
        this.indexes = Set.copyOf(indexes);
        this.several = indexes.size() > 1;
    }

    /** The port of an index, which no other index may use. */
    <T> Optional<T> own(Class<T> type, String index) {
        if (!several) {
            return one(type, names(type), index);
        }
        List<String> its = its(type, index);
        List<String> nobodys = new ArrayList<>(names(type));
        nobodys.removeIf(this::belongsToSome);
        if (its.isEmpty() && !nobodys.isEmpty()) {
            throw new SetUpException(
                    "There are several indexes, and nobody can tell to which of them the beans " + nobodys + " of type "
                            + type.getSimpleName() + " belong.",
                    "Annotate each with @Qualifier(\"<name of the index>\"), as under 'stocktake.indexes'.",
                    null);
        }
        return one(type, its, index);
    }

    /** What an index may share with others: its own, else the one that is nobody's. */
    <T> Optional<T> shared(Class<T> type, String index) {
        List<String> its = several ? its(type, index) : List.of();
        if (!its.isEmpty()) {
            return one(type, its, index);
        }
        return one(
                type, names(type).stream().filter(name -> !belongsToSome(name)).toList(), index);
    }

    /** All that concern an index, in order. */
    <T> List<T> all(Class<T> type, String index) {
        return ordered(type, several ? its(type, index) : names(type));
    }

    /** All that are nobody's or this index's, in order. */
    <T> List<T> general(Class<T> type, String index) {
        List<String> concern = names(type).stream()
                .filter(name -> !belongsToSome(name) || its(type, index).contains(name))
                .toList();
        return ordered(type, concern);
    }

    private <T> List<T> ordered(Class<T> type, List<String> names) {
        if (names.isEmpty()) {
            return List.of();
        }
        return factory.getBeanProvider(type)
                .orderedStream()
                .filter(bean -> names.stream().anyMatch(name -> factory.getBean(name) == bean))
                .toList();
    }

    private <T> Optional<T> one(Class<T> type, List<String> names, String index) {
        if (names.isEmpty()) {
            return Optional.empty();
        }
        if (names.size() == 1) {
            return Optional.of(factory.getBean(names.get(0), type));
        }
        T primary = several ? null : factory.getBeanProvider(type).getIfUnique();
        if (primary == null) {
            throw new SetUpException(
                    "There are " + names.size() + " beans of type " + type.getSimpleName() + " for index '" + index
                            + "': " + names + ".",
                    "Leave one of them, or mark one as @Primary.",
                    null);
        }
        return Optional.of(primary);
    }

    private List<String> names(Class<?> type) {
        return List.of(factory.getBeanNamesForType(type));
    }

    private List<String> its(Class<?> type, String index) {
        return names(type).stream().filter(name -> matches(name, index)).toList();
    }

    private boolean matches(String bean, String index) {
        return BeanFactoryAnnotationUtils.isQualifierMatch(index::equals, bean, factory);
    }

    private boolean belongsToSome(String bean) {
        return several && indexes.stream().anyMatch(index -> matches(bean, index));
    }
}
