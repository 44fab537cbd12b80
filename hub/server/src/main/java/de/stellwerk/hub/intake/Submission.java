package de.stellwerk.hub.intake;

import de.stellwerk.hub.ledger.NewMessage;
import de.stellwerk.hub.spi.Content;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a sender hands in. Municipality and source follow from the sender's credential or connection.
 *
 * @param source {@code key/<name>} or {@code connection/<name>}
 * @param id the sender's own id
 * @param polledFrom the connection whose source was asked for it, if one was
 */
public record Submission(
        String municipality,
        String source,
        String id,
        String kind,
        String service,
        Optional<String> caseId,
        Optional<NewMessage.Answer> answers,
        Map<String, String> headers,
        Content body,
        List<Content> attachments,
        Optional<String> polledFrom) {

    @Override
    public String toString() {
        return "Submission[" + municipality + ", " + source + ", " + kind + "]";
    }
}
