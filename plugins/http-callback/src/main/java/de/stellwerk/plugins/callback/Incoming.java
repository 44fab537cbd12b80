package de.stellwerk.plugins.callback;

import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Receipt;
import de.stellwerk.hub.spi.Receiver.Answer;
import de.stellwerk.hub.spi.Receiver.Request;
import java.io.IOException;
import java.util.regex.Pattern;

/**
 * What the other system posts: a push to the connection's address itself, an answer to {@code answer} below it. It proves itself by the
 * signature over the raw body before anything is read; a yes is said when the hub holds the message.
 */
record Incoming(Signature signature, String kind) {

    static final String ID = "stellwerk-id";
    static final String REFERENCE = "stellwerk-reference";
    static final String SIGNATURE = "stellwerk-signature";

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:-]{0,119}");

    Answer receive(Request request, Inbox inbox) throws IOException {
        var id = request.headers().getOrDefault(ID, "");
        var reference = request.headers().getOrDefault(REFERENCE, "");
        // One answer for all that is wrong with the proof: who tries out keys learns nothing.
        if (!signature.fits(request.headers().getOrDefault(SIGNATURE, ""), id, reference, request.body())) {
            return new Answer(401, "text/plain", "callback.signature: the signature is missing, wrong or too old");
        }
        if (!request.method().equals("POST")) {
            return new Answer(405, "text/plain", "callback.method: messages are posted");
        }
        if (!PLAIN.matcher(id).matches()) {
            return new Answer(400, "text/plain", "callback.id: " + ID + " is missing or not plain");
        }
        return switch (request.path()) {
            case "" -> answer(inbox.accept(HttpCallback.PUSHES, Message.of(id, kind, request.body())));
            case "answer" ->
                PLAIN.matcher(reference).matches()
                        ? answer(inbox.accept(
                                HttpCallback.ANSWERS,
                                Message.of(id, kind, request.body()).answering(reference)))
                        : new Answer(
                                400, "text/plain", "callback.reference: " + REFERENCE + " is missing or not plain");
            default -> new Answer(404, "text/plain", "callback.path: push to the address itself, answer to 'answer'");
        };
    }

    private static Answer answer(Receipt receipt) {
        return switch (receipt.outcome()) {
            case TAKEN, DUPLICATE -> new Answer(200, "text/plain", receipt.messageId());
            case QUARANTINED -> new Answer(202, "text/plain", receipt.messageId());
            case REJECTED -> new Answer(422, "text/plain", receipt.code() + ": " + receipt.text());
        };
    }
}
