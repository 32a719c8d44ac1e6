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
 * @param position of the last write; the positions of all contents of a directory are one sequence
 */
record Stamp(String identity, String settings, long position) {

    private static final String IDENTITY = "stocktake.identity";
    private static final String SETTINGS = "stocktake.settings";
    private static final String POSITION = "stocktake.writes";

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
                identity, userData.getOrDefault(SETTINGS, ""), Long.parseLong(userData.getOrDefault(POSITION, "0")));
    }

    Map<String, String> userData() {
        return Map.of(IDENTITY, identity, SETTINGS, settings, POSITION, Long.toString(position));
    }

    IndexIdentity id() {
        return new IndexIdentity(identity);
    }

    Stamp at(long newPosition) {
        return new Stamp(identity, settings, newPosition);
    }

    Stamp with(String newSettings) {
        return new Stamp(identity, newSettings, position);
    }

    /** There is a Lucene index that is not ours. */
    static final class ForeignIndexException extends IOException {

        private static final long serialVersionUID = 1L;
    }
}
