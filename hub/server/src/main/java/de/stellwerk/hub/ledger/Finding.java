package de.stellwerk.hub.ledger;

import java.time.Instant;
import java.util.Optional;

/**
 * Something that is not as it was sealed.
 *
 * @param municipality empty where it concerns all
 * @param entry the entry's number, or 0 where none can be named
 * @param at the time of the entry, or of its sealing if the entry is gone
 * @param where the number of a seal, a round, a line, or the id of a message or delivery; never content
 */
public record Finding(Wrong wrong, String municipality, long entry, Optional<Instant> at, String where) {

    /** What can be wrong, in the words in which it is told. */
    public enum Wrong {
        ALTERED("der Eintrag wurde verändert", "the entry was altered"),
        MISSING("der Eintrag fehlt", "the entry is gone"),
        MOVED("der Eintrag wurde in eine andere Kommune verschoben", "the entry was moved to another municipality"),
        ADDED("der Eintrag wurde nachträglich eingefügt", "the entry was added afterwards"),
        AHEAD(
                "die Transaktionsnummer des Eintrags ist noch nicht vergeben",
                "the transaction id of the entry was not given out yet"),
        SEAL_ALTERED("ein Siegel wurde verändert", "a seal was altered"),
        SEAL_MISSING("ein Siegel fehlt", "a seal is gone"),
        ROUND_ALTERED("eine Versiegelungsrunde wurde verändert", "a sealing round was altered"),
        ROUND_MISSING("eine Versiegelungsrunde fehlt", "a sealing round is gone"),
        TRUNCATED(
                "das Ende fehlt: ein Kontrollpunkt nennt mehr, als da ist",
                "the end is gone: a checkpoint names more than there is"),
        REWRITTEN(
                "die Kette wurde neu geschrieben: ein Kontrollpunkt nennt eine andere",
                "the chain was written anew: a checkpoint names another one"),
        CHECKPOINT_ALTERED(
                "ein Kontrollpunkt trägt keine gültige Unterschrift des Hubs",
                "a checkpoint is not validly signed by the hub"),
        CHECKPOINT_MISSING("Kontrollpunkte fehlen", "checkpoints are gone"),
        MESSAGE_ADDED("eine Nachricht hat keinen passenden Eintrag TAKEN", "a message has no fitting entry TAKEN"),
        MESSAGE_MISSING("eine angenommene Nachricht fehlt", "a message that was taken is gone"),
        MESSAGE_STATE(
                "der Zustand einer Nachricht passt nicht zu ihren Einträgen",
                "the state of a message does not fit its entries"),
        CONTENT_ALTERED(
                "der Inhalt einer Nachricht ist nicht der angenommene",
                "the content of a message is not what was taken"),
        DELIVERY_ADDED(
                "eine Zustellung hat keinen passenden Eintrag PLANNED", "a delivery has no fitting entry PLANNED"),
        DELIVERY_MISSING("eine geplante Zustellung fehlt", "a delivery that was planned is gone"),
        DELIVERY_STATE(
                "der Zustand einer Zustellung passt nicht zu ihren Einträgen",
                "the state of a delivery does not fit its entries");

        private final String german;
        private final String english;

        Wrong(String german, String english) {
            this.german = german;
            this.english = english;
        }
    }

    public String german() {
        return text("Kommune ", "Eintrag ", wrong.german);
    }

    public String english() {
        return text("municipality ", "entry ", wrong.english);
    }

    private String text(String municipalityWord, String entryWord, String what) {
        var text = new StringBuilder();
        if (!municipality.isEmpty()) {
            // It is a column like others, and whoever changed it must not be able to write a line of this report.
            text.append(municipalityWord)
                    .append(municipality.replaceAll("[^0-9A-Za-z-]", "?"))
                    .append(", ");
        }
        if (entry != 0) {
            text.append(entryWord).append(entry).append(", ");
        }
        at.ifPresent(time -> text.append(time).append(", "));
        if (!where.isEmpty()) {
            text.append(where).append(", ");
        }
        text.setLength(text.length() - 2);
        return text.append(": ").append(what).toString();
    }
}
