package de.stellwerk.plugins.epaybl;

import de.stellwerk.hub.camel.Messages;
import de.stellwerk.hub.camel.RejectedByTarget;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.DeliveryResult.Rejected;
import de.stellwerk.hub.spi.HubContext;
import java.time.Clock;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import org.apache.camel.builder.RouteBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the SEPA mandates of one Mandant as the hub is told: reads first, then creates, completes or ends. A mandate that is there is
 * never changed: the same one again is a repeat, another one under its reference is refused. Its customer is known by the case.
 */
final class Mandates extends SoapConnector {

    private static final String DOES_NOT_EXIST = "-5201";
    private static final DateTimeFormatter SIGNED = DateTimeFormatter.ofPattern("dd.MM.uuuu");
    private static final int LONGEST_OWNER = 25;

    private final Messages payments;
    private final String bewirtschafter;
    private final String creditor;
    private final Clock clock;

    Mandates(
            HubContext hub,
            Messages soap,
            Messages payments,
            Line line,
            String mandant,
            String bewirtschafter,
            String creditor,
            Clock clock) {
        super(hub, soap, line, mandant);
        this.payments = payments;
        this.bewirtschafter = bewirtschafter;
        this.creditor = creditor;
        this.clock = clock;
    }

    @Override
    protected void configure(RouteBuilder routes) throws Exception {
        super.configure(routes);
        routes.from(door("mandate")).unmarshal(payments.strict().orReject("pay.unreadable: not a payment-mandate"));
    }

    @Override
    DeliveryResult bring(Delivery delivery) throws Exception {
        var told = ask(door("mandate"), delivery.body(), PaymentMandate.class);
        var number = Fields.text("case", delivery.caseId(), 100);
        var reference = Fields.mandate("reference", told.reference);
        // What does not fit is said before the platform is asked anything.
        var end = Boolean.TRUE.equals(told.end);
        var wanted = end ? new SepaMandat.Mandat() : mandate(told, number, reference);
        var known = there(call(reading(reference), SepaMandat.Gelesen.class).result());
        if (known.ergebnis.ok()) {
            var found = there(known.sepaMandat);
            return end ? end(found, number, reference) : again(found, wanted, reference);
        }
        if (!known.ergebnis.code().equals(DOES_NOT_EXIST)) {
            return refused(known.ergebnis);
        }
        return end ? new Delivered(reference) : ended(reference, call(creating(wanted), SepaMandat.Angelegt.class));
    }

    private DeliveryResult end(SepaMandat.Mandat found, String number, String reference) throws Exception {
        if (hasEnded(found)) {
            return new Delivered(reference);
        }
        if (differs(found.eShopKundenNr, number)) {
            return new Rejected("pay.mandate: the mandate of that reference is another customer's; it was not ended");
        }
        var operation = new SepaMandat.Deaktivieren();
        operation.mandantNr = mandant();
        operation.eShopKundenNr = number;
        operation.mandatReferenz = reference;
        return ended(reference, call(operation, SepaMandat.Deaktiviert.class));
    }

    private DeliveryResult again(SepaMandat.Mandat found, SepaMandat.Mandat wanted, String reference) throws Exception {
        if (hasEnded(found)) {
            return new Rejected(
                    "pay.mandate: the mandate of that reference has ended; a new one needs a new reference");
        }
        if (differs(found.eShopKundenNr, wanted.eShopKundenNr)
                || differs(found.accountOwnerIban, wanted.accountOwnerIban)
                || differs(found.type, wanted.type)) {
            return new Rejected("pay.mandate: the platform has another mandate of that reference; nothing was changed");
        }
        if (!isEmpty(found.datumUnterschrift) || wanted.datumUnterschrift == null) {
            return new Delivered(reference);
        }
        var operation = new SepaMandat.Vervollstaendigen();
        operation.mandantNr = mandant();
        operation.mandatReferenz = reference;
        operation.datumUnterschrift = wanted.datumUnterschrift;
        operation.ortUnterschrift = wanted.ortUnterschrift;
        return ended(reference, call(operation, SepaMandat.Vervollstaendigt.class));
    }

    private static boolean hasEnded(SepaMandat.Mandat mandate) {
        return mandate.aktiv != null && mandate.aktiv.strip().matches("false|0");
    }

    /** What the platform does not say, it does not say otherwise. */
    private static boolean differs(@Nullable String found, @Nullable String wanted) {
        return !isEmpty(found) && !String.valueOf(found).strip().equals(wanted);
    }

    private static boolean isEmpty(@Nullable String value) {
        return value == null || value.isBlank();
    }

    private static DeliveryResult ended(String reference, SepaMandat.Answer answer) throws NoAnswer {
        return ended(reference, there(answer.result()).ergebnis);
    }

    private SepaMandat.Lesen reading(String reference) {
        var operation = new SepaMandat.Lesen();
        operation.mandantNr = mandant();
        operation.mandatReferenz = reference;
        return operation;
    }

    private SepaMandat.Anlegen creating(SepaMandat.Mandat mandate) {
        var operation = new SepaMandat.Anlegen();
        operation.mandantNr = mandant();
        operation.bewirtschafterNr = bewirtschafter;
        operation.mandat = mandate;
        return operation;
    }

    /** @throws RejectedByTarget naming the first field that the platform would not take */
    private SepaMandat.Mandat mandate(PaymentMandate told, String number, String reference) throws RejectedByTarget {
        var made = new SepaMandat.Mandat();
        made.type = Boolean.TRUE.equals(told.business) ? "F" : "B";
        made.referenz = reference;
        made.eShopKundenNr = number;
        made.bewirtschafterNr = bewirtschafter;
        made.glaeubigerID = creditor;
        made.sequenceType =
                Fields.matching("sequence", told.sequence, "FRST|RCUR|FNAL|OOFF", "is FRST, RCUR, FNAL or OOFF");
        made.datumUnterschrift =
                told.signed == null ? null : Fields.day("signed", told.signed).format(SIGNED);
        made.ortUnterschrift = told.signedAt == null ? null : Fields.text("signed-at", told.signedAt, 100);
        made.dateOfLastUsage = LocalDate.now(clock).toString();
        made.aktiv = "true";
        // The platform's customers carry no account here, so the mandate names its owner in full.
        made.accountOwnerDiffers = "true";
        made.accountOwnerIban = Fields.iban("iban", told.iban);
        made.accountOwnerBic = told.bic == null
                ? null
                : Fields.matching(
                        "bic", told.bic, "[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?", "is a BIC of 8 or 11 characters");
        made.accountOwnerSurname = Fields.text("first-name", told.firstName, LONGEST_OWNER);
        made.accountOwnerName = Fields.text("last-name", told.lastName, LONGEST_OWNER);
        if (made.accountOwnerSurname.length() + made.accountOwnerName.length() > LONGEST_OWNER) {
            throw Fields.unfit("last-name", "has at most " + LONGEST_OWNER + " characters, 'first-name' included");
        }
        made.accountOwnerStreet = Fields.text("street", told.street, 100);
        made.accountOwnerHousenumber = Fields.text("house-number", told.houseNumber, 35);
        made.accountOwnerZip = Fields.text("postal-code", told.postalCode, 10);
        made.accountOwnerCity = Fields.text("city", told.city, 100);
        made.accountOwnerLand = told.country == null ? "DEU" : Fields.text("country", told.country, 50);
        return made;
    }
}
