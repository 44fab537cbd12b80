package de.stellwerk.plugins.xbezahldienste;

import de.stellwerk.hub.camel.RejectedByTarget;
import de.stellwerk.hub.spi.Delivery;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who orders payments at a service, and how the orders look to it. The limits are those of XBezahldienste 1.0.0.
 *
 * @param originator the online service
 * @param endpoint the authority, often its AGS
 * @param redirect where whoever has paid is led back to
 * @param taxRate in percent
 */
record Account(String originator, String endpoint, String redirect, int taxRate, Map<String, String> bookingData) {

    static final String CURRENCY = "EUR";

    private static final int REQUEST_DIGITS = 36;
    private static final long LARGEST_CENTS = 99_999_900; // grosAmount is at most 999999
    private static final int MOST_ITEMS = 99;
    private static final String PURPOSE = "[\\w -]{1,27}";
    private static final String PRINTABLE = "[^\\p{Cntrl}\\p{Co}\\p{Cs}\\p{Cn}]";

    Account {
        check("originator", originator, Transaction.ID);
        check("endpoint", endpoint, Transaction.ID);
        check("redirect-url", redirect, "https?://.{1,2074}");
        bookingData = Map.copyOf(bookingData);
    }

    private static void check(String setting, String value, String pattern) {
        if (!value.matches(pattern)) {
            throw new IllegalArgumentException("setting '" + setting + "' does not look like " + pattern);
        }
    }

    /** What the service is to know a delivery by: the same at every attempt. */
    static String requestId(Delivery delivery) throws RejectedByTarget {
        if (!delivery.id().matches("[0-9a-f]{64}")) {
            throw field("delivery id", "has 64 hexadecimal digits");
        }
        return delivery.id().substring(0, REQUEST_DIGITS);
    }

    /** @throws RejectedByTarget naming the first field that the service would not take */
    Map<String, Object> request(PaymentOrder order, Delivery delivery, Instant now) throws RejectedByTarget {
        if (!CURRENCY.equals(order.currency)) {
            throw field("currency", "is EUR");
        }
        var amount = cents(order.cents);
        var request = new LinkedHashMap<String, Object>();
        request.put("requestId", requestId(delivery));
        request.put("requestTimestamp", now.truncatedTo(ChronoUnit.SECONDS).toString());
        request.put("currency", CURRENCY);
        request.put("grosAmount", euros(amount));
        request.put("purpose", fitting("text", order.text, PURPOSE, "has 1 to 27 of A-Z a-z 0-9 _ - and blank"));
        request.put("description", order.text);
        request.put("redirectUrl", redirect);
        request.put("items", items(order, delivery, amount));
        return request;
    }

    private List<Map<String, Object>> items(PaymentOrder order, Delivery delivery, long amount)
            throws RejectedByTarget {
        var reference = fitting("case", delivery.caseId(), PRINTABLE + "{1,100}", "has 1 to 100 printable characters");
        var all = new ArrayList<Map<String, Object>>();
        if (order.items.isEmpty()) {
            all.add(item(1, reference, String.valueOf(order.text), amount));
            return all;
        }
        if (order.items.size() > MOST_ITEMS) {
            throw field("item", "stands at most " + MOST_ITEMS + " times");
        }
        var sum = 0L;
        for (var each : order.items) {
            var cents = cents(each.cents);
            sum += cents;
            var text = fitting("item/text", each.text, PRINTABLE + "{1,250}", "has 1 to 250 printable characters");
            all.add(item(all.size() + 1, reference, text, cents));
        }
        if (sum != amount) {
            throw field("amount-cents", "is the sum of the items");
        }
        return all;
    }

    private Map<String, Object> item(int number, String reference, String description, long cents) {
        var gross = euros(cents);
        var hundred = BigDecimal.valueOf(100);
        var net = gross.multiply(hundred).divide(hundred.add(BigDecimal.valueOf(taxRate)), 2, RoundingMode.HALF_UP);
        var tax = gross.subtract(net);
        var item = new LinkedHashMap<String, Object>();
        item.put("id", Integer.toString(number));
        item.put("reference", reference);
        item.put("description", description);
        item.put("taxRate", taxRate);
        item.put("quantity", 1);
        item.put("totalNetAmount", net);
        item.put("totalTaxAmount", tax);
        item.put("singleNetAmount", net);
        item.put("singleTaxAmount", tax);
        if (!bookingData.isEmpty()) {
            item.put("bookingData", bookingData);
        }
        return item;
    }

    private static BigDecimal euros(long cents) {
        return BigDecimal.valueOf(cents, 2);
    }

    private static long cents(@Nullable Long cents) throws RejectedByTarget {
        if (cents == null || cents < 1 || cents > LARGEST_CENTS) {
            throw field("amount-cents", "lies between 1 and " + LARGEST_CENTS);
        }
        return cents;
    }

    private static String fitting(String name, @Nullable String value, String rule, String words)
            throws RejectedByTarget {
        if (value == null || !value.matches(rule)) {
            throw field(name, words);
        }
        return value;
    }

    private static RejectedByTarget field(String name, String words) {
        return new RejectedByTarget("pay.field: the field '" + name + "' does not fit; it " + words);
    }
}
