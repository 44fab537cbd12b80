package de.stellwerk.plugins.xta;

import de.stellwerk.hub.spi.Delivery;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * What is said of every message of a connection: {@code MessageMetaData} of OSCI 2.02. A delivery's headers {@code xta-reader},
 * {@code xta-service}, {@code xta-message-type} and {@code xta-in-reply-to} say otherwise for one message.
 *
 * @param typeList URI of the code list that {@code type} is on, in version {@code typeListVersion}
 */
record Terms(
        Party author,
        Party reader,
        String service,
        String scenario,
        String type,
        String typeList,
        String typeListVersion,
        String schema,
        boolean test) {

    private static final String HEADER_READER = "xta-reader";
    private static final String HEADER_SERVICE = "xta-service";
    private static final String HEADER_TYPE = "xta-message-type";
    private static final String HEADER_REPLY = "xta-in-reply-to";

    /** The SOAP header of a message. */
    String header(Delivery delivery, String messageId, Instant now) {
        var headers = delivery.headers();
        var xml = test
                ? new Xml().open("oscimeta:MessageMetaData", "TestMsg", "true")
                : new Xml().open("oscimeta:MessageMetaData");
        xml.open("oscimeta:DeliveryAttributes")
                .leaf("oscimeta:Origin", now.truncatedTo(ChronoUnit.SECONDS).toString())
                .close();
        xml.open("oscimeta:Originators");
        author.write(xml, "oscimeta:Author");
        xml.close().open("oscimeta:Destinations");
        reader.called(Plain.text(headers.getOrDefault(HEADER_READER, ""))).write(xml, "oscimeta:Reader");
        xml.close().open("oscimeta:MsgIdentification").leaf("wsa:MessageID", messageId);
        var replied = uri(headers.getOrDefault(HEADER_REPLY, ""), "");
        if (!replied.isEmpty()) {
            xml.leaf("oscimeta:In-Reply-To", replied);
        }
        var caseId = Plain.text(delivery.caseId());
        if (!caseId.isEmpty()) {
            xml.open("oscimeta:ProcessRef").leaf("oscimeta:Requester", caseId).close();
        }
        xml.close().open("oscimeta:Qualifier");
        xml.leaf("oscimeta:Service", uri(headers.getOrDefault(HEADER_SERVICE, ""), service));
        xml.open("oscimeta:BusinessScenario")
                .leaf("oscimeta:Undefined", scenario)
                .close();
        var named = Plain.text(headers.getOrDefault(HEADER_TYPE, ""));
        xml.open("oscimeta:MessageType", "listURI", typeList, "listVersionID", typeListVersion, "payloadSchema", schema)
                .leaf("code", named.isEmpty() ? type : named)
                .close();
        return xml.close().close().toString();
    }

    private static String uri(String given, String fallback) {
        return given.matches("[A-Za-z][A-Za-z0-9+.-]*:[!-~&&[^\"<>\\\\^`{|}]]{1,190}") ? given : fallback;
    }
}
