package dev.stocktake.lucene;

import dev.stocktake.IndexIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import java.util.Optional;
import org.apache.lucene.index.IndexNotFoundException;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.util.StringHelper;

/**
 * What every commit says about the content it belongs to.
 *
 * @param identity made once, when the index is created
 * @param settings the {@linkplain FieldSettings#signature() settings} by which all documents are indexed
 * @param writes how many writes were committed since
 */
record Stamp(String identity, String settings, long writes) {

    private static final String IDENTITY = "stocktake.identity";
    private static final String SETTINGS = "stocktake.settings";
    private static final String WRITES = "stocktake.writes";

    /** Of an index that is created now. */
    static Stamp fresh(String settings) {
        return new Stamp(StringHelper.idToString(StringHelper.randomId()), settings, 0);
    }

    /** Of the last commit; empty if there is no index. */
    static Optional<Stamp> read(Directory directory) throws IOException {
        try {
            return Optional.of(of(SegmentInfos.readLatestCommit(directory).getUserData()));
        } catch (IndexNotFoundException e) {
            return Optional.empty();
        } catch (NoSuchFileException e) {
            if (isGone(directory)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Who wants to drop the index removes its directory; a writer makes it again. */
    private static boolean isGone(Directory directory) {
        return FilterDirectory.unwrap(directory) instanceof FSDirectory files && Files.notExists(files.getDirectory());
    }

    static Stamp of(Map<String, String> userData) throws IOException {
        String identity = userData.get(IDENTITY);
        if (identity == null) {
            throw new ForeignIndexException();
        }
        return new Stamp(
                identity, userData.getOrDefault(SETTINGS, ""), Long.parseLong(userData.getOrDefault(WRITES, "0")));
    }

    Map<String, String> userData() {
        return Map.of(IDENTITY, identity, SETTINGS, settings, WRITES, Long.toString(writes));
    }

    IndexIdentity id() {
        return new IndexIdentity(identity);
    }

    Stamp afterOneMoreWrite() {
        return new Stamp(identity, settings, writes + 1);
    }

    Stamp with(String newSettings) {
        return new Stamp(identity, newSettings, writes);
    }

    /** There is a Lucene index that is not ours. */
    static final class ForeignIndexException extends IOException {

        private static final long serialVersionUID = 1L;
    }
}
