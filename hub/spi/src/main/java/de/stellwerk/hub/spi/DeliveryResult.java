package de.stellwerk.hub.spi;

import java.time.Duration;
import java.util.List;

/** What is known after an attempt. An answer of the outside system is a value; trouble on the way may also be thrown. */
public sealed interface DeliveryResult {

    /** It has arrived, and the outside system calls it by this reference, at most 200 characters. Final. */
    record Delivered(String reference) implements DeliveryResult {}

    /** The outside system said no, and would say so again. Final. The reason is shown to people: no personal data. */
    record Rejected(String reason) implements DeliveryResult {}

    /** It has certainly not arrived; the hub tries again, not before {@code retryAfter} has passed. */
    record NotSent(String why, Duration retryAfter) implements DeliveryResult {}

    /** It may or may not have arrived. */
    record Unknown(String why) implements DeliveryResult {}

    /**
     * Any of the others together with what the outside system gave as proof of it, such as a process card, a transport report or a signed
     * receipt. The hub keeps it unchanged with the message, in the transaction that notes the result: at most 16, at most 1 MiB each and 4
     * MiB together; a note stands in the place of one that is not kept. What arrives later comes through the {@link Inbox} as a message
     * that answers the delivery.
     */
    record WithReceipts(DeliveryResult result, List<Content> receipts) implements DeliveryResult {}
}
