package dev.stocktake;

import java.util.Map;

/**
 * Builds beside the live index and puts the build in its place, so that searchers never see a half-filled one.
 *
 * <p>A <em>build</em> is an index of its own beside the live one, found by a label. Swapping exchanges what the live name and
 * the build's name are bound to: documents, settings and {@linkplain IndexIdentity identity}. So afterwards the old content
 * stands under the build's label, and swapping once more would bring it back. A swap may be delivered late or executed twice;
 * that is no error of the adapter, and the identities tell.
 *
 * <p>Where the index is a {@link LoggedIndex} as well, its log shows the writes of builds, too, in the one order of all
 * positions, whatever was swapped since. Swaps themselves are not shown.
 *
 * <p>{@code RebuildableIndexContract} in the test kit proves all this. Thread-safe.
 */
public interface RebuildableIndex extends AuditableIndex {

    /** The longest label. */
    int LONGEST_LABEL = 24;

    /**
     * A build as an index of its own; asking for it makes nothing. {@link SearchIndex#prepare} creates it with the settings of
     * the live one, those that are declared today; until then it is not there. What was written by one object is known to all
     * others of the same label, and to the live index: either may be asked for the {@linkplain SearchIndex#outcomes outcome}.
     *
     * @param label 1 to {@value #LONGEST_LABEL} characters of {@code [a-z0-9]}; the adapter makes the index's name of it
     * @throws IllegalArgumentException if the label is no such text
     */
    AuditableIndex build(String label);

    /**
     * The builds that are there, by label: every index beside the live one whose name {@link #build} could have made, also
     * those of processes that died.
     *
     * @throws UnavailableException if the index cannot be reached
     */
    Map<String, IndexIdentity> builds();

    /**
     * Asks the index to exchange the live content and a build's, once. Writes that were accepted before go to the content that
     * their name meant then; writes that are accepted afterwards go to the new one. Searchers see the one or the other. Never
     * repeated by the adapter: a swap that is sent twice is none.
     *
     * @return a receipt for {@link SearchIndex#outcomes}: applied, failed (nothing was exchanged) or lost
     * @throws UnavailableException certainly not done
     * @throws RefusedException certainly not done; the index objects to the request
     * @throws UnknownOutcomeException done now, later or never
     * @throws MisconfiguredException certainly not done; rights are missing, or the server cannot do it
     */
    Receipt swap(String label);

    /**
     * Removes a build, if its label is bound to this content and to no other, and returns when it is gone (R12).
     *
     * @return false if the label is bound to other content or to none; then nothing was done
     * @throws UnavailableException if the index cannot be reached; perhaps it was removed all the same
     */
    boolean drop(String label, IndexIdentity onlyIf);

    /** Whether this can be a label. */
    static boolean isLabel(String text) {
        return !text.isEmpty()
                && text.length() <= LONGEST_LABEL
                && text.chars().allMatch(c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'));
    }

    /** The label, if it can be one. */
    static String requireLabel(String label) {
        if (!isLabel(label)) {
            throw new IllegalArgumentException("'" + label + "' cannot be the label of a build: 1 to " + LONGEST_LABEL
                    + " characters of [a-z0-9] are needed");
        }
        return label;
    }
}
