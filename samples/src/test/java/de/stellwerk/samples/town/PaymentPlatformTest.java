package de.stellwerk.samples.town;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import de.stellwerk.samples.town.PaymentPlatform.Misbehaviour;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

class PaymentPlatformTest {

    @TempDir
    private Path folder;

    private PaymentPlatform platform;
    private Journal journal;

    @AfterEach
    void stop() throws IOException {
        if (platform != null) {
            platform.close();
            journal.close();
        }
    }

    @Test
    void theSameTransactionGetsTheSameKassenzeichenAndMakesOneOrder() throws Exception {
        start(Misbehaviour.none());

        var first = order("tx-1", "26.00", "26.00");
        var second = order("tx-1", "26.00", "26.00");
        var other = order("tx-2", "26.00", "26.00");

        assertThat(SafeParser.text(first, "kassenzeichen")).matches("[0-9]{12}");
        assertThat(SafeParser.text(second, "kassenzeichen")).isEqualTo(SafeParser.text(first, "kassenzeichen"));
        assertThat(SafeParser.text(other, "kassenzeichen")).isNotEqualTo(SafeParser.text(first, "kassenzeichen"));
        assertThat(Journal.read(journalFile(), "order")).hasSize(2);
        assertThat(Journal.read(journalFile(), "repeated")).hasSize(1);
    }

    @Test
    void aWrongSumIsRefusedWithItsCode() throws Exception {
        start(Misbehaviour.none());

        var answer = order("tx-1", "26.00", "25.99");

        assertThat(SafeParser.text(answer, "istOK")).isEqualTo("false");
        assertThat(SafeParser.text(answer, "code")).isEqualTo("-0506");
        assertThat(Journal.read(journalFile(), "order")).isEmpty();
    }

    @Test
    void theOlderArrayFormIsReadAsWell() throws Exception {
        start(Misbehaviour.none());

        var answer = call(create(
                "tx-1",
                "26.00",
                "<buchungen><betrag>20.00</betrag></buchungen><buchungen><betrag>6.00</betrag></buchungen>"));

        assertThat(SafeParser.text(answer, "istOK")).isEqualTo("true");
    }

    @Test
    void aPayerPaysALittleLater() throws Exception {
        start(Misbehaviour.none());
        var kassenzeichen = SafeParser.text(order("tx-1", "26.50", "26.50"), "kassenzeichen");

        assertThat(SafeParser.text(info(kassenzeichen), "betragZahlungseingaenge"))
                .isEqualTo("0.00");
        await().untilAsserted(() -> assertThat(SafeParser.text(info(kassenzeichen), "betragZahlungseingaenge"))
                .isEqualTo("26.50"));
        assertThat(SafeParser.text(info(kassenzeichen), "saldo")).isEqualTo("0.00");
        assertThat(Journal.read(journalFile(), "payment"))
                .singleElement()
                .satisfies(line -> assertThat(line.number("cents")).isEqualTo(2_650));
    }

    @Test
    void aWrongPayerPaysAnotherAmount() throws Exception {
        start(new Misbehaviour(List.of(1), 0, 0, 0));
        var kassenzeichen = SafeParser.text(order("tx-1", "26.00", "26.00"), "kassenzeichen");

        await().untilAsserted(() -> assertThat(SafeParser.text(info(kassenzeichen), "betragZahlungseingaenge"))
                .isEqualTo("25.00"));
    }

    @Test
    void anUnknownTransactionHasItsCodeAndAKnownOneItsKassenzeichen() throws Exception {
        start(Misbehaviour.none());
        var kassenzeichen = SafeParser.text(order("tx-1", "26.00", "26.00"), "kassenzeichen");

        assertThat(SafeParser.text(transaction("tx-1"), "kassenzeichen")).isEqualTo(kassenzeichen);
        assertThat(SafeParser.text(transaction("tx-2"), "code")).isEqualTo("-0600");
    }

    @Test
    void aDebitNeedsAMandateThatIsThereAndActive() throws Exception {
        start(Misbehaviour.none());
        var customer = "<eShopKundenNr>PIR-1</eShopKundenNr>";
        var debit = operation(
                "abbuchenMitSEPAMandatreferenzMitBLP",
                customer + "<mandatReferenz>M-1</mandatReferenz><buchungsListe><betrag>26.00</betrag><buchungen>"
                        + item("26.00")
                        + "</buchungen><EShopTransaktionsNr>tx-1</EShopTransaktionsNr></buchungsListe>");
        assertThat(SafeParser.text(call(debit), "code")).isEqualTo("-5201");

        call(operation("anlegenKunde", "<kunde><EShopKundenNr>PIR-1</EShopKundenNr></kunde>"));
        call(operation("anlegenSEPAMandat", "<mandat><referenz>M-1</referenz>" + customer + "</mandat>"));
        assertThat(SafeParser.text(call(debit), "kassenzeichen")).matches("[0-9]{12}");

        call(operation("deaktiviernSEPAMandat", customer + "<mandatReferenz>M-1</mandatReferenz>"));
        assertThat(SafeParser.text(call(debit), "code")).isEqualTo("-0115");
        assertThat(Journal.read(journalFile(), "order")).hasSize(1);
    }

