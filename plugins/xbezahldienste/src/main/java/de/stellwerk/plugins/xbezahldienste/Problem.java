package de.stellwerk.plugins.xbezahldienste;

import static java.util.Map.entry;

import de.stellwerk.hub.spi.Text;
import java.util.Map;

/** A refusal ({@code application/problem+json}, RFC 7807) with the codes of XBezahldienste 1.0. */
record Problem(int status, String code, String text) {

    static final String EXISTS = "PAYMENT_EXISTS";
    static final String FORBIDDEN = "FORBIDDEN";

    private static final Text WRONG_ADDRESS = new Text(
            "Onlinedienst oder Behörde dort nicht eingerichtet, 'originator' und 'endpoint' prüfen",
            "online service or authority not set up there, check 'originator' and 'endpoint'");

    private static final Map<String, Text> MEANINGS = Map.ofEntries(
            entry("NO_VALID_ORIGINATOR_OR_ENDPOINT", WRONG_ADDRESS),
            entry("NO_VALID_ORIGINATOR_OR_DESTINATION", WRONG_ADDRESS), // deprecated there, still said
            entry(
                    EXISTS,
                    new Text(
                            "Zahlung mit dieser requestId ist dort schon angelegt",
                            "a payment with this requestId is there already")),
            entry(
                    "CALCULATION_ERROR",
                    new Text("Summen der Positionen stimmen nicht", "the sums of the items do not add up")),
            entry(
                    "BOOKING_DATA_MISSING",
                    new Text(
                            "Buchungsdaten fehlen, 'booking-data' prüfen",
                            "booking data missing, check 'booking-data'")),
            entry(
                    "VALIDATION_ERROR",
                    new Text(
                            "Auftrag entspricht nicht den Regeln des Dienstes",
                            "the order breaks the service's rules")),
            entry(FORBIDDEN, new Text("keine Berechtigung an diesem Dienst", "no right to use this service")),
            entry("UNSPECIFIED", new Text("Dienst nennt keinen Grund", "the service gives no reason")));

    /** Of an answer that is not a problem, only the status is told. */
    static Problem of(Http.Answer answer) {
        try {
            var json = Json.parse(answer.body());
            return new Problem(
                    answer.status(), Plain.text(json.text("functionalCode")), Plain.text(json.text("functionalText")));
        } catch (NoAnswer e) {
            return new Problem(answer.status(), "", "");
        }
    }

    /** For people, in both languages. The service's own words, which may quote the order, only where there are no better ones. */
    String inWords() {
        if (code.isEmpty()) {
            return "HTTP " + status;
        }
        var known = MEANINGS.get(code);
        var words = known == null ? text : known.german() + " / " + known.english();
        return "HTTP " + status + ", " + code + " (" + words + ")";
    }
}
