package dev.stocktake.lucene;

import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.FilterIndexOutput;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.store.Lock;
import org.jspecify.annotations.Nullable;

/**
 * One slot of a directory: a Lucene index of its own, whose files share the directory with those of the other slots. The
 * first slot's files have Lucene's own names, as before there were builds; the others' have the slot's name before that.
 */
final class SlotDirectory extends FilterDirectory {

    /** Begins the names of all files that are not the first slot's. */
    static final String OURS = "stocktake.";

    /** The slot that needs no name. */
    static final String FIRST = "";

    private final String prefix;
    private final Guard guard;

    SlotDirectory(Directory all, String slot, Guard guard) {
        super(all);
        this.prefix = slot.equals(FIRST) ? "" : prefix(slot);
        this.guard = guard;
    }

    private static String prefix(String slot) {
        return OURS + slot + ".";
    }

    /** The slot that a file is of, if Lucene made it: null for files of ours and of others. */
    static @Nullable String slotOf(String file) {
        if (file.startsWith(OURS)) {
            int end = file.indexOf('.', OURS.length());
            String slot = end < 0 ? "" : file.substring(OURS.length(), end);
            return slot.matches("\\d{1,18}") ? slot : null;
        }
        boolean ofLucene = IndexFileNames.CODEC_FILE_PATTERN.matcher(file).matches()
                || file.startsWith(IndexFileNames.SEGMENTS)
                || file.startsWith(IndexFileNames.PENDING_SEGMENTS);
        return ofLucene ? FIRST : null;
    }

    private boolean isInside(String file) {
        return prefix.isEmpty() ? !file.startsWith(OURS) : file.startsWith(prefix);
    }

    private String inside(String file) {
        return file.substring(prefix.length());
    }

    private String outside(String file) {
        return prefix + file;
    }

    @Override
    public String[] listAll() throws IOException {
        return Arrays.stream(in.listAll())
                .filter(this::isInside)
                .map(this::inside)
                .sorted()
                .toArray(String[]::new);
    }

    @Override
    public void deleteFile(String name) throws IOException {
        in.deleteFile(outside(name));
    }

    @Override
    public long fileLength(String name) throws IOException {
        return in.fileLength(outside(name));
    }

    @Override
    public IndexOutput createOutput(String name, IOContext context) throws IOException {
        return in.createOutput(outside(name), context);
    }

    @Override
    public IndexOutput createTempOutput(String start, String suffix, IOContext context) throws IOException {
        IndexOutput temporary = in.createTempOutput(outside(start), suffix, context);
        return prefix.isEmpty() ? temporary : new Renamed(inside(temporary.getName()), temporary);
    }

    @Override
    public void sync(Collection<String> names) throws IOException {
        in.sync(names.stream().map(this::outside).toList());
    }

    @Override
    public void rename(String source, String target) throws IOException {
        in.rename(outside(source), outside(target));
    }

    @Override
    public IndexInput openInput(String name, IOContext context) throws IOException {
        return in.openInput(outside(name), context);
    }

    @Override
    public Set<String> getPendingDeletions() throws IOException {
        return in.getPendingDeletions().stream()
                .filter(this::isInside)
                .map(this::inside)
                .collect(Collectors.toSet());
    }

    /** Whoever has the directory's lock has that of every slot. */
    @Override
    public Lock obtainLock(String name) {
        return guard.lend();
    }

    /** Nothing: the directory is closed by whom it belongs to. */
    @Override
    public void close() {}

    /** A temporary file is found again by the name that its output tells. */
    private static final class Renamed extends FilterIndexOutput {

        Renamed(String name, IndexOutput out) {
            super("temporary file " + name, name, out);
        }

        // What follows would otherwise go byte by byte.

        @Override
        public void writeInt(int value) throws IOException {
            out.writeInt(value);
        }

        @Override
        public void writeShort(short value) throws IOException {
            out.writeShort(value);
        }

        @Override
        public void writeLong(long value) throws IOException {
            out.writeLong(value);
        }
    }
}
