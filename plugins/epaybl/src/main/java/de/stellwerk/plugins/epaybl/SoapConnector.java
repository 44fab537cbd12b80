package de.stellwerk.plugins.epaybl;

import de.stellwerk.hub.camel.CamelConnector;
import de.stellwerk.hub.camel.Messages;
import de.stellwerk.hub.camel.NothingSent;
import de.stellwerk.hub.camel.Unreadable;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Sink;
import de.stellwerk.hub.spi.Tested;
import de.stellwerk.hub.spi.Text;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.jspecify.annotations.Nullable;

/** One Mandant's line to the platform: an operation, its answer, and what HTTP says instead. */
abstract class SoapConnector extends CamelConnector implements Sink, Tested {

    private static final int LARGEST_ANSWER = 1 << 20;
    private static final int OK = 200;
    private static final int SERVER_ERROR = 500;
    private static final int TOO_MANY = 429;
    /** What a server says before it has read what it was sent: wrong address, unknown client. A person has to act. */
    private static final List<Integer> TURNED_AWAY = List.of(401, 403, 404, 405, 407, 415);

    private static final Duration UNTIL_SOMEBODY_HAS_ACTED = Duration.ofMinutes(5);
    private static final Duration UNTIL_IT_HAS_CALMED_DOWN = Duration.ofMinutes(1);

    private final Messages soap;
    private final Line line;
    private final String mandant;

    SoapConnector(HubContext hub, Messages soap, Line line, String mandant) {
        super(hub);
        this.soap = soap;
        this.line = line;
        this.mandant = mandant;
    }

    final String mandant() {
        return mandant;
    }

    @Override
    protected void configure(RouteBuilder routes) throws Exception {
        var endpoint = line.endpoint() + "&httpClientConfigurer=" + bean("once", Line.once());
        if (line.certificate().isPresent()) {
            endpoint += "&sslContextParameters="
                    + bean("tls", Line.tls(line.certificate().get()));
        }
        routes.from(door("call"))
                .process(SoapConnector::address)
                .marshal(soap.tolerant())
                .to(endpoint)
                .process(SoapConnector::answered)
                .unmarshal(soap.tolerant());
    }

    private static void address(Exchange exchange) throws Exception {
        var operation = body(exchange, Envelope.class).operation();
        exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, "text/xml; charset=utf-8");
        exchange.getMessage().setHeader("SOAPAction", "\"" + Envelope.EPAYMENT + "/" + operation + "\"");
    }

    /** Lets only XML through, of a bounded size; the rest of HTTP ends here. */
    private static void answered(Exchange exchange) throws Exception {
        var message = exchange.getMessage();
        int status = Objects.requireNonNullElse(message.getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class), 0);
        var type = Plain.text(message.getHeader(Exchange.CONTENT_TYPE, String.class))
                .toLowerCase(Locale.ROOT);
        if (TURNED_AWAY.contains(status)) {
            throw new NothingSent(
                    "pay.refused: the platform's door says HTTP " + status + "; check 'url' and the client certificate",
                    UNTIL_SOMEBODY_HAS_ACTED);
        }
        if (status == TOO_MANY) {
            throw new NothingSent("pay.busy: the platform says HTTP 429, too many requests", UNTIL_IT_HAS_CALMED_DOWN);
        }
        // A SOAP fault comes as 500.
        if ((status != OK && status != SERVER_ERROR) || !type.matches("(text|application)/(soap\\+)?xml\\b.*")) {
            throw new NoAnswer("pay.answer: HTTP " + status + " with '" + type + "' is not an answer in SOAP");
        }
        try (var stream = body(exchange, InputStream.class)) {
            var bytes = stream.readNBytes(LARGEST_ANSWER + 1);
            if (bytes.length > LARGEST_ANSWER) {
                throw new NoAnswer("pay.answer: the platform's answer is larger than 1 MiB");
            }
            message.setBody(bytes);
        }
    }

    @Override
    public final DeliveryResult deliver(Delivery delivery) {
        if (!delivery.attachments().isEmpty()) {
            return new DeliveryResult.Rejected("pay.attachment: the payment platform takes no attachments");
        }
        try {
            return bring(delivery);
        } catch (NoAnswer e) {
            return new DeliveryResult.Unknown(String.valueOf(e.getMessage()));
        } catch (Exception e) {
            return outcome(e);
        }
    }

    /** Does at the platform what a delivery without attachments says. */
    abstract DeliveryResult bring(Delivery delivery) throws Exception;

    final <T> T call(Object operation, Class<T> answer) throws Exception {
        try {
            return ask(door("call"), Envelope.around(operation), Envelope.class).answer(answer);
        } catch (Unreadable e) {
            throw new NoAnswer("pay.answer: the platform's answer cannot be read, " + e.getMessage());
        }
    }

    static DeliveryResult ended(String reference, Ergebnis ergebnis) throws NoAnswer {
        return ergebnis.ok() ? new DeliveryResult.Delivered(reference) : refused(ergebnis);
    }

    /** A code nobody has told us about may be a passing one; the next attempt reads before it writes. */
    static DeliveryResult refused(Ergebnis ergebnis) {
        return Codes.meaning(ergebnis.code()).isPresent()
                ? new DeliveryResult.Rejected("pay.rejected: " + ergebnis.inWords())
                : new DeliveryResult.Unknown("pay.code: " + ergebnis.inWords());
    }

    static <T> T there(@Nullable T result) throws NoAnswer {
        if (result == null) {
            throw new NoAnswer("pay.answer: the platform's answer is empty");
        }
        return result;
    }

    /** The platform's own question whether it works for this Mandant; it makes nothing there. */
    @Override
    public List<Check> test() {
        try {
            alive();
            return List.of(new Check(
                    "echo",
                    Outcome.PASSED,
                    new Text(
                            "Die Plattform arbeitet und kennt den Mandanten.",
                            "The platform works and knows the Mandant."),
                    new Text("", "")));
        } catch (Exception e) {
            var why = outcome(e) instanceof DeliveryResult.NotSent nothing
                    ? nothing.why()
                    : String.valueOf(e.getMessage());
            return List.of(new Check(
                    "echo",
                    Outcome.FAILED,
                    new Text("Die Plattform sagt nicht ja: " + why, "The platform does not say yes: " + why),
                    new Text(
                            "Adresse, Mandantennummer und Zertifikat mit dem Betreiber der Plattform abgleichen.",
                            "Compare address, number of the Mandant and certificate with whoever runs the platform.")));
        }
    }

    /** @throws NoAnswer if the platform does not say yes */
    final void alive() throws Exception {
        var result = there(call(IsAlive.of(mandant), IsAlive.Response.class).result);
        if (!result.ergebnis.ok()) {
            throw new NoAnswer("pay.code: " + result.ergebnis.inWords());
        }
    }
}
