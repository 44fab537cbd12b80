package de.stellwerk.plugins.xbezahldienste;

import de.stellwerk.plugins.xbezahldienste.PaymentStatus.State;

/**
 * What a service says about a payment: the part of {@code PaymentTransaction} that the hub acts on.
 *
 * @param requestId empty if the answer does not name it
 * @param kassenzeichen {@code transactionReference}; empty if there is none yet
 * @param payAt {@code transactionRedirectUrl}; empty if there is none
 */
record Transaction(String id, String requestId, State state, String kassenzeichen, long cents, String payAt) {

    static final String ID = "[\\w-]{1,36}";

    /** Its id alone, of the answer to an order: what is wrong in the rest must not hide that the order was taken. */
    static String id(Json answer, String requestId) throws NoAnswer {
        var id = answer.object("paymentInformation").text("transactionId");
        if (!id.matches(ID)) {
            throw new NoAnswer("pay.answer: the service says yes, but names no transactionId");
        }
        var said = answer.object("paymentRequest").text("requestId");
        if (!said.isEmpty() && !said.equals(requestId)) {
            throw new NoAnswer("pay.answer: the service's answer is about another order");
        }
        return id;
    }

    /** @throws NoAnswer if it is about another transaction, or something is missing that the state needs */
    static Transaction of(Json answer, String id) throws NoAnswer {
        var information = answer.object("paymentInformation");
        var request = answer.object("paymentRequest");
        if (!id.equals(information.text("transactionId"))) {
            throw new NoAnswer("pay.answer: the service's answer is about another transaction");
        }
        var state = state(information.text("status"));
        var kassenzeichen = information.text("transactionReference");
        if (!kassenzeichen.matches("[\\w./ -]{0,100}") || (state == State.PAID && kassenzeichen.isBlank())) {
            throw new NoAnswer("pay.answer: the service names no Kassenzeichen (transactionReference)");
        }
        var payAt = information.text("transactionRedirectUrl");
        return new Transaction(
                id,
                request.text("requestId"),
                state,
                kassenzeichen,
                cents(request),
                payAt.matches("https?://[\\x21-\\x7e]{1,2082}") ? payAt : "");
    }

    /** Version 1.0.0 says PAYED, the metadata of FIT-Connect say BOOKED. */
    private static State state(String status) throws NoAnswer {
        return switch (status) {
            case "INITIAL" -> State.OPEN;
            case "PAYED", "BOOKED" -> State.PAID;
            case "FAILED" -> State.FAILED;
            case "CANCELED" -> State.CANCELED;
            default -> throw new NoAnswer("pay.answer: the service names no status that is known");
        };
    }

    private static long cents(Json request) throws NoAnswer {
        if (!request.text("currency").equals(Account.CURRENCY)) {
            throw new NoAnswer("pay.answer: the service's currency is not EUR");
        }
        var amount =
                request.number("grosAmount").orElseThrow(() -> new NoAnswer("pay.answer: the service names no amount"));
        try {
            return amount.movePointRight(2).longValueExact();
        } catch (ArithmeticException e) {
            throw new NoAnswer("pay.answer: the service's amount is not a whole number of cents");
        }
    }
}
