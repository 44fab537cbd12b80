package de.stellwerk.plugins.xta;

/** The gateway's web server has not let the request through to XTA: nothing was done. The text may be shown. */
final class TurnedAway extends Exception {

    TurnedAway(String text) {
        super(text);
    }
}
