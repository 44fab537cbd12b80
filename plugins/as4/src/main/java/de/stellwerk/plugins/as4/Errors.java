package de.stellwerk.plugins.as4;

import static java.util.Map.entry;

import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.DeliveryResult.NotSent;
import de.stellwerk.hub.spi.DeliveryResult.Rejected;
import de.stellwerk.hub.spi.DeliveryResult.Unknown;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What the error codes of ebMS Core 3.0 (6.7) and AS4 1.0 (5.2) mean for a delivery. */
final class Errors {

    static final Duration UNTIL_SOMEBODY_HAS_ACTED = Duration.ofMinutes(5);
    private static final Duration UNTIL_IT_HAS_CALMED_DOWN = Duration.ofMinutes(1);

    private enum Meaning {
        /** The partner says no to this message, and would say so again. */
        NO,
        /** The partner takes nothing like this: a certificate or an agreement has to be put in order, then it may go. */
        NOT_LIKE_THIS,
        /** It has not got through, and may later. */
        LATER,
        /** It says nothing about whether the message is there. */
        OPEN
    }

    private record Known(Meaning meaning, String words) {}

    private static final Map<String, Known> ALL = Map.ofEntries(
            known("0001", Meaning.NO, "Wert nicht bekannt / value not recognised"),
            known("0002", Meaning.NO, "Merkmal nicht unterstützt / feature not supported"),
            known("0003", Meaning.NO, "Angaben widersprechen sich / values are inconsistent"),
            known("0004", Meaning.OPEN, "anderer Fehler / other error"),
            known("0005", Meaning.LATER, "Gegenstelle erreicht ihr Ziel nicht / partner cannot reach its target"),
            known("0006", Meaning.OPEN, "nichts abzuholen / nothing to fetch"),
            known("0007", Meaning.NO, "MIME-Paket passt nicht / MIME package is inconsistent"),
            known("0008", Meaning.NO, "Merkmal nicht unterstützt / feature not supported"),
            known("0009", Meaning.NO, "Kopf der Nachricht ungültig / invalid header"),
            known("0010", Meaning.NOT_LIKE_THIS, "nicht wie vereinbart / not as agreed (processing mode)"),
            known("0011", Meaning.NO, "Inhalt außerhalb der Nachricht nicht lesbar / external payload not readable"),
            known("0101", Meaning.NOT_LIKE_THIS, "Signatur nicht anerkannt / signature not accepted"),
            known("0102", Meaning.NOT_LIKE_THIS, "nicht zu entschlüsseln / could not be decrypted"),
            known("0103", Meaning.NOT_LIKE_THIS, "Sicherheitsvorgaben nicht erfüllt / security policy not met"),
            known("0201", Meaning.OPEN, "Zuverlässigkeit gestört / reliability disturbed"),
            known("0202", Meaning.OPEN, "Zustellung ungewiss / delivery uncertain"),
            known("0301", Meaning.OPEN, "Quittung fehlt / missing receipt"),
            known("0302", Meaning.OPEN, "Quittung ungültig / invalid receipt"),
            known("0303", Meaning.NO, "Inhalt nicht zu entpacken / payload could not be unpacked"));

    private static Map.Entry<String, Known> known(String number, Meaning meaning, String words) {
        return entry("EBMS:" + number, new Known(meaning, words));
    }

    private Errors() {}

    /** The first code decides: others say it again in other words. An unknown one decides nothing. */
    static DeliveryResult result(List<String> codes) {
        var code = codes.get(0);
        var known = ALL.getOrDefault(code, new Known(Meaning.OPEN, "unbekannter Fehler / unknown error"));
        var words = "as4." + (ALL.containsKey(code) ? code : "error") + ": " + known.words();
        return switch (known.meaning()) {
            case NO -> new Rejected(words);
            case NOT_LIKE_THIS -> new NotSent(words, UNTIL_SOMEBODY_HAS_ACTED);
            case LATER -> new NotSent(words, UNTIL_IT_HAS_CALMED_DOWN);
            case OPEN -> new Unknown(words);
        };
    }
}
