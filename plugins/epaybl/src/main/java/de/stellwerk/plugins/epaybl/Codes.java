package de.stellwerk.plugins.epaybl;

import static java.util.Map.entry;

import java.util.Map;
import java.util.Optional;

/** What the platform's codes mean, as far as they are known. A code that is here is a final no. */
final class Codes {

    private static final Map<String, String> MEANINGS = Map.ofEntries(
            entry("-0103", "last name missing or too long"),
            entry("-0104", "first name missing or too long"),
            entry("-0115", "direct debit mandate blocked"),
            entry("-0117", "customer account blocked"),
            entry("-0120", "customer marked for deletion"),
            entry("-0199", "customer does not exist"),
            entry("-0440", "BIC wrong"),
            entry("-0442", "IBAN wrong"),
            entry("-0443", "IBAN wrong"),
            entry("-0506", "amount is not the sum of its entries"),
            entry("-0510", "amount below the limit"),
            entry("-0511", "amount above the limit"),
            entry("-5120", "name of the account's owner wrong"),
            entry("-5201", "there is no such mandate"));

    private Codes() {}

    static Optional<String> meaning(String code) {
        if (code.matches("-02(0[1-9]|1[0-4])")) {
            return Optional.of("address incomplete or wrong");
        }
        if (code.matches("-04(0[1-9]|1[0-9]|20)")) {
            return Optional.of("bank account wrong");
        }
        return Optional.ofNullable(MEANINGS.get(code));
    }
}
