package de.stellwerk.plugins.epaybl;

import static de.stellwerk.hub.testkit.TestHub.delivery;
import static de.stellwerk.hub.testkit.TestHub.withAttachment;
import static de.stellwerk.hub.testkit.TestHub.withAttempt;
import static de.stellwerk.hub.testkit.TestHub.withCase;
import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CustomersTest {

    private static final String CASE = "PIR-2026-000001";

    private final Platform platform;
    private final ConnectorFactory factory = new EpayblCustomers();

    CustomersTest() throws Exception {
        platform = new Platform();
    }

    @AfterEach
    void stop() throws Exception {
        factory.close();
        platform.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCustomerIsReadThenCreatedChangedAndDeletedInTheAnswersOfBothVersions(
            boolean versionTwo, @TempDir Path directory) throws Exception {
        platform.versionTwo = versionTwo;
        assertThat(deliver(directory, customer("one", "Pirna"))).isEqualTo(new Delivered(CASE));
        assertThat(platform.actions)
                .extracting(each -> each.replaceAll("\" .*", "").replaceAll(".*/", ""))
                .containsExactly("lesenKunde", "anlegenKunde");
        assertThat(platform.requests.get(1))
                .contains("<mandantNr>14628270</mandantNr><kunde><EShopKundenNr>" + CASE + "</EShopKundenNr>"
                        + "<vorname>Erika</vorname><nachname>Mustermann</nachname><rechnungsAdresse>"
                        + "<strasse>Am Markt</strasse><hausNr>1</hausNr><PLZ>01796</PLZ><ort>Pirna</ort><land>DEU</land>"
                        + "<status>AKTIV</status></rechnungsAdresse><status>AKTIV</status></kunde>");

        assertThat(deliver(directory, customer("two", "Dohna"))).isEqualTo(new Delivered(CASE));
        assertThat(platform.customers).containsEntry(CASE, "Dohna");

        assertThat(deliver(directory, removal())).isEqualTo(new Delivered(CASE));
        assertThat(platform.customers).isEmpty();
        assertThat(deliver(directory, removal())).as("gone is gone").isEqualTo(new Delivered(CASE));
    }

    @Test
    void aRepeatAfterALostAnswerReadsAndMakesNoSecondCustomer(@TempDir Path directory) throws Exception {
        platform.silent(true);
        assertThat(deliver(directory, customer("one", "Pirna"))).isInstanceOf(Unknown.class);
        platform.silent(false);
        assertThat(deliver(directory, withAttempt(customer("one", "Pirna"), 2))).isEqualTo(new Delivered(CASE));
        assertThat(platform.requests)
                .filteredOn(each -> each.contains("anlegenKunde"))
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "city, Pirna, Zweiundzwanzig Zeichen!!",
        "last-name, Mustermann, Siebenundzwanzig-Zeichen-Lang",
        "street, Am Markt, ''",
        "house-number, >1<, >12345678901<",
        "postal-code, 01796, ''"
    })
    void whatThePlatformWouldNotTakeIsNamedAndNotSent(String field, String old, String given, @TempDir Path directory)
            throws Exception {
        var fits = TestHub.text(customer("one", "Pirna").body());
        var delivery = delivery("one", "payment.customer", fits.replace(old, given));
        assertThat(deliver(directory, delivery)).isInstanceOfSatisfying(Rejected.class, no -> assertThat(no.reason())
                .startsWith("pay.field: the field '" + field + "'"));
        assertThat(platform.requests).isEmpty();
    }

    @Test
    void whatIsNoCustomerOrNamesNoneIsNotSent(@TempDir Path directory) throws Exception {
        assertThat(deliver(directory, delivery("one", "payment.customer", "<a/>")))
                .isInstanceOf(Rejected.class);
        assertThat(deliver(directory, withCase(customer("one", "Pirna"), ""))).isInstanceOf(Rejected.class);
        var attached = withAttachment(customer("one", "Pirna"), Content.of("a", "application/pdf", new byte[1]));
        assertThat(deliver(directory, attached)).isInstanceOf(Rejected.class);
        assertThat(platform.requests).isEmpty();
    }

    @Test
    void aRefusalIsFinalInPlainWordsAndAClosedDoorIsNot(@TempDir Path directory) throws Exception {
        platform.refuses("lesenKunde", "-0120");
        assertThat(deliver(directory, customer("one", "Pirna")))
                .isInstanceOfSatisfying(
                        Rejected.class, no -> assertThat(no.reason()).contains("-0120", "marked for deletion"));
        platform.normal();
        platform.refuses("anlegenKunde", "-0205");
        assertThat(deliver(directory, customer("one", "Pirna")))
                .isInstanceOfSatisfying(
                        Rejected.class, no -> assertThat(no.reason()).contains("-0205", "address"));
        platform.refuses("anlegenKunde", "-7777");
        assertThat(deliver(directory, customer("one", "Pirna"))).isInstanceOf(Unknown.class);
        platform.answers("lesenKunde", 403, "text/html", "");
        assertThat(deliver(directory, customer("one", "Pirna"))).isInstanceOf(NotSent.class);
    }

    private DeliveryResult deliver(Path directory, Delivery delivery) throws Exception {
        var hub = new TestHub(directory)
                .with("url", platform.url())
                .with("mandant", "14628270")
                .with("connect-timeout", "2s")
                .with("read-timeout", "10s");
        try (var sink = hub.open(factory, Sink.class)) {
            return sink.deliver(delivery);
        }
    }

    private static Delivery customer(String id, String city) {
        return withCase(
                delivery(
                        id,
                        "payment.customer",
                        "<payment-customer xmlns=\"urn:stellwerk:payment:1\"><first-name>Erika</first-name>"
                                + "<last-name>Mustermann</last-name><street>Am Markt</street><house-number>1</house-number>"
                                + "<postal-code>01796</postal-code><city>" + city + "</city></payment-customer>"),
                CASE);
    }

    private static Delivery removal() {
        return withCase(
                delivery(
                        "gone",
                        "payment.customer",
                        "<payment-customer xmlns=\"urn:stellwerk:payment:1\"><remove>true</remove></payment-customer>"),
                CASE);
    }
}
