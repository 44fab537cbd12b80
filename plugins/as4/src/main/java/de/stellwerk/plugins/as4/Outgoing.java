package de.stellwerk.plugins.as4;

import com.helger.phase4.ebms3header.Ebms3Error;
import com.helger.phase4.ebms3header.Ebms3SignalMessage;
import com.helger.phase4.model.error.EEbmsError;
import com.helger.phase4.model.message.AS4UserMessage;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.DeliveryResult.NotSent;
import de.stellwerk.hub.spi.DeliveryResult.Rejected;
import de.stellwerk.hub.spi.DeliveryResult.Unknown;
import de.stellwerk.hub.spi.DeliveryResult.WithReceipts;
import de.stellwerk.hub.spi.Tested.Check;
import de.stellwerk.hub.spi.Tested.Outcome;
import de.stellwerk.hub.spi.Text;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.wss4j.common.ext.WSSecurityException;
import org.w3c.dom.Document;

/**
 * Pushes a delivery under one MessageId, made of the delivery's id and so the same at every attempt, and believes only a receipt that is
 * signed by the partner and names the digests of what was sent.
 *
 * @param limit of a message before it is packed, in bytes
 */
record Outgoing(Partner partner, Security security, Line line, int limit) {

    /** What a web server says before it has looked at what it was sent: a person has to act. */
    private static final Set<Integer> TURNED_AWAY = Set.of(401, 403, 404, 405, 407, 413, 415, 429);

    DeliveryResult deliver(Delivery delivery) throws IOException {
        if (!delivery.id().matches("[0-9a-f]{64}")) {
            return new Rejected("as4.id: the delivery's id is not what the hub gives");
        }
        var payloads = new ArrayList<Partner.Payload>();
        var parts = new Parts();
        int left = limit;
        for (var content : Stream.concat(Stream.of(delivery.body()), delivery.attachments().stream())
                .toList()) {
            byte[] bytes;
            try (var in = content.open()) {
                bytes = in.readNBytes(left + 1);
            }
            if (bytes.length > left) {
                return new Rejected("as4.too-large: Nachricht größer als max-size / message larger than 'max-size'");
            }
            left -= bytes.length;
            var id = "payload-" + (payloads.size() + 1) + "@stellwerk";
            payloads.add(new Partner.Payload(
                    id,
                    Plain.mediaType(content.mediaType()),
                    Plain.fileName(content.name()).orElse("payload-" + (payloads.size() + 1))));
            parts.add(id, Payloads.GZIP, Payloads.packed(bytes));
        }
        var id = delivery.id() + "@stellwerk";
        return send(id, partner.message(id, conversation(delivery), payloads), parts, delivery.attempt() > 1);
    }

    /** The case, where the partner may see it: it holds no personal data, but may be longer or odder than a token. */
    private static String conversation(Delivery delivery) {
        return delivery.caseId().matches("[\\x21-\\x7e]{1,200}") ? delivery.caseId() : delivery.id();
    }

    /** Asks for a receipt of a message that goes no further. */
    Check ping() throws IOException {
        var id = Receipts.newId();
        var result = send(id, partner.test(id), new Parts(), false);
        var plain = result instanceof WithReceipts with ? with.result() : result;
        if (plain instanceof Delivered) {
            return new Check(
                    "as4",
                    Outcome.PASSED,
                    new Text(
                            "Testnachricht mit gültiger, signierter Quittung beantwortet.",
                            "Test message answered with a valid signed receipt."),
                    new Text("", ""));
        }
        var why = plain instanceof Rejected no
                ? no.reason()
                : plain instanceof NotSent not ? not.why() : ((Unknown) plain).why();
        return new Check(
                "as4",
                Outcome.FAILED,
                new Text(why, why),
                new Text(
                        "Kennungen, Dienst und Zertifikate mit der Gegenstelle vergleichen; ob sie Testnachrichten (ebMS 5.2.2) annimmt, muss sie sagen.",
                        "Compare ids, service and certificates with the partner, and ask whether it takes test messages (ebMS 5.2.2)."));
    }

