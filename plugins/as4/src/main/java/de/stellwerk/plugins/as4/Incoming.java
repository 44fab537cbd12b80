package de.stellwerk.plugins.as4;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.helger.phase4.ebms3header.Ebms3SignalMessage;
import com.helger.phase4.model.ESoapVersion;
import com.helger.phase4.model.error.EEbmsError;
import com.helger.phase4.model.message.AS4ErrorMessage;
import com.helger.phase4.model.message.MessageHelperMethods;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Receipt.Outcome;
import de.stellwerk.hub.spi.Receiver.Answer;
import de.stellwerk.hub.spi.Receiver.Request;
import java.io.IOException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.wss4j.common.ext.WSSecurityException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/**
 * What the partner pushes to the connection's address. Nothing of it is looked at before its signature has been found right, and the signed
 * receipt is given when the hub holds it. An error is not signed: it goes to whoever called.
 *
 * @param limit of a message, packed and unpacked, in bytes
 */
record Incoming(Partner partner, Security security, String kind, boolean requireEncryption, int limit) {

    private static final Pattern ID = Pattern.compile("[\\x21-\\x7e]{1,200}");

    Answer receive(Request request, Inbox inbox) throws IOException {
        if (!request.method().equals("POST") || !request.path().isEmpty()) {
            return new Answer(405, "text/plain", "as4.method: AS4 messages are posted to the address itself");
        }
        byte[] bytes;
        try (var in = request.body().open()) {
            bytes = in.readNBytes(limit + 1);
        }
        if (bytes.length > limit) {
            return new Answer(413, "text/plain", "as4.too-large: the message is larger than what is taken here");
        }
        try {
            var opened = new Mime(request.headers().getOrDefault("content-type", ""), bytes).open();
            return taken(opened, inbox);
        } catch (Refusal e) {
            return refused(e);
        }
    }

    private Answer taken(Mime.Opened opened, Inbox inbox) throws Refusal {
        var soap = Soap.parse(opened.envelope());
        var proof = security.open(soap, opened.parts());
        if (requireEncryption && !proof.encrypted()) {
            throw new Refusal(EEbmsError.EBMS_POLICY_NONCOMPLIANCE, "The message is not encrypted.");
        }
        var messaging = Soap.read(proof.messaging());
        if (messaging.getUserMessage().size() != 1
                || !messaging.getSignalMessage().isEmpty()) {
            throw new Refusal(EEbmsError.EBMS_FEATURE_NOT_SUPPORTED, "Only pushed user messages are taken here.");
        }
        var message = messaging.getUserMessage().get(0);
        partner.check(message);
        if (Soap.body(soap).getFirstChild() instanceof Element) {
            throw new Refusal(EEbmsError.EBMS_FEATURE_NOT_SUPPORTED, "Payloads come as attachments, not in the body.");
        }
        var info = Soap.required(message.getMessageInfo());
        var about = Soap.required(message.getCollaborationInfo());
        var id = Soap.required(info.getMessageId());
        if (!ID.matcher(id).matches()) {
            throw new Refusal(EEbmsError.EBMS_VALUE_INCONSISTENT, "The MessageId is not of 1 to 200 plain characters.");
        }
        var contents = Payloads.of(message, opened.parts(), limit);
        if (Partner.isTest(about)) {
            return receipt(id, soap);
        }
        if (contents.isEmpty()) {
            throw new Refusal(EEbmsError.EBMS_VALUE_INCONSISTENT, "The message has no payload.");
        }
        var made = Message.of(id, kind, contents.get(0))
                .header("as4-conversation", Soap.required(about.getConversationId()));
        for (var attachment : contents.subList(1, contents.size())) {
            made = made.attach(attachment);
        }
        var answers = info.getRefToMessageId();
        var receipt = inbox.accept(Opening.RECEIVED, answers == null ? made : made.answering(answers));
        if (receipt.outcome() == Outcome.REJECTED) {
            throw new Refusal(EEbmsError.EBMS_OTHER, receipt.code() + ": " + receipt.text());
        }
        return receipt(id, soap);
    }

    private Answer receipt(String id, Document soap) {
        var receipt = Receipts.of(id, soap, partner.now());
        var answer = receipt.getAsSoapDocument(null);
        try {
            security.sign(answer, receipt.getMessagingID(), new Parts());
        } catch (WSSecurityException e) {
            // The hub holds the message; its repeat is a duplicate and gets the receipt then.
            throw new IllegalStateException("as4.receipt: the receipt cannot be signed", e);
        }
        return new Answer(200, Mime.SOAP, new String(Soap.bytes(answer), UTF_8));
    }

    private Answer refused(Refusal refusal) {
        var error = refusal.error()
                .errorBuilder(Locale.ENGLISH)
                .errorDetail(refusal.getMessage())
                .build();
        var signal = new Ebms3SignalMessage();
        signal.setMessageInfo(MessageHelperMethods.createEbms3MessageInfo(Receipts.newId(), null, partner.now()));
        signal.addError(error);
        var answer = new AS4ErrorMessage(ESoapVersion.SOAP_12, signal).getAsSoapDocument(null);
        return new Answer(200, Mime.SOAP, new String(Soap.bytes(answer), UTF_8));
    }
}
