package dev.stocktake.lucene;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.jspecify.annotations.Nullable;

/**
 * A directory in memory whose machine stops at a chosen step, and what a disk would hold then: contents as of the last sync of
 * the file, names as of the last sync of the directory or, since file systems keep the order, as of some later step.
 */
final class CrashingDirectory extends FilterDirectory {

    private final Map<String, Integer> names = new TreeMap<>();
    private final Map<Integer, byte[]> synced = new HashMap<>();
    /** As of the last sync, and after each step since. */
    private final List<Map<String, Integer>> history = new ArrayList<>(List.of(Map.of()));

    private int files;
    private int stepsLeft;
    private boolean stopped;

    CrashingDirectory(int steps) {
        super(new ByteBuffersDirectory());
        this.stepsLeft = steps;
    }

    boolean stopped() {
        return stopped;
    }

    private void step() throws IOException {
        if (stopped || stepsLeft-- == 0) {
            stopped = true;
            throw new IOException("The machine has stopped");
        }
    }

    private void look() throws IOException {
        if (stopped) {
            throw new IOException("The machine has stopped");
        }
    }

    // --- what is found afterwards -----------------------------------------------------------------------------------

    /** All that was done is there: the process died, not the machine. */
    Directory afterAKill() {
        return disk(names, true);
    }

    /** Nothing is there that was not synced. */
    Directory afterAPowerCut() {
        return disk(history.get(0), false);
    }

    /** Names are there up to some step since the last sync; of contents what was synced. */
    Directory afterAPowerCut(Random random) {
        return disk(history.get(random.nextInt(history.size())), false);
    }

    private Directory disk(Map<String, Integer> found, boolean unsyncedToo) {
        Directory disk = new ByteBuffersDirectory();
        found.forEach((name, file) -> {
            byte[] content = synced.get(file);
            try (IndexOutput out = disk.createOutput(name, IOContext.DEFAULT)) {
                byte[] bytes = content != null ? content : unsyncedToo ? bytes(name) : new byte[0];
                out.writeBytes(bytes, bytes.length);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return disk;
    }

    private byte[] bytes(String name) throws IOException {
        if (!Arrays.asList(in.listAll()).contains(name)) {
            return new byte[0];
        }
        try (IndexInput input = in.openInput(name, IOContext.DEFAULT)) {
            byte[] bytes = new byte[(int) input.length()];
            input.readBytes(bytes, 0, bytes.length);
            return bytes;
        }
    }

    private void changed() {
        history.add(new TreeMap<>(names));
    }

    // --- the steps --------------------------------------------------------------------------------------------------

    @Override
    public synchronized IndexOutput createOutput(String name, IOContext context) throws IOException {
        step();
        IndexOutput out = in.createOutput(name, context);
        names.put(name, files++);
        changed();
        return out;
    }

    @Override
    public synchronized IndexOutput createTempOutput(String prefix, String suffix, IOContext context)
            throws IOException {
        step();
        IndexOutput out = in.createTempOutput(prefix, suffix, context);
        names.put(out.getName(), files++);
        changed();
        return out;
    }

    @Override
    public synchronized void sync(Collection<String> some) throws IOException {
        step();
        in.sync(some);
        for (String name : some) {
            Integer file = names.get(name);
            if (file != null) {
                synced.put(file, bytes(name));
            }
        }
    }

    @Override
    public synchronized void syncMetaData() throws IOException {
        step();
        in.syncMetaData();
        history.clear();
        changed();
    }

    @Override
    public synchronized void rename(String source, String target) throws IOException {
        step();
        in.rename(source, target);
        @Nullable Integer file = names.remove(source);
        if (file != null) {
            names.put(target, file);
        }
        changed();
    }

    @Override
    public synchronized void deleteFile(String name) throws IOException {
        step();
        in.deleteFile(name);
        names.remove(name);
        changed();
    }

    @Override
    public synchronized String[] listAll() throws IOException {
        look();
        return in.listAll();
    }

    @Override
    public synchronized IndexInput openInput(String name, IOContext context) throws IOException {
        look();
        return in.openInput(name, context);
    }
}
