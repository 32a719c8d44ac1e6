package dev.stocktake;

import org.jspecify.annotations.Nullable;

/**
 * Why a product is quarantined.
 *
 * @param reason in words
 * @param fingerprint of the document that was refused; null if none could be made
 */
public record Refusal(String reason, @Nullable Fingerprint fingerprint) {}
