package de.stellwerk.samples.as4;

import com.helger.mime.CMimeType;
import com.helger.phase4.CAS4;
import com.helger.phase4.attachment.EAS4CompressionMode;
import com.helger.phase4.attachment.IAS4IncomingAttachmentFactory;
import com.helger.phase4.attachment.WSS4JAttachment;
import com.helger.phase4.client.AS4ClientUserMessage;
import com.helger.phase4.crypto.ECryptoAlgorithmCrypt;
import com.helger.phase4.crypto.ECryptoAlgorithmSign;
import com.helger.phase4.crypto.ECryptoAlgorithmSignDigest;
import com.helger.phase4.ebms3header.MessagePartNRInformation;
import com.helger.phase4.ebms3header.NonRepudiationInformation;
import com.helger.phase4.incoming.AS4IncomingHandler;
import com.helger.phase4.incoming.AS4IncomingMessageMetadata;
import com.helger.phase4.incoming.AS4IncomingProfileSelectorConstant;
import com.helger.phase4.incoming.AS4IncomingReceiverConfiguration;
import com.helger.phase4.incoming.crypto.AS4IncomingSecurityConfiguration;
import com.helger.phase4.model.ESoapVersion;
import com.helger.phase4.sender.ValidatingAS4SignalMsgConsumer;
import com.helger.phase4.util.AS4ResourceHelper;
import com.helger.xsds.xmldsig.ReferenceType;
import java.io.ByteArrayOutputStream;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hc.core5.http.message.BasicHttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * Messages for the hub as phase4 puts them on the line, and what phase4 thinks of the hub's answer.
 *
 * @param own whose receipts count as the hub's partner's
 * @param cipher of what is encrypted
 */
record Outgoing(Identity own, X509Certificate hub, ECryptoAlgorithmCrypt cipher) {

    AccessPoint.Sent message(String id, boolean encrypted, @Nullable Identity signer, byte[]... payloads)
            throws Exception {
        try (var resources = new AS4ResourceHelper()) {
            var client = new AS4ClientUserMessage(resources);
            client.setSoapVersion(ESoapVersion.SOAP_12);
            client.setPModeID("agreed");
            client.setAgreementRefValue(Agreement.AGREEMENT);
            client.setServiceValue(Agreement.SERVICE);
            client.setAction(Agreement.ACTION);
            client.setConversationID("conversation-1");
            client.setFromRole(CAS4.DEFAULT_INITIATOR_URL);
            client.setFromPartyIDType(Agreement.TYPE);
            client.setFromPartyID(Agreement.PARTNER);
            client.setToRole(CAS4.DEFAULT_RESPONDER_URL);
            client.setToPartyIDType(Agreement.TYPE);
            client.setToPartyID(Agreement.HUB);
            int number = 0;
            for (var payload : payloads) {
                // The form, and what goes with it.
                boolean form = ++number == 1;
                client.addAttachment(WSS4JAttachment.createOutgoingFileAttachment(
                        payload,
                        "part-" + number + "@partner",
                        form ? "form.xml" : "plan.bin",
                        form ? CMimeType.APPLICATION_XML : CMimeType.APPLICATION_OCTET_STREAM,
                        EAS4CompressionMode.GZIP,
                        null,
                        resources));
            }
            if (signer != null) {
                client.setCryptoFactory(Agreement.crypto(signer, hub));
                client.signingParams()
                        .setAlgorithmSign(ECryptoAlgorithmSign.RSA_SHA_256)
                        .setAlgorithmSignDigest(ECryptoAlgorithmSignDigest.DIGEST_SHA_256);
            }
            if (encrypted) {
                client.cryptParams().setAlgorithmCrypt(cipher).setCertificate(hub);
            }
            var built = client.buildMessage(id, null);
            var out = new ByteArrayOutputStream();
            built.getHttpEntity().writeTo(out);
            var references = built.getAllDSReferences();
            return new AccessPoint.Sent(
                    built.getHttpEntity().getContentType(),
                    out.toByteArray(),
                    references == null ? List.of() : references);
        }
    }

    /** Whether phase4 finds the hub's receipt validly signed, and in it every digest of what was sent. */
    boolean believes(List<ReferenceType> sent, byte[] receipt) throws Exception {
        var response = new BasicHttpResponse(200);
        response.addHeader("Content-Type", "application/soap+xml");
        var crypto = Agreement.crypto(own, hub);
        var signed = new AtomicBoolean();
        try (var resources = new AS4ResourceHelper()) {
            var signal = AS4IncomingHandler.parseSignalMessage(
                    crypto,
                    crypto,
                    (id, service, action, from, to, agreement, address) -> Agreement.mode(from, to),
                    IAS4IncomingAttachmentFactory.DEFAULT_INSTANCE,
                    new AS4IncomingProfileSelectorConstant(null, false),
                    resources,
                    Agreement.mode(Agreement.PARTNER, Agreement.HUB),
                    Locale.ENGLISH,
                    AS4IncomingMessageMetadata.createForRequest(),
                    response,
                    receipt,
                    null,
                    AS4IncomingSecurityConfiguration.createDefaultInstance(),
                    new AS4IncomingReceiverConfiguration(),
                    (message, metadata, state) -> signed.set(state.isSoapSignatureChecked()));
            if (signal == null || signal.getReceipt() == null) {
                return false;
            }
            var proven = signal.getReceipt().getAny().stream()
                    .filter(NonRepudiationInformation.class::isInstance)
                    .flatMap(each -> ((NonRepudiationInformation) each).getMessagePartNRInformation().stream())
                    .map(MessagePartNRInformation::getReference)
                    .toList();
            return signed.get()
                    && proven.size() == sent.size()
                    && proven.stream().allMatch(each -> sent.stream()
                            .anyMatch(it -> ValidatingAS4SignalMsgConsumer.areSemanticallyEquivalent(each, it)));
        }
    }
}
