package de.stellwerk.hub.plugin;

import java.util.Locale;

/** Why something is not as one would like it: a code that never changes, and words for people. */
record Reason(String code, String english, String german) {

    static final Reason NONE = new Reason("", "", "");

    String text(Locale locale) {
        return locale.getLanguage().equals("de") ? german : english;
    }

    Reason and(Reason more) {
        return new Reason(code, english + " " + more.english, german + " " + more.german);
    }
}
