package de.stellwerk.hub.signature;

import de.stellwerk.hub.spi.Content;

/**
 * What a signature check found.
 *
 * @param code empty if accepted, otherwise such as {@code sig.missing} or {@code sig.altered}
 * @param report the full report for people and auditors
 */
public record Verdict(boolean accepted, String code, String text, Content report) {}
