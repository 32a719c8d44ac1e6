package dev.stocktake.lucene;

import java.io.IOException;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexOutput;

/** A directory in memory whose disk fills up on command. */
final class FaultyDirectory extends FilterDirectory {

    private Predicate<String> createFails = name -> false;
    private boolean renameFails;
    private boolean syncFails;
    private boolean allFails;
    private Supplier<IOException> fault = () -> new IOException("No space left on device");

    FaultyDirectory() {
        super(new ByteBuffersDirectory());
    }

    void failWith(Supplier<IOException> newFault) {
        fault = newFault;
    }

    void failWhenCreating(Predicate<String> names) {
        createFails = names;
    }

    void failInTheLastStepOfACommit() {
        renameFails = true;
    }

    void failWhenSyncing() {
        syncFails = true;
    }

    void failAlways() {
        allFails = true;
    }

    void heal() {
        allFails = false;
        createFails = name -> false;
        renameFails = false;
        syncFails = false;
    }

    void wipe() throws IOException {
        for (String file : Set.of(listAll())) {
            in.deleteFile(file);
        }
    }

    @Override
    public String[] listAll() throws IOException {
        if (allFails) {
            throw fault.get();
        }
        return in.listAll();
    }

    @Override
    public IndexOutput createOutput(String name, IOContext context) throws IOException {
        if (createFails.test(name)) {
            throw fault.get();
        }
        return in.createOutput(name, context);
    }

    @Override
    public void sync(java.util.Collection<String> names) throws IOException {
        if (syncFails) {
            throw fault.get();
        }
        in.sync(names);
    }

    @Override
    public void rename(String source, String target) throws IOException {
        if (renameFails) {
            throw fault.get();
        }
        in.rename(source, target);
    }
}
