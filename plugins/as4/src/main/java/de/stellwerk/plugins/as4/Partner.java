package de.stellwerk.plugins.as4;

import com.helger.phase4.CAS4;
import com.helger.phase4.ebms3header.Ebms3CollaborationInfo;
import com.helger.phase4.ebms3header.Ebms3PartInfo;
import com.helger.phase4.ebms3header.Ebms3PartProperties;
import com.helger.phase4.ebms3header.Ebms3PartyId;
import com.helger.phase4.ebms3header.Ebms3PayloadInfo;
import com.helger.phase4.ebms3header.Ebms3Property;
import com.helger.phase4.ebms3header.Ebms3UserMessage;
import com.helger.phase4.model.ESoapVersion;
import com.helger.phase4.model.error.EEbmsError;
import com.helger.phase4.model.message.AS4UserMessage;
import com.helger.phase4.model.message.MessageHelperMethods;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who talks to whom about what, as it was agreed; ebMS calls it a processing mode. Empty texts are left out. */
record Partner(
        String ownParty,
        String partnerParty,
        String partyType,
        String fromRole,
        String toRole,
        String service,
        String serviceType,
        String action,
        String agreement,
        String originalSender,
        String finalRecipient,
        Clock clock) {

    /**
     * One payload in the ebMS header.
     *
     * @param id its Content-Id
     */
    record Payload(String id, String mediaType, String name) {}

    /** A message to the partner. */
    AS4UserMessage message(String messageId, String conversation, List<Payload> payloads) {
        return message(messageId, conversation, service, serviceType, action, payloads);
    }

    /** What ebMS Core 5.2.2 has for trying a line: it is answered like every message, and goes no further. */
    AS4UserMessage test(String messageId) {
        return message(messageId, messageId, CAS4.DEFAULT_SERVICE_URL, "", CAS4.DEFAULT_ACTION_URL, List.of());
    }

    private AS4UserMessage message(
            String messageId,
            String conversation,
            String toService,
            String ofType,
            String toAction,
            List<Payload> payloads) {
        var properties = new ArrayList<Ebms3Property>();
        if (!originalSender.isEmpty()) {
            properties.add(property(CAS4.ORIGINAL_SENDER, originalSender));
        }
        if (!finalRecipient.isEmpty()) {
            properties.add(property(CAS4.FINAL_RECIPIENT, finalRecipient));
        }
        return AS4UserMessage.create(
                MessageHelperMethods.createEbms3MessageInfo(messageId, null, now()),
                payloads.isEmpty() ? null : payloadInfo(payloads),
                MessageHelperMethods.createEbms3CollaborationInfo(
                        null, orNull(agreement), null, orNull(ofType), toService, toAction, conversation),
                MessageHelperMethods.createEbms3PartyInfo(
                        fromRole, orNull(partyType), ownParty, toRole, orNull(partyType), partnerParty),
                MessageHelperMethods.createEbms3MessageProperties(properties),
                null,
                ESoapVersion.SOAP_12);
    }

    private static Ebms3PayloadInfo payloadInfo(List<Payload> payloads) {
        var all = new Ebms3PayloadInfo();
        for (var payload : payloads) {
            var properties = new Ebms3PartProperties();
            properties.addProperty(property(MessageHelperMethods.PART_PROPERTY_MIME_TYPE, payload.mediaType()));
            properties.addProperty(property(MessageHelperMethods.PART_PROPERTY_COMPRESSION_TYPE, Payloads.GZIP));
            properties.addProperty(property(Payloads.NAME, payload.name()));
            var part = new Ebms3PartInfo();
            part.setHref("cid:" + payload.id());
            part.setPartProperties(properties);
            all.addPartInfo(part);
        }
        return all;
    }

    private static Ebms3Property property(String name, String value) {
        return MessageHelperMethods.createEbms3Property(name, value);
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }

    OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }

    /** @throws Refusal if it is not from the partner, not for us, or about something nobody agreed on */
    void check(Ebms3UserMessage message) throws Refusal {
        var parties = Soap.required(message.getPartyInfo());
        var from = Soap.required(parties.getFrom()).getPartyId();
        var to = Soap.required(parties.getTo()).getPartyId();
        if (!isOnly(from, partnerParty) || !isOnly(to, ownParty)) {
            throw new Refusal(EEbmsError.EBMS_VALUE_NOT_RECOGNIZED, "From and To are not the agreed parties.");
        }
        var about = Soap.required(message.getCollaborationInfo());
        if (!isTest(about) && (!service.equals(about.getServiceValue()) || !action.equals(about.getAction()))) {
            throw new Refusal(EEbmsError.EBMS_PROCESSING_MODE_MISMATCH, "Service and Action are not the agreed ones.");
        }
    }

    private boolean isOnly(List<Ebms3PartyId> ids, String party) {
        return ids.size() == 1
                && party.equals(ids.get(0).getValue())
                && partyType.equals(
                        ids.get(0).getType() == null ? "" : ids.get(0).getType());
    }

    static boolean isTest(Ebms3CollaborationInfo about) {
        return CAS4.DEFAULT_SERVICE_URL.equals(about.getServiceValue())
                && CAS4.DEFAULT_ACTION_URL.equals(about.getAction());
    }
}
