package de.stellwerk.hub.spi;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a source hands over. Whose it is follows from the connection, never from the message.
 *
 * @param id the sender's own id, at most 200 characters: the same id with the same content is a duplicate, with other content a conflict
 * @param caseId the case (Vorgang) it belongs to, if the sender names one
 * @param answers the reference of the delivery it answers, if it does; it then belongs to that delivery's case
 * @param headers names of lower-case letters, digits and dashes; others are dropped
 */
public record Message(
        String id,
        String kind,
        Optional<String> caseId,
        Optional<String> answers,
        Map<String, String> headers,
        Content body,
        List<Content> attachments) {

    public Message {
        headers = Map.copyOf(headers);
        attachments = List.copyOf(attachments);
    }

    public static Message of(String id, String kind, Content body) {
        return new Message(id, kind, Optional.empty(), Optional.empty(), Map.of(), body, List.of());
    }

    public Message inCase(String value) {
        return new Message(id, kind, Optional.of(value), answers, headers, body, attachments);
    }

    public Message answering(String reference) {
        return new Message(id, kind, caseId, Optional.of(reference), headers, body, attachments);
    }

    public Message header(String name, String value) {
        var more = new HashMap<>(headers);
        more.put(name, value);
        return new Message(id, kind, caseId, answers, more, body, attachments);
    }

    public Message attach(Content content) {
        var more = Stream.concat(attachments.stream(), Stream.of(content)).toList();
        return new Message(id, kind, caseId, answers, headers, body, more);
    }
}
