package dev.stocktake.architecture;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toCollection;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Where packages come from. */
final class Packages {

    private Packages() {}

    /** The packages that were found in several places, with these places: the module system refuses such packages. */
    static Map<String, Set<String>> splitAmong(JavaClasses classes) {
        Map<String, Set<String>> places = classes.stream()
                .collect(groupingBy(
                        JavaClass::getPackageName, TreeMap::new, mapping(Packages::place, toCollection(TreeSet::new))));
        places.values().removeIf(found -> found.size() < 2);
        return places;
    }

    private static String place(JavaClass type) {
        String uri = type.getSource().orElseThrow().getUri().toString();
        return uri.substring(0, uri.length() - (type.getName() + ".class").length());
    }
}
