package de.stellwerk.hub.spi;

import java.time.Duration;

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
}
