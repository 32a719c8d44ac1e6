package dev.stocktake.lucene;

import dev.stocktake.MisconfiguredException;
import dev.stocktake.RefusedException;
import dev.stocktake.StocktakeException;
import dev.stocktake.StoppedException;
import dev.stocktake.UnavailableException;
import dev.stocktake.UnknownOutcomeException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NotDirectoryException;
import java.nio.file.ReadOnlyFileSystemException;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.LockObtainFailedException;
import org.apache.lucene.util.ThreadInterruptedException;
import org.jspecify.annotations.Nullable;

/** Turns what Lucene and the file system throw into what the engine understands. */
final class Failures {

    private final String index;
    private final String place;

    /** @param place where the index lies, for messages */
    Failures(String index, String place) {
        this.index = index;
        this.place = place;
    }

    /** Nothing was written. */
    StocktakeException nothingDone(Exception cause) {
        StocktakeException known = known(cause);
        if (known != null) {
            return known;
        }
        if (cause instanceof IllegalArgumentException) {
            return new RefusedException(subject() + " objects to a document: " + cause.getMessage(), cause);
        }
        if (cause instanceof LockObtainFailedException) {
            return new UnavailableException(
                    subject()
                            + " is being written by another process or LuceneIndex; only one can write at a time. Close the"
                            + " other, or give this one a directory of its own",
                    cause);
        }
        return isLasting(cause)
                ? lasting(cause, "written")
                : passing(cause, " cannot be used now, nothing was written (disk full?): ");
    }

    /** Something could not be read; nothing was to be written. */
    StocktakeException notRead(Exception cause) {
        StocktakeException known = known(cause);
        if (known != null) {
            return known;
        }
        if (cause instanceof IndexSearcher.TooManyClauses) {
            return new MisconfiguredException(
                    "searchable: a search of " + subject() + " needs more than " + IndexSearcher.getMaxClauseCount()
                            + " clauses, one for each condition and for each word in each searchable field; give it fewer"
                            + " conditions, or name fewer fields in LuceneIndex.Builder.searchable",
                    cause);
        }
        return isLasting(cause) ? lasting(cause, "read") : passing(cause, " cannot be read now: ");
    }

    /** What means the same whatever was to be done; null if this does not. */
    private @Nullable StocktakeException known(Exception cause) {
        if (cause instanceof StocktakeException ours) {
            return ours;
        }
        if (isInterrupt(cause)) {
            Thread.currentThread().interrupt();
            return interrupted(cause);
        }
        return null;
    }

    private static boolean isLasting(Exception cause) {
        return cause instanceof Stamp.ForeignIndexException
                || cause instanceof CorruptIndexException
                || cause instanceof IndexFormatTooNewException
                || cause instanceof IndexFormatTooOldException
                || cause instanceof AccessDeniedException
                || cause instanceof NotDirectoryException
                || cause instanceof ReadOnlyFileSystemException;
    }

    private MisconfiguredException lasting(Exception cause, String use) {
        if (cause instanceof Stamp.ForeignIndexException) {
            return new MisconfiguredException(
                    "directory: " + place + " holds a Lucene index that Stocktake did not make; choose another one",
                    cause);
        }
        if (cause instanceof CorruptIndexException
                || cause instanceof IndexFormatTooNewException
                || cause instanceof IndexFormatTooOldException) {
            return new MisconfiguredException(
                    "directory: the index in " + place + " cannot be read (" + cause.getMessage()
                            + "). Move it away; the next run writes everything anew",
                    cause);
        }
        return new MisconfiguredException(
                "directory: " + place + " cannot be " + use + " (" + cause + "); check its path and its rights", cause);
    }

    private UnavailableException passing(Exception cause, String words) {
        if (cause instanceof AlreadyClosedException) {
            return new UnavailableException(subject() + " was closed by a failure before and is opened anew", cause);
        }
        return new UnavailableException(subject() + words + cause, cause);
    }

    /** The last step of a change failed. */
    UnknownOutcomeException unknown(String what, Exception cause) {
        if (isInterrupt(cause)) {
            Thread.currentThread().interrupt();
        }
        return new UnknownOutcomeException(
                subject() + " failed in the last step of " + what + ", what it changes may be there or not: " + cause,
                cause);
    }

    StoppedException interrupted(Exception cause) {
        return new StoppedException("The use of " + subject() + " was interrupted; nothing was written", cause);
    }

    UnavailableException closed() {
        return new UnavailableException(subject() + " is closed", null);
    }

    /** @param name of a build, or the live one */
    UnavailableException missing(String name) {
        return new UnavailableException(
                name.equals(Names.LIVE)
                        ? subject() + " does not exist (any more); the next run creates it and writes everything anew"
                        : "Build '" + name + "' beside " + subject() + " does not exist (any more)",
                null);
    }

    MisconfiguredException cannotOpen(IOException cause) {
        return new MisconfiguredException("directory: " + place + " cannot be opened (" + cause + ")", cause);
    }

    String subject() {
        return "Index '" + index + "' in " + place;
    }

    private static boolean isInterrupt(Exception cause) {
        return cause instanceof ClosedByInterruptException
                || cause instanceof ThreadInterruptedException
                || Thread.currentThread().isInterrupted();
    }
}
