package dev.stocktake.lucene;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.store.ChecksumIndexInput;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexOutput;

/**
 * Which slots the index's names are bound to: the live one and the builds.
 *
 * <p>A change is written whole, under a new number, as Lucene commits: to a file with a pending name, synced, then renamed.
 * Who reads finds the newest, before the rename the old bindings and after it the new, and so does whoever comes after a
 * crash. Without a file the live name is bound to the first slot, as before there were builds.
 *
 * @param number of the change, 0 without a file
 * @param position at least that of the last write to content that is no longer bound, and of the last swap
 * @param live a slot
 * @param builds slots by label
 */
record Names(long number, long position, String live, Map<String, String> builds) {

    /** The live name; no label is empty. */
    static final String LIVE = "";

    private static final String FILE = SlotDirectory.OURS + "names.";
    private static final String PENDING = SlotDirectory.OURS + "pending.";
    private static final String CODEC = "StocktakeNames";
    private static final int VERSION = 1;

    Names {
        builds = Map.copyOf(builds);
    }

    /** The newest bindings. */
    static Names read(Directory directory) throws IOException {
        while (true) {
            long newest = newest(directory);
            if (newest == 0) {
                return new Names(0, 0, SlotDirectory.FIRST, Map.of());
            }
            try {
                return read(directory, newest);
            } catch (NoSuchFileException | FileNotFoundException e) {
                if (newest(directory) == newest) {
                    throw e;
                }
                // Somebody bound anew meanwhile and removed it.
            }
        }
    }

    private static long newest(Directory directory) throws IOException {
        return files(directory).stream()
                .mapToLong(file -> number(file, FILE))
                .max()
                .orElse(0);
    }

    /** All files; none if there is no directory, which a writer makes. */
    static List<String> files(Directory directory) throws IOException {
        try {
            return Arrays.asList(directory.listAll());
        } catch (NoSuchFileException e) {
            if (FilterDirectory.unwrap(directory) instanceof FSDirectory disk && Files.notExists(disk.getDirectory())) {
                return List.of();
            }
            throw e;
        }
    }

    /** 0 if the file is no such one. */
    private static long number(String file, String prefix) {
        String number = file.startsWith(prefix) ? file.substring(prefix.length()) : "";
        return number.matches("\\d{1,18}") ? Long.parseLong(number) : 0;
    }

    private static Names read(Directory directory, long number) throws IOException {
        try (ChecksumIndexInput in = directory.openChecksumInput(FILE + number, IOContext.READONCE)) {
            CodecUtil.checkHeader(in, CODEC, VERSION, VERSION);
            Names names = new Names(number, in.readVLong(), in.readString(), in.readMapOfStrings());
            CodecUtil.checkFooter(in);
            return names;
        } catch (EOFException e) {
            throw new CorruptIndexException("What the names are bound to breaks off", FILE + number, e);
        }
    }

    /** Makes these bindings ready to be {@linkplain #publish published}. Until then nothing has changed. */
    void stage(Directory directory) throws IOException {
        String pending = PENDING + number;
        if (files(directory).contains(pending)) {
            directory.deleteFile(pending);
        }
        try (IndexOutput out = directory.createOutput(pending, IOContext.DEFAULT)) {
            CodecUtil.writeHeader(out, CODEC, VERSION);
            out.writeVLong(position);
            out.writeString(live);
            out.writeMapOfStrings(new TreeMap<>(builds));
            CodecUtil.writeFooter(out);
        }
        directory.sync(List.of(pending));
    }

    /** From here on they hold. If it fails they may hold or not. */
    void publish(Directory directory) throws IOException {
        directory.rename(PENDING + number, FILE + number);
        directory.syncMetaData();
    }

    /**
     * Whether a file is of bindings that nobody needs any more, or that never came to hold. The last ones before these are
     * kept: who lists the directory at this moment may get to see neither the file that comes nor one that goes.
     */
    boolean replaces(String file) {
        long bound = number(file, FILE);
        return bound > 0 && bound < number - 1 || number(file, PENDING) > 0;
    }

    // --- looking
    // --------------------------------------------------------------------------------------------------------

    Optional<String> slot(String name) {
        return name.equals(LIVE) ? Optional.of(live) : Optional.ofNullable(builds.get(name));
    }

    Set<String> slots() {
        Set<String> slots = new HashSet<>(builds.values());
        slots.add(live);
        return slots;
    }

    /** A slot that no name is bound to, and of which no file is there. */
    String freeSlot(Directory directory) throws IOException {
        long last = Stream.concat(slots().stream(), files(directory).stream().map(SlotDirectory::slotOf))
                .filter(slot -> slot != null && !slot.equals(SlotDirectory.FIRST))
                .mapToLong(Long::parseLong)
                .max()
                .orElse(0);
        return Long.toString(last + 1);
    }

    boolean binds(String slot) {
        return live.equals(slot) || builds.containsValue(slot);
    }

    // --- changing
    // -------------------------------------------------------------------------------------------------------

    Names with(String label, String slot) {
        Map<String, String> more = new TreeMap<>(builds);
        more.put(label, slot);
        return new Names(number + 1, position, live, more);
    }

    /** @param last the position of the last write to any content, which may go with this one */
    Names without(String label, long last) {
        Map<String, String> fewer = new TreeMap<>(builds);
        fewer.remove(label);
        return new Names(number + 1, last, live, fewer);
    }

    /** The live content and a build's, exchanged. */
    Names swapped(String label, long newPosition) {
        Map<String, String> others = new TreeMap<>(builds);
        String next = others.put(label, live);
        if (next == null) {
            throw new IllegalArgumentException("No build '" + label + "'");
        }
        return new Names(number + 1, newPosition, next, others);
    }
}