    private DeliveryResult send(String id, AS4UserMessage message, Parts parts, boolean repeated) throws IOException {
        Document soap = message.getAsSoapDocument(null);
        Set<Receipts.Digest> sent;
        try {
            security.sign(soap, message.getMessagingID(), parts);
            sent = Receipts.digests(soap);
            security.encrypt(soap, parts);
        } catch (WSSecurityException e) {
            return new NotSent(
                    "as4.signing: nicht signiert oder verschlüsselt / could not be signed or encrypted: "
                            + e.getErrorCode(),
                    Errors.UNTIL_SOMEBODY_HAS_ACTED);
        }
        Line.Answered answered;
        try {
            answered = line.send(Mime.of(Soap.bytes(soap), parts));
        } catch (Line.NoLine e) {
            return new NotSent(
                    "as4.unreachable: Gegenstelle nicht erreichbar / partner not reached: " + e.getMessage(),
                    Duration.ZERO);
        }
        return result(id, sent, repeated, answered);
    }

    private DeliveryResult result(String id, Set<Receipts.Digest> sent, boolean repeated, Line.Answered answered) {
        Mime.Opened opened;
        Document soap;
        Ebms3SignalMessage signal;
        try {
            opened = answered.body().open();
            soap = Soap.parse(opened.envelope());
            signal = signal(soap);
        } catch (Refusal e) {
            return withoutAnswer(answered.status());
        }
        var kept = List.of(Content.of("as4-signal.xml", "application/xml", opened.envelope()));
        if (!signal.getError().isEmpty()) {
            return new WithReceipts(
                    Errors.result(signal.getError().stream()
                            .map(Ebms3Error::getErrorCode)
                            .toList()),
                    kept);
        }
        return new WithReceipts(receipt(id, sent, repeated, soap, opened.parts()), kept);
    }

    private static Ebms3SignalMessage signal(Document soap) throws Refusal {
        var messaging = Soap.read(Soap.messaging(soap));
        if (messaging.getSignalMessage().size() != 1
                || !messaging.getUserMessage().isEmpty()) {
            throw new Refusal(EEbmsError.EBMS_INVALID_RECEIPT, "The answer is not one signal.");
        }
        return messaging.getSignalMessage().get(0);
    }

    private DeliveryResult receipt(String id, Set<Receipts.Digest> sent, boolean repeated, Document soap, Parts parts) {
        Ebms3SignalMessage signal;
        String about;
        try {
            // Again, from what is signed.
            signal = Soap.read(security.open(soap, parts).messaging())
                    .getSignalMessage()
                    .get(0);
            about = String.valueOf(Soap.required(signal.getMessageInfo()).getRefToMessageId());
        } catch (Refusal e) {
            return new Unknown("as4.receipt: Quittung nicht gültig signiert / receipt not validly signed: "
                    + e.error().getErrorCode() + " " + e.getMessage());
        }
        if (!id.equals(about) || signal.getReceipt() == null) {
            return new Unknown("as4.receipt: Quittung für eine andere Nachricht / receipt for another message");
        }
        var arrived = Receipts.digests(signal.getReceipt());
        // A partner may give the receipt of the first attempt again: its header was another one, its payloads were
        // these.
        var proven =
                sent.equals(arrived) || (repeated && Receipts.payloads(sent).equals(Receipts.payloads(arrived)));
        if (!proven) {
            return new Unknown(
                    "as4.receipt: Quittung mit anderen Prüfsummen / receipt with other digests than what was sent");
        }
        return new Delivered(id);
    }

    private static DeliveryResult withoutAnswer(int status) {
        return TURNED_AWAY.contains(status)
                ? new NotSent(
                        "as4.refused: abgewiesen mit HTTP " + status + " / turned away by HTTP " + status
                                + "; check 'url'",
                        Errors.UNTIL_SOMEBODY_HAS_ACTED)
                : new Unknown("as4.answer: keine ebMS-Antwort, HTTP " + status + " / no ebMS answer, HTTP " + status);
    }
}