    @Test
    void everySecondOrderMayEndInAFault() throws Exception {
        start(new Misbehaviour(List.of(), 0, 2, 0));

        order("tx-1", "26.00", "26.00");
        var fault = post(create("tx-2", "26.00", item("26.00")));

        assertThat(fault.statusCode()).isEqualTo(500);
        assertThat(fault.body()).contains("<faultcode>soapenv:Server</faultcode>");
        assertThat(Journal.read(journalFile(), "order")).hasSize(1);
    }

    @Test
    void aLostAnswerLeavesTheOrderBehind() throws Exception {
        start(new Misbehaviour(List.of(), 0, 0, 1));

        assertThatThrownBy(() -> post(create("tx-1", "26.00", item("26.00")))).isInstanceOf(IOException.class);

        assertThat(Journal.read(journalFile(), "order")).hasSize(1);
        assertThat(SafeParser.text(transaction("tx-1"), "kassenzeichen")).isNotEmpty();
    }

    @Test
    void afterARestartItKnowsItsOrdersFromTheJournal() throws Exception {
        start(Misbehaviour.none());
        var before = SafeParser.text(order("tx-1", "26.00", "26.00"), "kassenzeichen");
        stop();

        start(Misbehaviour.none());

        assertThat(SafeParser.text(order("tx-1", "26.00", "26.00"), "kassenzeichen"))
                .isEqualTo(before);
        await().untilAsserted(() ->
                assertThat(SafeParser.text(info(before), "paypageStatus")).isEqualTo("BEZAHLT"));
    }

    @Test
    void aDocumentTypeIsNotRead() throws Exception {
        start(Misbehaviour.none());

        var answer =
                post("<!DOCTYPE x [<!ENTITY y SYSTEM \"file:///etc/hostname\">]>" + create("tx", "1.00", item("1.00")));

        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body()).contains("soapenv:Client");
    }

    private void start(Misbehaviour misbehaviour) throws IOException {
        var known = Journal.read(journalFile());
        journal = new Journal(journalFile(), Clock.systemUTC());
        platform = new PaymentPlatform(0, journal, known, Clock.systemUTC(), 1, misbehaviour);
        platform.start();
    }

    private Path journalFile() {
        return folder.resolve("payment.jsonl");
    }

    private Document order(String transaction, String total, String booking) throws Exception {
        return call(create(transaction, total, "<buchungen>" + item(booking) + "</buchungen>"));
    }

    private Document info(String kassenzeichen) throws Exception {
        return call("<e:lesenKassenzeichenInfo xmlns:e=\"" + PaymentPlatform.NAMESPACE
                + "\"><mandantNr>14628270</mandantNr><kassenzeichen>" + kassenzeichen
                + "</kassenzeichen></e:lesenKassenzeichenInfo>");
    }

    private Document transaction(String number) throws Exception {
        return call("<e:lesenTransaktion xmlns:e=\"" + PaymentPlatform.NAMESPACE
                + "\"><mandantNr>14628270</mandantNr><eShopTransaktionsNr>" + number
                + "</eShopTransaktionsNr></e:lesenTransaktion>");
    }

    private static String operation(String name, String parameters) {
        return "<e:" + name + " xmlns:e=\"" + PaymentPlatform.NAMESPACE + "\"><mandantNr>14628270</mandantNr>"
                + parameters + "</e:" + name + ">";
    }

    private static String item(String amount) {
        return "<item><betrag>" + amount + "</betrag></item>";
    }

    private static String create(String transaction, String total, String bookings) {
        var list = bookings.startsWith("<item>") ? "<buchungen>" + bookings + "</buchungen>" : bookings;
        return "<e:anlegenKassenzeichenMitZahlverfahrenlisteMitBLP xmlns:e=\"" + PaymentPlatform.NAMESPACE
                + "\"><mandantNr>14628270</mandantNr><eShopKundenNr>PIR-2026-000001</eShopKundenNr><buchungsListe><betrag>"
                + total
                + "</betrag><waehrungskennzeichen>EUR</waehrungskennzeichen>" + list + "<EShopTransaktionsNr>"
                + transaction
                + "</EShopTransaktionsNr></buchungsListe></e:anlegenKassenzeichenMitZahlverfahrenlisteMitBLP>";
    }

    private Document call(String operation) throws Exception {
        return SafeParser.parse(post(operation).body().getBytes(StandardCharsets.UTF_8));
    }

    private HttpResponse<String> post(String operation) throws IOException, InterruptedException {
        var envelope = operation.startsWith("<!DOCTYPE")
                ? operation
                : "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>" + operation
                        + "</s:Body></s:Envelope>";
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + platform.port() + "/"))
                                .header("Content-Type", "text/xml; charset=utf-8")
                                .POST(HttpRequest.BodyPublishers.ofString(envelope))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }
}
