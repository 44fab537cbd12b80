package de.stellwerk.hub.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HeaderGateTest {

    /** Names by which Camel, JMS, mail and HTTP components are steered. */
    private static final List<String> STEERING = List.of(
            "CamelFileName",
            "CamelFileNameConsumed",
            "CamelFileLocalWorkPath",
            "CamelFilePath",
            "CamelBeanMethodName",
            "CamelExecCommandExecutable",
            "CamelExecCommandArgs",
            "CamelExecUseStderrOnEmptyStdout",
            "CamelHttpUri",
            "CamelHttpPath",
            "CamelHttpQuery",
            "CamelHttpMethod",
            "CamelHttpUrl",
            "CamelRestHttpUri",
            "CamelJmsDestination",
            "CamelJmsDestinationName",
            "CamelJmsRequestTimeout",
            "CamelSqlQuery",
            "CamelSqlParameters",
            "CamelXsltFileName",
            "CamelXsltStylesheet",
            "CamelXsltResourceUri",
            "CamelTemplate",
            "CamelVelocityResourceUri",
            "CamelFreemarkerTemplate",
            "CamelLanguageScript",
            "CamelLdapFilter",
            "CamelMongoDbCriteria",
            "CamelToEndpoint",
            "CamelSlipEndpoint",
            "CamelCharsetName",
            "CamelAuthentication",
            "CamelQuartzTriggerName",
            "CamelSplitIndex",
            "CamelValidatorResource",
            "CamelSchematronValidationReport",
            "org.apache.camel.foo",
            "org-apache-camel-foo",
            "operationName",
            "operationNamespace",
            "SOAPAction",
            "breadcrumbId",
            "firedTime",
            "JMSReplyTo",
            "JMSDestination",
            "JMSType",
            "JMSXGroupID",
            "JMSCorrelationID",
            "_AMQ_SCHED_DELIVERY",
            "AMQ-ScheduledDelivery",
            "mail.smtp.host",
            "mail-smtp-host",
            "To",
            "From",
            "Cc",
            "Bcc",
            "Subject",
            "Reply-To",
            "Host",
            "Authorization",
            "Cookie",
            "Content-Type",
            "Content-Length",
            "Transfer-Encoding",
            "Proxy-Authorization",
            "X-Forwarded-For",
            "websocket.connectionKey",
            "websocket-send-to-all",
            "hub-message",
            "stellwerk-id");

    @Test
    void plainHeadersPass() {
        var headers = Map.of(
                "sender",
                "amt@pirna.de",
                "kassenzeichen",
                "PIR-1",
                "amount-cents",
                "2600",
                "currency",
                "EUR",
                "x1",
                "Müller",
                "reference",
                "");
        assertThat(HeaderGate.pass(headers)).isEqualTo(headers);
        assertThat(HeaderGate.pass(Map.of())).isEmpty();
    }

    @Test
    void noHeaderThatSteersAComponentPassesInWhateverCase() {
        assertThat(STEERING).hasSizeGreaterThan(60);
        for (var name : STEERING)
            for (var variant : variants(name))
                assertThat(HeaderGate.pass(Map.of(variant, "x"))).as(variant).isEmpty();
    }

    @Test
    void namesThatAreNotPlainAreDropped() {
        for (var name : List.of(
                "",
                "A",
                "a.b",
                "a_b",
                "a b",
                " a",
                "a ",
                "-a",
                "1a",
                "a\n",
                "ä",
                "a\u0000",
                "ａ",
                "\u212aey",
                "a:b",
                "a/b",
                "a".repeat(64),
                "${a}",
                "#{a}")) assertThat(HeaderGate.pass(Map.of(name, "x"))).as(name).isEmpty();
        assertThat(HeaderGate.pass(Map.of("a".repeat(63), "x"))).hasSize(1);
    }

    @Test
    void valuesWithCharactersThatAreNotSeenAreDropped() {
        for (var value :
                List.of("a\nb", "a\r\nb: c", "\u0000", "\u001b[31m", "\u202etxt", "a\u2028b", "\ud800", "\u0085"))
            assertThat(HeaderGate.pass(Map.of("a", value))).as(value).isEmpty();
        assertThat(HeaderGate.pass(Map.of("a", "x".repeat(HeaderGate.LENGTH + 1))))
                .isEmpty();
        assertThat(HeaderGate.pass(Map.of("a", "x".repeat(HeaderGate.LENGTH)))).hasSize(1);
    }

    @Test
    void noMoreThanTheBoundPass() {
        var many = new HashMap<String, String>();
        for (var i = 0; i < 10_000; i++) many.put("h" + i, "x");
        assertThat(HeaderGate.pass(many)).hasSize(HeaderGate.COUNT).isEqualTo(HeaderGate.pass(new HashMap<>(many)));
    }

    private static List<String> variants(String name) {
        var mixed = new StringBuilder();
        for (var i = 0; i < name.length(); i++) {
            var c = name.substring(i, i + 1);
            mixed.append(i % 2 == 0 ? c.toLowerCase(Locale.ROOT) : c.toUpperCase(Locale.ROOT));
        }
        return Stream.of(
                        name,
                        name.toLowerCase(Locale.ROOT),
                        name.toUpperCase(Locale.ROOT),
                        mixed.toString(),
                        name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1),
                        " " + name.toLowerCase(Locale.ROOT))
                .toList();
    }
}
