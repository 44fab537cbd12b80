package de.stellwerk.plugins.epaybl;

import static de.stellwerk.hub.testkit.TestHub.delivery;
import static de.stellwerk.hub.testkit.TestHub.withAttachment;
import static de.stellwerk.hub.testkit.TestHub.withAttempt;
import static de.stellwerk.hub.testkit.TestHub.withBody;
import static de.stellwerk.hub.testkit.TestHub.withCase;
import static de.stellwerk.hub.testkit.TestHub.withNumber;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.DeliveryResult.NotSent;
import de.stellwerk.hub.spi.DeliveryResult.Rejected;
import de.stellwerk.hub.spi.DeliveryResult.Unknown;
import de.stellwerk.hub.spi.Probe;
import de.stellwerk.hub.spi.Sink;
import de.stellwerk.hub.testkit.SinkContract;
import de.stellwerk.hub.testkit.TestHub;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EpayblSinkTest implements SinkContract {

    private static final String XML = "text/xml; charset=utf-8";
    private static final String ANLEGEN = Anlegen.OPERATION;
    private static final String DEBIT = Abbuchen.OPERATION;

    private Platform platform;

    EpayblSinkTest() throws Exception {
        platform = new Platform();
    }

    @BeforeEach
    void startAnew() {
        platform.normal();
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    @Test
    void anOrderIsWrittenAsTheReadmeSays(@TempDir Path directory) throws Exception {
        var order = withNumber(acceptable("one"), 1_300_000_042L);
        assertThat(deliver(hub(directory), order)).isEqualTo(new Delivered("100000000000"));
        var request = platform.lastRequest();
        var operation = Platform.operation(request);
        assertThat(operation.getNamespaceURI()).isEqualTo("http://www.bff.bund.de/ePayment");
        assertThat(operation.getLocalName()).isEqualTo(ANLEGEN);
        assertThat(shape(operation))
                .isEqualTo("mandantNr=14628270 eShopKundenNr=PIR-2026-000001 buchungsListe=[betrag=26.00"
                        + " waehrungskennzeichen=EUR faelligkeitsdatum=2026-12-24T00:00:00Z"
                        + " buchungen=[item=[haushaltsstelle=1220.4311 buchungstext=GEWERBEANMELDUNG betrag=26.00"
                        + " belegNr=00000042]] bewirtschafterNr=PIR00001 EShopTransaktionsNr="
                        + order.id().substring(0, 30)
                        + "] buchungsText=GEWERBEANMELDUNG zahlverfahrenListe=[item=UEBERWEISUNGVOR item=GIROPAY]");
        assertThat(platform.actions.get(0)).isEqualTo("\"http://www.bff.bund.de/ePayment/" + ANLEGEN + "\" " + XML);
        assertThat(platform.requests.get(0)).doesNotContain("xsi:type");
    }

    @Test
    void anOrderThatNamesAMandateIsDebitedByIt(@TempDir Path directory) throws Exception {
        var order = order("one", "</payment-order>", "<mandate>PIR-M-000017</mandate></payment-order>");
        assertThat(deliver(hub(directory), order)).isEqualTo(new Delivered("100000000000"));
        var operation = Platform.operation(platform.lastRequest());
        assertThat(operation.getLocalName()).isEqualTo(DEBIT);
        assertThat(shape(operation))
                .startsWith(
                        "mandantNr=14628270 eShopKundenNr=PIR-2026-000001 mandatReferenz=PIR-M-000017 buchungsListe=[")
                .endsWith("EShopTransaktionsNr=" + order.id().substring(0, 30) + "]");

        deliver(hub(directory).with("arrays", "v2"), order);
        assertThat(shape(Platform.operation(platform.lastRequest()))).contains("buchungen=[haushaltsstelle");
        rejected(
                hub(directory),
                order("two", "</payment-order>", "<mandate>PIR M</mandate></payment-order>"),
                "mandate");
    }

    @Test
    void aDebitWhoseAnswerGetsLostIsAskedForAndNotRepeated(@TempDir Path directory) throws Exception {
        var order = order("one", "</payment-order>", "<mandate>PIR-M-000017</mandate></payment-order>");
        platform.silent(true);
        assertThat(deliver(hub(directory), order)).isInstanceOf(Unknown.class);
        platform.silent(false);
        assertThat(deliver(hub(directory), withAttempt(order, 2))).isEqualTo(new Delivered("100000000000"));
        assertThat(platform.kassenzeichen).hasSize(1);
        platform.refuses(DEBIT, "-5201");
        assertThat(deliver(hub(directory), order)).isInstanceOfSatisfying(Rejected.class, no -> assertThat(no.reason())
                .contains("-5201", "no such mandate"));
    }

    @Test
    void versionTwoRepeatsTheElementsOfArrays(@TempDir Path directory) throws Exception {
        var hub = hub(directory)
                .with("arrays", "v2")
                .with("objektnummer", "GEWERBE")
                .with("mahnkennzeichen", "0");
        deliver(hub, acceptable("one"));
        assertThat(shape(Platform.operation(platform.lastRequest())))
                .contains("buchungen=[haushaltsstelle=1220.4311 objektnummer=GEWERBE buchungstext")
                .contains("kennzeichenMahnverfahren=0")
                .endsWith("zahlverfahrenListe=UEBERWEISUNGVOR zahlverfahrenListe=GIROPAY");
    }

    @Test
    void centsAreExact(@TempDir Path directory) throws Exception {
        for (var cents : List.of("1", "9", "10", "29", "1999", "999999999999999")) {
            deliver(hub(directory), order("amount " + cents, "2600", cents));
            var sent = Platform.text(Platform.operation(platform.lastRequest()), "betrag");
            assertThat(sent).matches("[0-9]+\\.[0-9]{2}");
            assertThat(sent.replace(".", "").replaceFirst("^0+", "")).isEqualTo(cents);
        }
    }

    @Test
    void whatThePlatformWouldNotTakeIsRejectedByTheNameOfItsFieldAndNotSent(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        rejected(hub, order("a", "2600", "0"), "amount-cents");
        rejected(hub, order("b", "2600", "-1"), "amount-cents");
        rejected(hub, order("c", "2600", "1000000000000000"), "amount-cents");
        rejected(hub, order("d", "EUR", "USD"), "currency");
        rejected(hub, order("e", "GEWERBEANMELDUNG", "Gewerbeanmeldung"), "text");
        rejected(hub, order("f", "GEWERBEANMELDUNG", "GEWERBEANMELDUNG PIRNA"), "text");
        rejected(hub, order("g", "2026-12-24", "24.12.2026"), "due");
        rejected(hub, withCase(acceptable("h"), ""), "case");
        rejected(hub, withCase(acceptable("i"), "x".repeat(101)), "case");
        assertThat(platform.requests).isEmpty();
    }

    @Test
    void whatIsNoOrderIsRejectedAndNotQuoted(@TempDir Path directory) throws Exception {
        for (var broken : List.of(
                "<geheim/>",
                "",
                order("a", "2600", "geheim"),
                order("a", "<due>", "<geheim/><due>"),
                order("a", "<payment-order", "<!DOCTYPE a [<!ENTITY geheim 'x'>]><payment-order"))) {
            var order = broken instanceof Delivery d ? d : delivery("a", "payment.order", (String) broken);
            assertThat(deliver(hub(directory), order))
                    .isInstanceOfSatisfying(Rejected.class, no -> assertThat(no.reason())
                            .startsWith("pay.unreadable")
                            .doesNotContain("geheim"));
        }
        assertThat(platform.requests).isEmpty();
    }

    @Test
    void anAttachmentIsRejected(@TempDir Path directory) throws Exception {
        var order = withAttachment(acceptable("one"), Content.of("a", "application/pdf", new byte[1]));
        assertThat(deliver(hub(directory), order)).isInstanceOf(Rejected.class);
    }

    @Test
    void aKnownCodeIsAFinalNoInPlainWords(@TempDir Path directory) throws Exception {
        for (var code : List.of("-0506", "-0510", "-0214", "-0401", "-0199")) {
            platform.refuses(ANLEGEN, code);
            assertThat(deliver(hub(directory), acceptable("one")))
                    .isInstanceOfSatisfying(Rejected.class, no -> assertThat(no.reason())
                            .startsWith("pay.rejected")
                            .contains(code, "EP-1")
                            .doesNotContain("kurz"));
        }
    }

    @Test
    void aCodeOfVersionTwoIsReadAsWell(@TempDir Path directory) throws Exception {
        platform.answers(
                ANLEGEN,
                200,
                XML,
                Platform.response(
                        ANLEGEN,
                        "<ergebnis><EPaymentId>7</EPaymentId><istOK>false</istOK><code>-0506</code></ergebnis>"));
        assertThat(deliver(hub(directory), acceptable("one"))).isInstanceOf(Rejected.class);
    }

    @Test
    void aCodeNobodyKnowsIsNoFinalNo(@TempDir Path directory) throws Exception {
        platform.refuses(ANLEGEN, "-7777");
        assertThat(deliver(hub(directory), acceptable("one")))
                .isInstanceOfSatisfying(
                        Unknown.class, unknown -> assertThat(unknown.why()).contains("-7777", "kurz"));
    }

    @Test
    void whateverIsNotAnAnswerLeavesTheOutcomeUnknown(@TempDir Path directory) throws Exception {
        unknown(directory, 500, XML, Platform.fault(), "database not reachable");
        unknown(directory, 500, "text/html", "<html>geheim</html>", "HTTP 500");
        unknown(directory, 200, "text/html", "<html>geheim</html>", "text/html");
        unknown(directory, 200, XML, "<html>geheim</html>", "cannot be read");
        unknown(directory, 200, XML, "geheim", "cannot be read");
        unknown(directory, 200, XML, "", "cannot be read");
        unknown(directory, 200, XML, "<!DOCTYPE a>" + Platform.fault(), "xml.doctype");
        unknown(directory, 200, XML, Platform.response(ANLEGEN, Platform.ergebnis(true, "0000")), "no Kassenzeichen");
        unknown(directory, 200, XML, Platform.response(ANLEGEN, ""), "neither yes nor no");
        unknown(directory, 200, XML, Platform.response("isAlive", Platform.ergebnis(true, "0000")), "not one to");
        unknown(directory, 200, XML, "<a>" + "x".repeat(1 << 20) + "</a>", "larger than 1 MiB");
        unknown(directory, 302, "text/html", "", "HTTP 302");
        unknown(directory, 502, "text/html", "", "HTTP 502");
    }

    private void unknown(Path directory, int status, String type, String body, String why) throws Exception {
        platform.answers(ANLEGEN, status, type, body);
        assertThat(deliver(hub(directory), acceptable("one")))
                .as(body)
                .isInstanceOfSatisfying(
                        Unknown.class,
                        unknown -> assertThat(unknown.why()).contains(why).doesNotContain("geheim"));
    }

    @Test
    void aServerThatIsBusyIsNotAskedTwiceInOneAttempt(@TempDir Path directory) throws Exception {
        platform.answers(ANLEGEN, 503, XML, "");
        assertThat(deliver(hub(directory), acceptable("one"))).isInstanceOf(Unknown.class);
        assertThat(platform.requests).hasSize(1);
        platform.answers(ANLEGEN, 429, XML, "");
        assertThat(deliver(hub(directory), acceptable("one"))).isInstanceOf(NotSent.class);
        assertThat(platform.requests).hasSize(2);
    }

    @Test
    void aDoorThatTurnsUsAwayHasTakenNothing(@TempDir Path directory) throws Exception {
        platform.answers(ANLEGEN, 403, "text/html", "<html/>");
        assertThat(deliver(hub(directory), acceptable("one")))
                .isInstanceOfSatisfying(
                        NotSent.class, nothing -> assertThat(nothing.why()).contains("HTTP 403", "certificate"));
    }

    @Test
    void aPlatformThatIsDownIsNotSentUnlessAnEarlierAttemptMayHaveArrived(@TempDir Path directory) throws Exception {
        platform.stop();
        assertThat(deliver(hub(directory), acceptable("one"))).isInstanceOf(NotSent.class);
        assertThat(deliver(hub(directory), withAttempt(acceptable("one"), 2))).isInstanceOf(Unknown.class);
        platform.restart();
    }

    @Test
    void aSlowAnswerIsUnknownAndTheNextAttemptAsksBeforeItRepeats(@TempDir Path directory) throws Exception {
        var hub = hub(directory).with("read-timeout", "200ms");
        platform.slow();
        assertThat(deliver(hub, acceptable("one"))).isInstanceOf(Unknown.class);
        platform.normal();
        assertThat(deliver(hub.with("read-timeout", "10s"), withAttempt(acceptable("one"), 2)))
                .isEqualTo(new Delivered("100000000000"));
        assertThat(platform.kassenzeichen).hasSize(1);
        assertThat(Platform.operation(platform.lastRequest()).getLocalName()).isEqualTo("lesenTransaktion");
    }

    @Test
    void anAnswerThatGetsLostMakesNoSecondOrder(@TempDir Path directory) throws Exception {
        platform.silent(true);
        assertThat(deliver(hub(directory), acceptable("one"))).isInstanceOf(Unknown.class);
        platform.silent(false);
        assertThat(deliver(hub(directory), withAttempt(acceptable("one"), 2))).isEqualTo(new Delivered("100000000000"));
        assertThat(platform.requests).hasSize(2);
    }

    @Test
    void aRepeatIsSentOnlyIfThePlatformDoesNotKnowTheFirst(@TempDir Path directory) throws Exception {
        assertThat(deliver(hub(directory), withAttempt(acceptable("one"), 2))).isInstanceOf(Delivered.class);
        assertThat(platform.requests).hasSize(2);
        platform.refuses("lesenTransaktion", "-9999");
        assertThat(deliver(hub(directory), withAttempt(acceptable("two"), 2))).isInstanceOf(Unknown.class);
        assertThat(platform.kassenzeichen).hasSize(1);
    }

    @Test
    void aProbeAsksAndChangesNothing(@TempDir Path directory) throws Exception {
        try (var factory = factory();
                var probe = hub(directory).open(factory, Probe.class)) {
            assertThat(probe.probe(acceptable("one"))).isInstanceOf(NotSent.class);
            assertThat(platform.kassenzeichen).isEmpty();
            var arrived = probe.deliver(acceptable("one"));
            assertThat(probe.probe(acceptable("one"))).isEqualTo(arrived);
            platform.stop();
            assertThat(probe.probe(acceptable("one"))).isInstanceOf(Unknown.class);
            platform.restart();
        }
    }

    @Test
    void settingsThatCannotWorkAreNamed(@TempDir Path directory) throws Exception {
        for (var wrong : List.of(
                "url=ftp://a",
                "url=http://a?b",
                "mandant= x",
                "bewirtschafter=123456789",
                "haushaltsstelle=12345678901",
                "zahlverfahren=BAR",
                "arrays=v4",
                "tls-client-certificate=a.p12")) {
            var setting = wrong.split("=", 2);
            var hub = hub(directory).with(setting[0], setting[1]);
            try (var factory = factory()) {
                assertThatThrownBy(() -> hub.open(factory)).as(wrong).hasMessageContaining("'" + setting[0] + "'");
            } catch (AssertionError e) {
                assertThat(setting[0]).isEqualTo("tls-client-certificate");
                assertThatThrownBy(() -> hub.open(factory())).hasMessageContaining("'url'");
            }
        }
    }

    private void rejected(TestHub hub, Delivery order, String field) throws Exception {
        assertThat(deliver(hub, order)).isInstanceOfSatisfying(Rejected.class, no -> assertThat(no.reason())
                .startsWith("pay.field")
                .contains("'" + field + "'"));
    }

    private DeliveryResult deliver(TestHub hub, Delivery delivery) throws Exception {
        try (var factory = factory();
                var sink = hub.open(factory, Sink.class)) {
            return sink.deliver(delivery);
        }
    }

    /** The delivery named, with one thing in its XML replaced. */
    private Delivery order(String id, String old, String replacement) {
        var order = acceptable(id);
        var xml = TestHub.text(order.body()).replace(old, replacement);
        return withBody(order, Content.of("order.xml", "application/xml", xml.getBytes(StandardCharsets.UTF_8)));
    }

    /** The elements below, in order; those in a namespace are marked. */
    private static String shape(org.w3c.dom.Element element) {
        var all = new java.util.StringJoiner(" ");
        for (var node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof org.w3c.dom.Element child) {
                var inner = shape(child);
                all.add((child.getNamespaceURI() == null ? "" : "!") + child.getLocalName() + "="
                        + (inner.isEmpty() ? child.getTextContent() : "[" + inner + "]"));
            }
        }
        return all.toString();
    }

    @Override
    public ConnectorFactory factory() {
        return new Epaybl();
    }

    @Override
    public TestHub hub(Path directory) {
        return new TestHub(directory)
                .with("url", platform.url())
                .with("mandant", "14628270")
                .with("bewirtschafter", "PIR00001")
                .with("haushaltsstelle", "1220.4311")
                .with("connect-timeout", "2s")
                .with("read-timeout", "10s");
    }

    @Override
    public Delivery acceptable(String id) {
        return delivery(
                id,
                "payment.order",
                "<payment-order xmlns=\"urn:stellwerk:payment:1\"><case>PIR-2026-000001</case>"
                        + "<amount-cents>2600</amount-cents><currency>EUR</currency><text>GEWERBEANMELDUNG</text>"
                        + "<due>2026-12-24</due></payment-order>");
    }

    @Override
    public int arrived() {
        return platform.kassenzeichen.size();
    }

    @Override
    public boolean arrived(byte[] attachment) {
        return false;
    }

    @Override
    public void unreachable() {
        platform.stop();
    }

    @Override
    public void reachable() throws Exception {
        platform.restart();
    }
}
