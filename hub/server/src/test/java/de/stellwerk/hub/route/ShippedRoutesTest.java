package de.stellwerk.hub.route;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.hub.route.Doors.Order;
import de.stellwerk.hub.route.RouteOutcome.Quarantined;
import de.stellwerk.hub.route.RouteOutcome.Routed;
import de.stellwerk.hub.signature.Verdict;
import de.stellwerk.hub.spi.Content;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ShippedRoutesTest {

    private static final String SERVICE = "99050012104000";
    private static final Folder FOLDER = new Folder(Path.of("../../routes"));

    @BeforeAll
    static void start() {
        FOLDER.start();
    }

    @AfterAll
    static void stop() {
        FOLDER.close();
    }

    @Test
    void allOfThemRunAndNoneHasAProblem() {
        assertThat(FOLDER.routes.status()).allMatch(status -> status.problems().isEmpty());
        assertThat(FOLDER.routes.status())
                .extracting(status -> status.route().replaceAll("@.*", ""))
                .containsExactly(
                        "leipzig-trade-registration",
                        "pirna-payment",
                        "pirna-register-answer",
                        "pirna-signed-notice",
                        "pirna-trade-registration");
    }

    @Test
    void pirnasRegisterGetsXmlItsCharsetCanHold() {
        var outcome = FOLDER.run(form(FakeDoors.PIRNA, "form.xml"));

        var delivery = Folder.only(outcome);
        assertThat(delivery.connection()).isEqualTo("trade-register");
        assertThat(delivery.channel()).isEqualTo("out");
        assertThat(delivery.kind()).isEqualTo("form.submission");
        assertThat(delivery.attachments()).extracting(Content::name).containsExactly("antrag.pdf");
        var xml = Folder.text(delivery.body());
        assertThat(xml)
                .contains("<gewerbeanzeige xmlns=\"urn:stellwerk:sample:pirna-register:2\">")
                .contains("<vorgang>PIR-2026-000001</vorgang>")
                .contains("<ags>14628270</ags>")
                .contains("<name>Bäckerei &amp; Café Müller</name>")
                .contains("<strasse>Budysin-Weg</strasse>")
                .contains("<familienname>Dang</familienname>")
                .contains("<vorname>Van Duc</vorname>")
                .contains("<geburtsdatum>1988-02-29</geburtsdatum>");
        assertThat(xml.chars()).allMatch(c -> c < 256);
        assertThat(((Routed) outcome).notes())
                .singleElement()
                .asString()
                .startsWith("Replaced for ISO-8859-1: ")
                .contains("U+0161 → s (1×)", "U+0110 → D (2×)")
                .doesNotContain("Dang", "Đặng");
    }

    @Test
    void leipzigsRegisterGetsOneFlatRecordWithAllLetters() {
        var delivery = Folder.only(FOLDER.run(form(FakeDoors.LEIPZIG, "form.xml")));

        assertThat(Folder.text(delivery.body()))
                .contains("<register-entry xmlns=\"urn:stellwerk:sample:leipzig-register:1\">")
                .contains("<firma>Bäckerei &amp; Café Müller</firma>", "<strasse>Budyšin-Weg</strasse>")
                .contains("<familienname>Đặng</familienname>", "<vorname>Văn Đức</vorname>", "<plz>01796</plz>");
    }

    @Test
    void aFormOfAnotherVersionWaitsForAPerson() {
        var text = resource("form.xml").replace("gewerbeanmeldung:1.2", "gewerbeanmeldung:2.0");

        assertThat(FOLDER.run(form(FakeDoors.PIRNA, text.getBytes(UTF_8))))
                .isInstanceOfSatisfying(Quarantined.class, quarantined -> {
                    assertThat(quarantined.code()).isEqualTo("version.unknown");
                    assertThat(quarantined.reason()).contains("urn:stellwerk:sample:gewerbeanmeldung:1.2");
                });
    }

    @Test
    void anAcceptedRegistrationOrdersTheFee() {
        var delivery = Folder.only(FOLDER.run(message("register.answer", Map.of(), resource("accepted.xml"))));

        assertThat(delivery.connection()).isEqualTo("payment");
        assertThat(delivery.channel()).isEqualTo("orders");
        assertThat(delivery.kind()).isEqualTo("payment.order");
        assertThat(delivery.headers()).containsEntry("amount-cents", "2600").containsEntry("currency", "EUR");
        assertThat(Folder.text(delivery.body()))
                .contains("<payment-order xmlns=\"urn:stellwerk:payment:1\">")
                .contains("<case>PIR-2026-000001</case>", "<amount-cents>2600</amount-cents>", "<due>2026-12-24</due>");
    }

    @Test
    void aRefusedRegistrationGoesOnFileAsItCame() {
        var input = message("register.answer", Map.of(), resource("refused.xml"));

        var delivery = Folder.only(FOLDER.run(input));

        assertThat(delivery.connection()).isEqualTo("records");
        assertThat(delivery.kind()).isEqualTo("register.answer");
        assertThat(delivery.body()).isSameAs(input.body());
    }

    @Test
    void anAnswerOfAnotherStatusWaitsForAPerson() {
        var text = resource("refused.xml").replace("ABGELEHNT", "VERTAGT");

        assertThat(FOLDER.run(message("register.answer", Map.of(), text)))
                .isInstanceOfSatisfying(Quarantined.class, quarantined -> assertThat(quarantined.code())
                        .isEqualTo("register.status"));
    }

    @Test
    void aPaymentOfWhatWasOrderedIsBooked() {
        FOLDER.doors.orders.put(
                FakeDoors.PIRNA + "/payment/GA-0001",
                new Order("PIR-2026-000001", Map.of("amount-cents", "2600", "currency", "EUR")));
        var headers = Map.of("kassenzeichen", "GA-0001", "amount-cents", "2600", "currency", "EUR");

        var delivery = Folder.only(
                FOLDER.run(Folder.answering(message("payment.status", headers, resource("paid.xml")), "GA-0001")));

        assertThat(delivery.connection()).isEqualTo("finance");
        assertThat(delivery.channel()).isEqualTo("bookings");
        assertThat(delivery.kind()).isEqualTo("booking");
        assertThat(Folder.text(delivery.body()))
                .contains("<booking xmlns=\"urn:stellwerk:finance:1\">", "<kassenzeichen>GA-0001</kassenzeichen>")
                .contains("<amount-cents>2600</amount-cents>", "<date>2026-11-24</date>");
    }

    @Test
    void aSignedNoticeIsFiledAndReceipted() {
        var body = Content.of("bescheid.pdf", "application/pdf", new byte[] {37, 80, 68, 70});
        var input = new RouteInput(
                "m-9",
                FakeDoors.PIRNA,
                "notice.signed",
                "",
                "PIR-2026-000009",
                Optional.empty(),
                Map.of("sender", "amt@land.example"),
                body,
                List.of());

        var outcome = (Routed) FOLDER.run(input);

        assertThat(outcome.deliveries()).extracting(PlannedDelivery::connection).containsExactly("records", "mailbox");
        assertThat(outcome.deliveries().get(0).body()).isSameAs(body);
        assertThat(outcome.deliveries().get(0).attachments())
                .extracting(Content::name)
                .containsExactly("report.xml");
        assertThat(outcome.deliveries().get(1).headers()).containsEntry("sender", "amt@land.example");
        assertThat(outcome.deliveries().get(1).kind()).isEqualTo("receipt");
        assertThat(Folder.text(outcome.deliveries().get(1).body())).isEqualTo("{\"id\":\"m-9\"}");
        assertThat(outcome.deliveries().get(1).attachments()).isEmpty();
        assertThat(outcome.reports()).hasSize(3);
    }

    @Test
    void aNoticeWithABadSignatureGoesNowhere() {
        var good = FOLDER.doors.verdict;
        FOLDER.doors.verdict = new Verdict(
                false, "sig.altered", "Changed after signing.", List.of(), good.report(), good.etsi(), good.readable());
        try {
            assertThat(FOLDER.run(message("notice.signed", Map.of(), "<a/>")))
                    .isInstanceOfSatisfying(Quarantined.class, quarantined -> {
                        assertThat(quarantined.code()).isEqualTo("sig.altered");
                        assertThat(quarantined.reports()).hasSize(3);
                    });
        } finally {
            FOLDER.doors.verdict = good;
        }
    }

    private static RouteInput form(String municipality, String resource) {
        return form(municipality, resource(resource).getBytes(UTF_8));
    }

    private static RouteInput form(String municipality, byte[] xml) {
        return new RouteInput(
                "m-1",
                municipality,
                "form.submission",
                SERVICE,
                "PIR-2026-000001",
                Optional.empty(),
                Map.of(),
                Content.of("gewerbeanmeldung.xml", "application/xml", xml),
                List.of(Content.of("antrag.pdf", "application/pdf", new byte[] {37, 80, 68, 70})));
    }

    private static RouteInput message(String kind, Map<String, String> headers, String xml) {
        return Folder.input(kind, "", headers, xml);
    }

    private static String resource(String name) {
        try (var in = ShippedRoutesTest.class.getResourceAsStream(name)) {
            if (in == null) throw new AssertionError("no resource " + name);
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
