package de.stellwerk.samples.letters;

import java.nio.charset.StandardCharsets;

/** One part of what is sent: a body or an attachment. The bytes are not copied. */
@SuppressWarnings("ArrayRecordComponent") // never compared, only sent
public record Part(String name, String mediaType, byte[] bytes) {

    public static Part xml(String name, String xml) {
        return new Part(name, "application/xml", xml.getBytes(StandardCharsets.UTF_8));
    }
}
