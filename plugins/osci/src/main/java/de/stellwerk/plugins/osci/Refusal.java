package de.stellwerk.plugins.osci;

import static java.util.Map.entry;

import java.util.Map;

/** A feedback code by which the intermediary says, under its signature, that it did not do what it was asked. */
public final class Refusal extends Exception {

    private static final long serialVersionUID = 1;

    /** The code list of OSCI-Transport 1.2 (as of the reference library 2.4.1); 3xxx are warnings. */
    private static final Map<String, String> WORDS = Map.ofEntries(
            entry("9000", "Störung beim Intermediär / trouble at the intermediary"),
            entry("9100", "Aufbau der Nachricht falsch / structure of the message is wrong"),
            entry("9200", "kein passender Schlüssel beim Intermediär / the intermediary has no such key"),
            entry("9201", "Schlüsselzertifikat gesperrt / cipher certificate revoked"),
            entry("9202", "Auftrag nicht zu entschlüsseln / order cannot be decrypted"),
            entry("9300", "Auftragsdaten ungültig / order is not valid"),
            entry("9400", "Dialog passt nicht (Challenge, Nummer) / dialog does not match (challenge, number)"),
            entry("9500", "unser Schlüsselzertifikat fehlt / our cipher certificate is missing"),
            entry("9501", "unser Schlüsselzertifikat ungültig / our cipher certificate is not valid"),
            entry("9502", "unser Schlüsselzertifikat gesperrt / our cipher certificate is revoked"),
            entry("9503", "Störung bei der Prüfung unseres Zertifikats / trouble while checking our certificate"),
            entry("9600", "Auftrag nicht signiert / order is not signed"),
            entry("9601", "Signatur des Auftrags falsch / signature of the order is wrong"),
            entry("9602", "nicht alles Nötige signiert / not all that has to be is signed"),
            entry("9603", "Störung bei der Signaturprüfung / trouble while checking the signature"),
            entry("9700", "unser Signaturzertifikat ungültig / our signature certificate is not valid"),
            entry("9701", "unser Signaturzertifikat gesperrt / our signature certificate is revoked"),
            entry("9704", "Schlüsselzertifikat des Autors ungültig / author's cipher certificate is not valid"),
            entry("9705", "Schlüsselzertifikat des Autors gesperrt / author's cipher certificate is revoked"),
            entry("9706", "Zertifikat des Empfängers ungültig / addressee's certificate is not valid"),
            entry("9707", "Zertifikat des Empfängers gesperrt / addressee's certificate is revoked"),
            entry("9708", "Zertifikat des Lesers ungültig / reader's certificate is not valid"),
            entry("9709", "Zertifikat des Lesers gesperrt / reader's certificate is revoked"),
            entry("9710", "Störung bei der Zertifikatsprüfung / trouble while checking certificates"),
            entry("9800", "keine MessageID / no MessageID"),
            entry("9801", "MessageID nicht angenommen / MessageID not accepted"),
            entry("9802", "kein Dialog / no dialog"),
            entry("9803", "keine Zustellung vorhanden / no delivery present"),
            entry("9804", "kein Laufzettel vorhanden / no process card present"),
            entry("9811", "Störung beim Intermediär / trouble at the intermediary"),
            entry("9904", "Nachricht zu groß / message too large"));

    private final String code;

    /** @param code four digits; another one is not on the list and may mean anything */
    public Refusal(String code) {
        super("osci." + code + ": " + WORDS.getOrDefault(code, "unbekannter Code / unknown code"));
        this.code = code;
    }

    public String code() {
        return code;
    }

    /** Certificates, signatures or settings have to be put in order; with that done it would be taken. */
    boolean needsSomebody() {
        return code.matches("9[25]0[0-2]|960[0-2]|970[0-9]");
    }

    /** It would say so again, whatever is put in order. */
    boolean isFinal() {
        return code.equals("9904");
    }

    /** The mailbox is empty. */
    boolean isNoDelivery() {
        return code.equals("9803");
    }

    /** Nobody was asked for anything that exists. */
    boolean isNoCard() {
        return code.equals("9804");
    }
}
