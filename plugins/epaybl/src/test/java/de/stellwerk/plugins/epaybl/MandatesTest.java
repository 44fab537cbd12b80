package de.stellwerk.plugins.epaybl;

import static de.stellwerk.hub.testkit.TestHub.delivery;
import static de.stellwerk.hub.testkit.TestHub.withAttachment;
import static de.stellwerk.hub.testkit.TestHub.withAttempt;
import static de.stellwerk.hub.testkit.TestHub.withCase;
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
import de.stellwerk.hub.spi.Sink;
import de.stellwerk.hub.testkit.TestHub;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MandatesTest {

    private static final String CASE = "PIR-2026-000001";
    private static final String REFERENCE = "PIR-M-000017";
    private static final String IBAN = "DE89 3704 0044 0532 0130 00";

    private final Platform platform;
    private final ConnectorFactory factory = new EpayblMandates();

    MandatesTest() throws Exception {
        platform = new Platform();
    }

    @AfterEach
    void stop() throws Exception {
        factory.close();
        platform.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aMandateIsReadThenCreatedAndEndedInTheAnswersOfBothVersions(boolean versionTwo, @TempDir Path directory)
            throws Exception {
        platform.versionTwo = versionTwo;
        assertThat(deliver(directory, mandate())).isEqualTo(new Delivered(REFERENCE));
        assertThat(operations()).containsExactly("leseSEPAMandat", "anlegenSEPAMandat");
        assertThat(platform.requests.get(0))
                .contains("<mandantNr>14628270</mandantNr><mandatReferenz>" + REFERENCE + "</mandatReferenz>");
        assertThat(platform.requests
                        .get(1)
                        .replaceAll("<dateOfLastUsage>[0-9]{4}-[0-9]{2}-[0-9]{2}<", "<dateOfLastUsage><"))
                .contains(
                        "<mandantNr>14628270</mandantNr><bewirtschafterNr>PIR00001</bewirtschafterNr><mandat>"
                                + "<type>B</type><referenz>" + REFERENCE + "</referenz><eShopKundenNr>" + CASE
                                + "</eShopKundenNr><accountOwnerCity>Pirna</accountOwnerCity>"
                                + "<accountOwnerDiffers>true</accountOwnerDiffers><accountOwnerHousenumber>1</accountOwnerHousenumber>"
                                + "<accountOwnerIban>DE89370400440532013000</accountOwnerIban><accountOwnerLand>DEU</accountOwnerLand>"
                                + "<accountOwnerName>Mustermann</accountOwnerName><accountOwnerStreet>Am Markt</accountOwnerStreet>"
                                + "<accountOwnerSurname>Erika</accountOwnerSurname><accountOwnerZip>01796</accountOwnerZip>"
                                + "<bewirtschafterNr>PIR00001</bewirtschafterNr><datumUnterschrift>24.11.2026</datumUnterschrift>"
                                + "<glaeubigerID>DE98ZZZ09999999999</glaeubigerID><ortUnterschrift>Pirna</ortUnterschrift>"
                                + "<sequenceType>RCUR</sequenceType><dateOfLastUsage></dateOfLastUsage><aktiv>true</aktiv></mandat>");

        assertThat(deliver(directory, end())).isEqualTo(new Delivered(REFERENCE));
        assertThat(platform.mandates.get(REFERENCE)).contains("<aktiv>false</aktiv>");
        var before = platform.requests.size();
        assertThat(deliver(directory, end())).as("ended is ended").isEqualTo(new Delivered(REFERENCE));
        assertThat(operations().subList(before, before + 1)).containsExactly("leseSEPAMandat");
    }

    @Test
    void oneThatIsNotSignedYetIsCompletedWhenItIs(@TempDir Path directory) throws Exception {
        var unsigned = with(mandate(), "<signed>2026-11-24</signed><signed-at>Pirna</signed-at>", "");
        assertThat(deliver(directory, unsigned)).isEqualTo(new Delivered(REFERENCE));
        assertThat(deliver(directory, mandate())).isEqualTo(new Delivered(REFERENCE));
        assertThat(operations()).endsWith("leseSEPAMandat", "vervollstaendigenSEPAMandat");
        assertThat(platform.requests.get(3))
                .contains("<mandatReferenz>" + REFERENCE + "</mandatReferenz>"
                        + "<datumUnterschrift>24.11.2026</datumUnterschrift><ortUnterschrift>Pirna</ortUnterschrift>");
    }

    @Test
    void aRepeatAfterALostAnswerReadsAndMakesNoSecondMandate(@TempDir Path directory) throws Exception {
        platform.silent(true);
        assertThat(deliver(directory, mandate())).isInstanceOf(Unknown.class);
        platform.silent(false);
        assertThat(deliver(directory, withAttempt(mandate(), 2))).isEqualTo(new Delivered(REFERENCE));
        assertThat(operations()).containsExactly("leseSEPAMandat", "anlegenSEPAMandat", "leseSEPAMandat");
    }

    @Test
    void anotherMandateUnderTheSameReferenceIsRefusedAndChangesNothing(@TempDir Path directory) throws Exception {
        deliver(directory, mandate());
        var before = platform.mandates.get(REFERENCE);
        assertThat(deliver(directory, with(mandate(), IBAN, "DE02120300000000202051")))
                .isInstanceOfSatisfying(
                        Rejected.class,
                        no -> assertThat(no.reason()).startsWith("pay.mandate:").doesNotContain("DE02", "DE89"));
        assertThat(deliver(directory, withCase(end(), "PIR-2026-000002"))).isInstanceOf(Rejected.class);
        assertThat(platform.mandates).containsEntry(REFERENCE, before);

        deliver(directory, end());
        assertThat(deliver(directory, mandate()))
                .as("an ended one does not come back")
                .isInstanceOf(Rejected.class);
    }

    @ParameterizedTest
    @CsvSource({
        "reference, PIR-M-000017, 'PIR M 17'",
        "reference, PIR-M-000017, PIR-M-0000000000000000017",
        "iban, 0130 00<, 0130 01<",
        "iban, DE89, de89",
        "sequence, RCUR, NEXT",
        "signed, 2026-11-24, 24.11.2026",
        "last-name, Mustermann, Einundzwanzigzeichenn",
        "house-number, >1<, ><",
        "bic, <street>, <bic>COBADEF</bic><street>"
    })
    void whatThePlatformWouldNotTakeIsNamedWithoutItsValueAndNotSent(
            String field, String old, String given, @TempDir Path directory) throws Exception {
        assertThat(deliver(directory, with(mandate(), old, given)))
                .isInstanceOfSatisfying(Rejected.class, no -> assertThat(no.reason())
                        .startsWith("pay.field: the field '" + field + "'")
                        .doesNotContain("3704", given));
        assertThat(platform.requests).isEmpty();
    }

    @Test
    void whatIsNoMandateOrNamesNoCustomerIsNotSent(@TempDir Path directory) throws Exception {
        assertThat(deliver(directory, delivery("one", "payment.mandate", "<a/>")))
                .isInstanceOf(Rejected.class);
        assertThat(deliver(directory, withCase(mandate(), ""))).isInstanceOf(Rejected.class);
        assertThat(deliver(directory, withAttachment(mandate(), Content.of("a", "application/pdf", new byte[1]))))
                .isInstanceOf(Rejected.class);
        assertThat(platform.requests).isEmpty();
    }

    @Test
    void aRefusalIsFinalInPlainWordsAndAClosedDoorIsNot(@TempDir Path directory) throws Exception {
        platform.refuses("anlegenSEPAMandat", "-0117");
        assertThat(deliver(directory, mandate())).isInstanceOfSatisfying(Rejected.class, no -> assertThat(no.reason())
                .contains("-0117", "account blocked"));
        platform.refuses("anlegenSEPAMandat", "-7777");
        assertThat(deliver(directory, mandate())).isInstanceOf(Unknown.class);
        platform.refuses("leseSEPAMandat", "-7777");
        assertThat(deliver(directory, mandate())).isInstanceOf(Unknown.class);
        platform.answers("leseSEPAMandat", 403, "text/html", "");
        assertThat(deliver(directory, mandate())).isInstanceOf(NotSent.class);
    }

    @Test
    void aCreditorsIdentifierWithWrongCheckDigitsIsSaidWhenTheConnectionOpens(@TempDir Path directory) {
        assertThatThrownBy(() -> hub(directory)
                        .with("glaeubiger-id", "DE97ZZZ09999999999")
                        .open(factory))
                .hasMessageContaining("'glaeubiger-id'");
    }

    @Test
    void anAccountThatThePlatformQuotesInItsWordsIsNotPassedOn(@TempDir Path directory) throws Exception {
        var quoting = "<ergebnis><istOK>false</istOK><code>-7777</code><kurzText>" + IBAN
                + " ist gesperrt</kurzText></ergebnis>";
        var fault = Platform.fault().replace("database", IBAN.replace(" ", "") + " database");
        for (var answer : List.of(Platform.response("anlegenSEPAMandat", quoting), fault)) {
            platform.answers("anlegenSEPAMandat", 200, "text/xml; charset=utf-8", answer);
            assertThat(deliver(directory, mandate()))
                    .isInstanceOfSatisfying(Unknown.class, unknown -> assertThat(unknown.why())
                            .contains("(IBAN)")
                            .doesNotContain("3704", "DE89"));
        }
    }

    private List<String> operations() {
        return platform.actions.stream()
                .map(each -> each.replaceAll("\" .*", "").replaceAll(".*/", ""))
                .toList();
    }

    private TestHub hub(Path directory) {
        return new TestHub(directory)
                .with("url", platform.url())
                .with("mandant", "14628270")
                .with("bewirtschafter", "PIR00001")
                .with("glaeubiger-id", "DE98ZZZ09999999999")
                .with("connect-timeout", "2s")
                .with("read-timeout", "10s");
    }

    private DeliveryResult deliver(Path directory, Delivery delivery) throws Exception {
        try (var sink = hub(directory).open(factory, Sink.class)) {
            return sink.deliver(delivery);
        }
    }

    private static Delivery with(Delivery mandate, String old, String given) throws Exception {
        var text = TestHub.text(mandate.body());
        assertThat(text).contains(old);
        return withCase(delivery("one", "payment.mandate", text.replace(old, given)), CASE);
    }

    private static Delivery mandate() {
        return withCase(
                delivery(
                        "one",
                        "payment.mandate",
                        "<payment-mandate xmlns=\"urn:stellwerk:payment:1\"><reference>" + REFERENCE + "</reference>"
                                + "<sequence>RCUR</sequence><signed>2026-11-24</signed><signed-at>Pirna</signed-at>"
                                + "<iban>" + IBAN
                                + "</iban><first-name>Erika</first-name><last-name>Mustermann</last-name>"
                                + "<street>Am Markt</street><house-number>1</house-number>"
                                + "<postal-code>01796</postal-code><city>Pirna</city></payment-mandate>"),
                CASE);
    }

    private static Delivery end() {
        return withCase(
                delivery(
                        "end",
                        "payment.mandate",
                        "<payment-mandate xmlns=\"urn:stellwerk:payment:1\"><end>true</end><reference>" + REFERENCE
                                + "</reference></payment-mandate>"),
                CASE);
    }
}
