package de.stellwerk.plugins.xbezahldienste;

/** The service has answered nothing that could be acted on: the outcome is unknown. The text may be shown. */
final class NoAnswer extends Exception {

    NoAnswer(String text) {
        super(text);
    }
}
