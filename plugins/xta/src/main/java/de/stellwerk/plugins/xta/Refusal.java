package de.stellwerk.plugins.xta;

import static java.util.Map.entry;

import java.util.Map;

/** A fault with one of the numbers of {@code urn:de:xta:webservice:codeliste:fehlernummer}, version 1.0. */
final class Refusal extends Exception {

    private static final Map<Integer, String> WORDS = Map.ofEntries(
            entry(9000, "Fehler ohne nähere Angabe / error without details"),
            entry(9010, "Zertifikat abgelaufen / certificate expired"),
            entry(9011, "Konto gesperrt / account locked"),
            entry(9012, "Konto nicht vorhanden / no such account"),
            entry(9013, "Dienst nicht gebucht / service not booked"),
            entry(9014, "Zertifikat passt nicht zum Absender / certificate does not match the sender"),
            entry(9020, "Angaben fehlen / parameters missing"),
            entry(9021, "Adresse (URI) ungültig / invalid URI"),
            entry(9022, "Angaben passen nicht zusammen / parameters do not fit together"),
            entry(9023, "Nachricht zu groß / message too large"),
            entry(9024, "MessageID schon verwendet / MessageID used before"),
            entry(9030, "Störung im Gateway / trouble inside the gateway"),
            entry(9031, "Störung des Verzeichnisdienstes / trouble of the directory"),
            entry(9032, "Störung bei der Zustellung / trouble on the way to the reader"),
            entry(9050, "Nachricht verletzt das Schema / message violates the schema"),
            entry(9051, "falscher Zeichensatz / wrong encoding"),
            entry(9052, "Nachricht verletzt das Service-Profil / message violates the service profile"),
            entry(9060, "schädlicher Inhalt gefunden / harmful content found"),
            entry(9070, "MessageID für dieses Konto unbekannt / MessageID not known for this account"),
            entry(9080, "Dienst nur asynchron / service is asynchronous only"),
            entry(9081, "Dienst nur synchron / service is synchronous only"),
            entry(9100, "Abbruch zu spät / too late to cancel"),
            entry(9101, "kein NotBefore gesetzt, Abbruch nicht möglich / no NotBefore, cannot be cancelled"));

    static final int USED_BEFORE = 9024;
    static final int UNKNOWN_ID = 9070;

    private final int number;

    Refusal(int number) {
        super("xta." + number + ": " + WORDS.getOrDefault(number, "unbekannte Fehlernummer / unknown error number"));
        this.number = number;
    }

    int number() {
        return number;
    }

    /** The gateway's own trouble, which passes. Everything else it would say again. */
    boolean passes() {
        return number >= 9030 && number <= 9032;
    }

    /** The gateway does not take it from us, whatever it is: certificate, account or booking have to be put in order. */
    boolean isOfAccess() {
        return number >= 9010 && number <= 9014;
    }

    /** A number that is not on the list may mean anything. */
    boolean isKnown() {
        return WORDS.containsKey(number);
    }
}
