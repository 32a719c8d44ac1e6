package dev.stocktake.meilisearch;

import dev.stocktake.MisconfiguredException;
import dev.stocktake.RefusedException;
import dev.stocktake.StocktakeException;
import dev.stocktake.UnavailableException;
import dev.stocktake.UnknownOutcomeException;
import java.util.Set;

/** Turns an answer that is no success into the exception that says what it means for the request. */
final class Translator {

    /** The server's own trouble, found out before anything was queued. */
    private static final Set<String> BUSY =
            Set.of("no_space_left_on_device", "io_error", "too_many_open_files", "too_many_search_requests");

    /** Something in the documents. Everything else is about the request, and would be said of any document. */
    private static final Set<String> CONTENT = Set.of("malformed_payload", "missing_payload", "payload_too_large");

    private final Address address;
    private final String subject;

    private Translator(Address address, String subject) {
        this.address = address;
        this.subject = subject;
    }

    /** For requests about one index. */
    static Translator of(Address address, String uid) {
        return new Translator(address, "index '" + uid + "'");
    }

    /** For requests about an index and a build of it. */
    static Translator of(Address address, String uid, String build) {
        return new Translator(address, "index '" + uid + "' and index '" + build + "'");
    }

    /**
     * What a refused, failed or strange answer to a question means.
     *
     * @param right the key's right that the question needs
     */
    StocktakeException question(Answer answer, String right) {
        return answer.status() >= 500 || answer.ok() ? unavailable(answer) : either(answer, right);
    }

    /**
     * What such an answer to a write means.
     *
     * @param right the key's right that the write needs
     */
    StocktakeException write(Answer answer, String right) {
        // Without a code it is somebody's between here and the server, who may have passed the write on before.
        if (answer.status() == 503 && !answer.code().isEmpty()) {
            return unavailable(answer);
        }
        if (answer.status() >= 500 || answer.status() < 400) {
            return new UnknownOutcomeException(
                    said(answer) + "; the write may be applied now, later or never" + strange(answer), null);
        }
        if (answer.status() == 413) {
            return new RefusedException(
                    said(answer)
                            + ". Lower 'limits', or raise the server's --http-payload-size-limit and the limit of any"
                            + " proxy before it",
                    null);
        }
        return CONTENT.contains(answer.code()) || answer.code().startsWith("invalid_document")
                ? new RefusedException(said(answer), null)
                : either(answer, right);
    }

    private StocktakeException either(Answer answer, String right) {
        if (answer.status() == 408 || answer.status() == 429 || BUSY.contains(answer.code())) {
            return unavailable(answer);
        }
        return new MisconfiguredException(said(answer)
                + switch (answer.status()) {
                    case 401, 403 ->
                        ". Check 'apiKey': it needs the right '" + right + "' on " + subject
                                + (answer.code().isEmpty() ? "; or a proxy before the server asks for a login" : "");
                    case 404 -> answer.code().isEmpty() ? ". Check 'url': there is no Meilisearch there" : "";
                    default ->
                        answer.code().isEmpty()
                                ? strange(answer)
                                : ". The server does not understand Stocktake; it must be Meilisearch 1.31 or later";
                });
    }

    private UnavailableException unavailable(Answer answer) {
        return new UnavailableException(said(answer) + strange(answer), answer.retryAfter(), null);
    }

    /** The next step where somebody else answered: a proxy, or whatever is at a wrong address. */
    private static String strange(Answer answer) {
        return answer.code().isEmpty() ? ". If this lasts, check 'url', and what is between here and the server" : "";
    }

    private String said(Answer answer) {
        return "Meilisearch at '" + address + "' answered for " + subject + ": " + address.withoutKey(answer.text());
    }
}
