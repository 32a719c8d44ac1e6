package dev.stocktake.lucene;

import java.util.List;

/**
 * Which fields of a document can be searched, filtered and sorted by. A name also stands for everything inside it, and
 * {@value #ALL} for everything.
 *
 * @param searchable most important first
 */
record FieldSettings(List<String> searchable, List<String> filterable, List<String> sortable) {

    static final String ALL = "*";

    /** Changes when the same settings lead to other index fields, so that what lies there is indexed anew. */
    private static final String MAPPING = "1";

    FieldSettings {
        searchable = List.copyOf(searchable);
        filterable = List.copyOf(filterable);
        sortable = List.copyOf(sortable);
    }

    /** Equal for settings that lead to the same index. */
    String signature() {
        return "mapping=" + MAPPING + " searchable=" + searchable + " filterable="
                + filterable.stream().sorted().toList() + " sortable="
                + sortable.stream().sorted().toList();
    }

    boolean filters(String path) {
        return filterable.stream().anyMatch(name -> covers(name, path));
    }

    boolean sorts(String path) {
        return sortable.contains(path);
    }

    static boolean covers(String name, String path) {
        return name.equals(ALL)
                || name.equals(path)
                || path.length() > name.length() && path.charAt(name.length()) == '.' && path.startsWith(name);
    }
}
