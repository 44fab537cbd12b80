package de.stellwerk.samples.town;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * Customers and SEPA mandates of the {@link PaymentPlatform}, each Mandant's by themselves. A customer or mandate that is there is not made a
 * second time; what is not there is neither changed nor ended. The journal says what was done, without names and accounts.
 */
final class Debtors {

    /** A mandate is kept as it was brought. */
    private record Mandate(String customer, String type, String iban, String signed, boolean active) {

        private String xml(String reference) {
            return "<sepaMandat><type>" + type + "</type><referenz>" + reference + "</referenz><eShopKundenNr>"
                    + customer
                    + "</eShopKundenNr><accountOwnerIban>" + iban + "</accountOwnerIban><datumUnterschrift>" + signed
                    + "</datumUnterschrift><aktiv>" + active + "</aktiv></sepaMandat>";
        }
    }

    /** The operations that make one of them. */
    static final List<String> CREATING = List.of("anlegenKunde", "anlegenSEPAMandat");

    private final Journal journal;
    private final Set<String> customers = new HashSet<>();
    private final Map<String, Mandate> mandates = new HashMap<>();

    Debtors(Journal journal) {
        this.journal = journal;
    }

    /** @return what comes after {@code ergebnis}; empty where the operation is not about them */
    synchronized Optional<String> answer(String operation, Element parameters) throws PaymentPlatform.Refused {
        return switch (operation) {
            case "lesenKunde", "anlegenKunde", "aendernKunde", "loeschenKunde" ->
                Optional.of(customer(operation, parameters));
            case "leseSEPAMandat", "anlegenSEPAMandat", "vervollstaendigenSEPAMandat", "deaktiviernSEPAMandat" ->
                Optional.of(mandate(operation, parameters));
            default -> Optional.empty();
        };
    }

    /** @throws PaymentPlatform.Refused unless the mandate is there, active and this customer's */
    synchronized void debit(Element parameters) throws PaymentPlatform.Refused {
        var mandate = mandates.get(text(parameters, "mandantNr") + "/" + text(parameters, "mandatReferenz"));
        if (mandate == null || !mandate.customer().equals(text(parameters, "eShopKundenNr"))) {
            throw new PaymentPlatform.Refused("-5201", "Mandat existiert nicht");
        }
        if (!mandate.active()) {
            throw new PaymentPlatform.Refused("-0115", "Mandat gesperrt");
        }
    }

    private String customer(String operation, Element parameters) throws PaymentPlatform.Refused {
        var number = text(parameters, "eShopKundenNr") + text(parameters, "EShopKundenNr");
        var key = text(parameters, "mandantNr") + "/" + number;
        if (operation.equals("anlegenKunde") == customers.contains(key)) {
            throw operation.equals("anlegenKunde")
                    ? new PaymentPlatform.Refused("-0198", "Kunde existiert bereits")
                    : new PaymentPlatform.Refused("-0199", "Kunde existiert nicht");
        }
        if (operation.equals("loeschenKunde")) {
            customers.remove(key);
        } else {
            customers.add(key);
        }
        if (!operation.equals("lesenKunde")) {
            journal.note("customer", "key", number, "operation", operation);
        }
        return "";
    }

    private String mandate(String operation, Element parameters) throws PaymentPlatform.Refused {
        var reference = text(parameters, "mandatReferenz") + text(parameters, "referenz");
        var mandant = text(parameters, "mandantNr");
        var known = mandates.get(mandant + "/" + reference);
        if (operation.equals("anlegenSEPAMandat")) {
            var customer = text(parameters, "eShopKundenNr");
            if (!customers.contains(mandant + "/" + customer)) {
                throw new PaymentPlatform.Refused("-0199", "Kunde existiert nicht");
            }
            if (known != null) {
                throw new PaymentPlatform.Refused("-5200", "Mandat existiert bereits");
            }
            known = new Mandate(
                    customer,
                    text(parameters, "type"),
                    text(parameters, "accountOwnerIban"),
                    text(parameters, "datumUnterschrift"),
                    true);
        } else if (known == null) {
            throw new PaymentPlatform.Refused("-5201", "Mandat existiert nicht");
        } else if (operation.equals("vervollstaendigenSEPAMandat")) {
            known = new Mandate(
                    known.customer(),
                    known.type(),
                    known.iban(),
                    text(parameters, "datumUnterschrift"),
                    known.active());
        } else if (operation.equals("deaktiviernSEPAMandat")) {
            known = new Mandate(known.customer(), known.type(), known.iban(), known.signed(), false);
        }
        mandates.put(mandant + "/" + reference, known);
        if (!operation.equals("leseSEPAMandat")) {
            journal.note("mandate", "key", reference, "operation", operation, "case", known.customer());
        }
        return known.xml(reference);
    }

    private static String text(Element in, String name) {
        var found = in.getElementsByTagNameNS(null, name);
        return Optional.ofNullable(found.item(0))
                .map(Node::getTextContent)
                .map(String::strip)
                .orElse("");
    }
}
