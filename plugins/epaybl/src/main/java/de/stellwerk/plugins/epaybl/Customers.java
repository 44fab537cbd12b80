package de.stellwerk.plugins.epaybl;

import de.stellwerk.hub.camel.Messages;
import de.stellwerk.hub.camel.RejectedByTarget;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.HubContext;
import org.apache.camel.builder.RouteBuilder;

/**
 * Keeps the customers of one Mandant as the hub is told: reads first, then creates or changes; so a repeat changes into what is there
 * already. A customer is known by the case, as in an order.
 */
final class Customers extends SoapConnector {

    private static final String DOES_NOT_EXIST = "-0199";
    private static final String ACTIVE = "AKTIV";

    private final Messages payments;

    Customers(HubContext hub, Messages soap, Messages payments, Line line, String mandant) {
        super(hub, soap, line, mandant);
        this.payments = payments;
    }

    @Override
    protected void configure(RouteBuilder routes) throws Exception {
        super.configure(routes);
        routes.from(door("customer")).unmarshal(payments.strict().orReject("pay.unreadable: not a payment-customer"));
    }

    @Override
    DeliveryResult bring(Delivery delivery) throws Exception {
        var customer = ask(door("customer"), delivery.body(), PaymentCustomer.class);
        var number = Fields.text("case", delivery.caseId(), 100);
        var remove = Boolean.TRUE.equals(customer.remove);
        // What does not fit is said before the platform is asked anything.
        var wanted = remove ? new Kunden.Kunde() : kunde(customer, number);
        var known = ergebnis(call(named(new Kunden.LesenKunde(), number), Kunden.Gelesen.class));
        if (!known.ok() && !known.code().equals(DOES_NOT_EXIST)) {
            return refused(known);
        }
        if (remove) {
            return known.ok()
                    ? ended(number, ergebnis(call(named(new Kunden.LoeschenKunde(), number), Kunden.Geloescht.class)))
                    : new Delivered(number);
        }
        return ended(
                number,
                known.ok()
                        ? ergebnis(call(bringing(new Kunden.AendernKunde(), wanted), Kunden.Geaendert.class))
                        : ergebnis(call(bringing(new Kunden.AnlegenKunde(), wanted), Kunden.Angelegt.class)));
    }

    private static Ergebnis ergebnis(Kunden.Answer answer) throws NoAnswer {
        return there(answer.result()).ergebnis;
    }

    private Kunden.MitNummer named(Kunden.MitNummer operation, String number) {
        operation.mandantNr = mandant();
        operation.eShopKundenNr = number;
        return operation;
    }

    private Kunden.MitKunde bringing(Kunden.MitKunde operation, Kunden.Kunde kunde) {
        operation.mandantNr = mandant();
        operation.kunde = kunde;
        return operation;
    }

    /** @throws RejectedByTarget naming the first field that the platform would not take */
    private static Kunden.Kunde kunde(PaymentCustomer customer, String number) throws RejectedByTarget {
        var address = new Kunden.Adresse();
        address.strasse = Fields.text("street", customer.street, 100);
        address.hausNr = Fields.text("house-number", customer.houseNumber, 10);
        address.plz = Fields.text("postal-code", customer.postalCode, 10);
        address.ort = Fields.text("city", customer.city, 22);
        address.land = customer.country == null
                ? "DEU"
                : Fields.matching("country", customer.country, "[A-Z]{3}", "has three letters (ISO 3166-1)");
        address.status = ACTIVE;
        var kunde = new Kunden.Kunde();
        kunde.eShopKundenNr = number;
        kunde.vorname = Fields.text("first-name", customer.firstName, 27);
        kunde.nachname = Fields.text("last-name", customer.lastName, 27);
        kunde.eMailAdresse = customer.email == null ? null : Fields.text("email", customer.email, 100);
        kunde.rechnungsAdresse = address;
        kunde.status = ACTIVE;
        return kunde;
    }
}
