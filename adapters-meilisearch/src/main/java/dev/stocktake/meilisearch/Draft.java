package dev.stocktake.meilisearch;

import dev.stocktake.BatchLimits;
import dev.stocktake.MisconfiguredException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The settings as they were given, until {@link #check} has seen all of them. */
final class Draft {

    @Nullable
    String url;

    String apiKey = "";

    @Nullable
    String uid;

    String primaryKey = "id";
    List<String> searchable = List.of();
    List<String> displayed = List.of();

    @Nullable
    List<String> filterable;

    @Nullable
    List<String> sortable;

    @Nullable
    List<String> rankingRules;

    BatchLimits limits = new BatchLimits(10_000, 20_000_000);
    boolean gzip;
    Duration connect = Timeouts.DEFAULT.connect();
    Duration request = Timeouts.DEFAULT.request();
    Duration read = Timeouts.DEFAULT.read();
    Duration write = Timeouts.DEFAULT.write();
    Duration prepare = Timeouts.DEFAULT.prepare();
    Duration requestLife = Duration.ofMinutes(15);

    private final List<String> problems = new ArrayList<>();

    MeilisearchIndex.Options check() {
        problems.clear();
        checkAddress();
        checkUid();
        checkPrimaryKey();
        checkAttributes();
        checkTimes();
        if (url == null || uid == null || !problems.isEmpty()) {
            throw new MisconfiguredException("The Meilisearch index cannot be built: " + String.join("; ", problems));
        }
        return new MeilisearchIndex.Options(
                Address.of(url, apiKey),
                uid,
                primaryKey,
                new Attributes(searchable, displayed, filterable, sortable, rankingRules),
                limits,
                gzip,
                new Timeouts(connect, request, read, write, prepare),
                requestLife);
    }

    private void checkAddress() {
        String problem =
                url == null ? "is missing; set it to something like 'http://localhost:7700'" : Address.problem(url);
        if (problem != null) {
            problems.add("'url' " + problem);
        }
        if (apiKey.chars().anyMatch(c -> c <= ' ' || c >= 127)) {
            problems.add("'apiKey' holds a blank, a line end or another character that no key has");
        }
    }

    private void checkUid() {
        if (uid == null || !uid.matches("[A-Za-z0-9_-]{1," + Family.LONGEST_UID + "}")) {
            problems.add("'uid' must be 1 to " + Family.LONGEST_UID + " characters of [A-Za-z0-9_-], not "
                    + (uid == null ? "missing" : "'" + uid + "'"));
        } else if (Family.isBuild(uid)) {
            problems.add("'uid' ('" + uid + "') is what a build of another index is called; choose another");
        }
    }

    private void checkPrimaryKey() {
        if (!primaryKey.matches("[A-Za-z0-9_-]{1,200}")) {
            problems.add("'primaryKey' must be a field at the top of the document, of [A-Za-z0-9_-], not '" + primaryKey
                    + "'");
        } else if (DocumentEncoder.isReserved(primaryKey)) {
            problems.add("'primaryKey' must not be the reserved field '" + primaryKey + "'");
        }
    }

    private void checkAttributes() {
        if (searchable.isEmpty()) {
            problems.add(
                    "'searchable' is missing: list the fields to search in. Meilisearch's own default is every field,"
                            + " and then the fingerprint of each document would become a word to search for");
        }
        if (displayed.isEmpty()) {
            problems.add(
                    "'displayed' is missing: list the fields that searchers shall see, or \"*\" for all, which shows"
                            + " the fingerprint too");
        }
        checkNames("searchable", searchable);
        checkNames("filterable", filterable);
        checkNames("sortable", sortable);
        if (!displayed.equals(List.of("*"))) {
            checkNames("displayed", displayed);
        }
        if (rankingRules != null && rankingRules.isEmpty()) {
            problems.add("'rankingRules' must not be empty");
        }
    }

    private void checkNames(String setting, @Nullable List<String> names) {
        if (names == null) {
            return;
        }
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            String path = "'" + setting + "[" + i + "]' ";
            if (name.isBlank()) {
                problems.add(path + "is blank");
            } else if (coversReserved(name)) {
                problems.add(path + "('" + name + "') includes a reserved field ('" + DocumentEncoder.FINGERPRINT
                        + "', '" + DocumentEncoder.KEY + "'); name the fields one by one");
            } else if (!seen.add(name)) {
                problems.add(path + "('" + name + "') is there twice");
            }
        }
    }

    private static boolean coversReserved(String pattern) {
        return covers(pattern, DocumentEncoder.FINGERPRINT) || covers(pattern, DocumentEncoder.KEY);
    }

    /** Meilisearch understands a star at either end of a name. */
    private static boolean covers(String pattern, String field) {
        boolean open = pattern.endsWith("*");
        boolean begun = pattern.startsWith("*");
        String core = pattern.replaceAll("^\\*|\\*$", "");
        if (open && begun) {
            return field.contains(core);
        }
        return open ? field.startsWith(core) : begun ? field.endsWith(core) : field.equals(core);
    }

    private void checkTimes() {
        checkTime("connectTimeout", connect);
        checkTime("requestTimeout", request);
        checkTime("readTimeout", read);
        checkTime("writeTimeout", write);
        checkTime("prepareTimeout", prepare);
        checkTime("requestLife", requestLife);
        if (requestLife.compareTo(write) < 0) {
            problems.add("'requestLife' (" + requestLife + ") must not be shorter than 'writeTimeout' (" + write + ")");
        }
    }

    private void checkTime(String setting, Duration time) {
        if (time.isNegative() || time.isZero() || time.compareTo(Duration.ofDays(1)) > 0) {
            problems.add("'" + setting + "' must be positive and at most a day, not " + time);
        }
    }
}
