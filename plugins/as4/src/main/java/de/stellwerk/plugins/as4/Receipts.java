package de.stellwerk.plugins.as4;

import com.helger.phase4.ebms3header.Ebms3Receipt;
import com.helger.phase4.ebms3header.Ebms3SignalMessage;
import com.helger.phase4.ebms3header.MessagePartNRInformation;
import com.helger.phase4.ebms3header.NonRepudiationInformation;
import com.helger.phase4.marshaller.NonRepudiationInformationMarshaller;
import com.helger.phase4.model.ESoapVersion;
import com.helger.phase4.model.message.AS4ReceiptMessage;
import com.helger.phase4.model.message.MessageHelperMethods;
import com.helger.xsds.xmldsig.ReferenceType;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.w3c.dom.Document;

/**
 * Non-repudiation of receipt (AS4 1.0, 5.1.8): the receipt repeats each digest of the message's signature, so its own signature says which
 * bytes have arrived.
 */
final class Receipts {

    private Receipts() {}

    /** One digest, with what it is of. */
    record Digest(String uri, String algorithm, String value) {

        static Digest of(ReferenceType reference) {
            var method = reference.getDigestMethod();
            return new Digest(
                    String.valueOf(reference.getURI()),
                    method == null ? "" : String.valueOf(method.getAlgorithm()),
                    Base64.getEncoder().encodeToString(reference.getDigestValue()));
        }

        static Set<Digest> of(Collection<ReferenceType> references) {
            var all = new HashSet<Digest>();
            references.forEach(each -> all.add(of(each)));
            return all;
        }
    }

    /** What the signature of a message signs. */
    static Set<Digest> digests(Document signed) {
        return Digest.of(MessageHelperMethods.getAllDSigReferences(signed));
    }

    /** What a receipt says has arrived; empty if it says nothing about it. */
    static Set<Digest> digests(Ebms3Receipt receipt) {
        var references = new ArrayList<ReferenceType>();
        for (var each : receipt.getAny()) {
            if (each instanceof NonRepudiationInformation information) {
                for (var part : information.getMessagePartNRInformation()) {
                    var reference = part.getReference();
                    if (reference != null) {
                        references.add(reference);
                    }
                }
            }
        }
        return Digest.of(references);
    }

    /** Those of the payloads, which are the same at every attempt. */
    static Set<Digest> payloads(Set<Digest> all) {
        return all.stream().filter(each -> each.uri().startsWith("cid:")).collect(Collectors.toSet());
    }

    /** The receipt for a message, not yet signed. */
    static AS4ReceiptMessage of(String messageId, Document signed, OffsetDateTime now) {
        var information = new NonRepudiationInformation();
        for (var each : MessageHelperMethods.getAllDSigReferences(signed)) {
            var part = new MessagePartNRInformation();
            part.setReference(each);
            information.addMessagePartNRInformation(part);
        }
        var receipt = new Ebms3Receipt();
        receipt.addAny(new NonRepudiationInformationMarshaller().getAsElement(information));
        var signal = new Ebms3SignalMessage();
        signal.setMessageInfo(MessageHelperMethods.createEbms3MessageInfo(newId(), messageId, now));
        signal.setReceipt(receipt);
        return new AS4ReceiptMessage(ESoapVersion.SOAP_12, signal);
    }

    static String newId() {
        return UUID.randomUUID() + "@stellwerk";
    }
}
