package de.stellwerk.plugins.epaybl;

import de.stellwerk.hub.camel.RejectedByTarget;
import de.stellwerk.hub.spi.Delivery;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a municipality's money is booked, and how its orders look to the platform. */
record Account(
        String mandant,
        String bewirtschafter,
        String haushaltsstelle,
        String objektnummer,
        String mahnkennzeichen,
        List<String> zahlverfahren,
        Arrays arrays) {

    private static final int TRANSACTION_DIGITS = 30;
    private static final long BELEG_NUMBERS = 100_000_000L;
    private static final long LARGEST_CENTS = 999_999_999_999_999L; // 15 digits, 2 of them after the point
    private static final List<String> METHODS = List.of(
            "UEBERWEISUNGVOR", "UEBERWEISUNGNACH", "LASTSCHRIFTMIT", "LASTSCHRIFTOHNE", "GIROPAY", "KREDITKARTE");
    private static final String ENTRY_TEXT = "[A-Z0-9,.:/+& *$%ÄÖÜß-]{1,21}";

    Account {
        check("mandant", mandant, "[A-Za-z0-9-]{1,20}");
        check("bewirtschafter", bewirtschafter, "[A-Za-z0-9./-]{1,8}");
        check("haushaltsstelle", haushaltsstelle, "[A-Za-z0-9./-]{1,10}");
        check("objektnummer", objektnummer, "[A-Za-z0-9./-]{0,10}");
        check("mahnkennzeichen", mahnkennzeichen, "[A-Za-z0-9]{0,5}");
        if (zahlverfahren.isEmpty() || !METHODS.containsAll(zahlverfahren)) {
            throw new IllegalArgumentException("setting 'zahlverfahren' lists some of " + METHODS);
        }
        zahlverfahren = List.copyOf(zahlverfahren);
    }

    private static void check(String setting, String value, String pattern) {
        if (!value.matches(pattern)) {
            throw new IllegalArgumentException("setting '" + setting + "' does not look like " + pattern);
        }
    }

    /** What the platform calls a delivery of ours; it makes one Kassenzeichen of the same twice. */
    static String transaction(Delivery delivery) throws RejectedByTarget {
        if (!delivery.id().matches("[0-9a-f]{64}")) {
            throw Fields.unfit("delivery id", "has 64 hexadecimal digits");
        }
        return delivery.id().substring(0, TRANSACTION_DIGITS);
    }

    /** @throws RejectedByTarget naming the first field that the platform would not take */
    Anlegen order(PaymentOrder order, Delivery delivery) throws RejectedByTarget {
        var made = new Anlegen();
        made.mandantNr = mandant;
        made.buchungsListe = list(order, delivery);
        made.eShopKundenNr = customer(delivery);
        made.buchungsText = order.text;
        made.zahlverfahrenListe = arrays.of("zahlverfahrenListe", zahlverfahren, Anlegen.StringList.of(zahlverfahren));
        return made;
    }

    /** The same for an order that names a mandate. */
    Abbuchen debit(PaymentOrder order, Delivery delivery) throws RejectedByTarget {
        var made = new Abbuchen();
        made.mandantNr = mandant;
        made.mandatReferenz = Fields.mandate("mandate", order.mandate);
        made.buchungsListe = list(order, delivery);
        made.eShopKundenNr = customer(delivery);
        return made;
    }

    private static String customer(Delivery delivery) throws RejectedByTarget {
        return Fields.text("case", delivery.caseId(), 100);
    }

    private Anlegen.BuchungsListe list(PaymentOrder order, Delivery delivery) throws RejectedByTarget {
        if (!"EUR".equals(order.currency)) {
            throw Fields.unfit("currency", "is EUR");
        }
        var amount = amount(order.cents);
        var entry = new Anlegen.Buchung();
        entry.haushaltsstelle = haushaltsstelle;
        entry.objektnummer = objektnummer.isEmpty() ? null : objektnummer;
        entry.buchungstext =
                Fields.matching("text", order.text, ENTRY_TEXT, "has 1 to 21 of A-Z 0-9 ÄÖÜß ,.:/+&-*$% and blank");
        entry.betrag = amount;
        entry.belegNr = String.format("%08d", Math.floorMod(delivery.number(), BELEG_NUMBERS));

        var list = new Anlegen.BuchungsListe();
        list.betrag = amount; // one entry: the sum is right
        list.waehrungskennzeichen = order.currency;
        list.faelligkeitsdatum = Fields.day("due", order.due) + "T00:00:00Z";
        var entries = List.of(entry);
        list.buchungen = arrays.of("buchungen", entries, Anlegen.BuchungList.of(entries));
        list.bewirtschafterNr = bewirtschafter;
        list.kennzeichenMahnverfahren = mahnkennzeichen.isEmpty() ? null : mahnkennzeichen;
        list.eShopTransaktionsNr = transaction(delivery);
        return list;
    }

    private static BigDecimal amount(@Nullable Long cents) throws RejectedByTarget {
        if (cents == null || cents < 1 || cents > LARGEST_CENTS) {
            throw Fields.unfit("amount-cents", "lies between 1 and " + LARGEST_CENTS);
        }
        return BigDecimal.valueOf(cents).movePointLeft(2);
    }
}
