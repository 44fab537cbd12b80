package de.stellwerk.plugins.xta;

/** The gateway has answered nothing that could be acted on: what it did is not known. The text may be shown. */
final class NoAnswer extends Exception {

    NoAnswer(String text) {
        super(text);
    }
}
