package de.stellwerk.plugins.xta;

import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Sink;
import de.stellwerk.hub.spi.Source;
import de.stellwerk.hub.spi.Tested;
import de.stellwerk.hub.spi.Text;
import java.io.IOException;
import java.util.List;

/** One account at a gateway. It keeps no line open between calls. */
record XtaConnection(Gateway gateway, Terms terms, Outgoing outgoing, Reports reports, MessageBox box)
        implements Sink, Source, Tested {

    private static final Text NOTHING = new Text("", "");

    @Override
    public DeliveryResult deliver(Delivery delivery) throws IOException {
        return outgoing.deliver(delivery);
    }

    /** Trouble with reports does not keep messages from coming in. */
    @Override
    public void poll(Inbox inbox) throws Exception {
        try {
            box.poll(inbox);
        } finally {
            reports.poll(inbox);
        }
    }

    /** Whether the account is active, and whether the reader offers the service. Nothing is made at the gateway. */
    @Override
    public List<Check> test() {
        return List.of(account(), service());
    }

    private Check account() {
        try (var answer = gateway.ask(
                gateway.management(), Names.CHECK_ACCOUNT, terms.author().header(), "")) {
            return passed("account", "Das Konto ist aktiv.", "The account is active.");
        } catch (Refusal | NoAnswer | TurnedAway | IOException e) {
            return failed("account", e);
        }
    }

    private Check service() {
        var question = new Xml()
                .open("xta:LookupServiceRequest")
                .open("xta:LookupServiceRequestList")
                .open("xta:LookupService");
        terms.reader().write(question, "oscimeta:Reader");
        question.leaf("xta:ServiceType", terms.service()).close().close().close();
        try (var answer = gateway.ask(
                gateway.management(), Names.LOOKUP_SERVICE, terms.author().header(), question.toString())) {
            var available = answer.content(Names.XTA, "LookupServiceResponse")
                    .below(Names.XTA, "LookupServiceResultList", "LookupServiceResult", "IsServiceAvailableValue")
                    .flatMap(value -> value.child(Names.XTA, "ServiceIsAvailable"))
                    .map(Node::value)
                    .orElse("unknown");
            return switch (available) {
                case "true", "1" ->
                    passed("service", "Der Leser bietet den Dienst an.", "The reader offers the service.");
                case "unknown" ->
                    passed(
                            "service",
                            "Das Gateway weiß nicht, ob der Leser den Dienst anbietet.",
                            "The gateway does not know whether the reader offers the service.");
                default ->
                    new Check(
                            "service",
                            Outcome.FAILED,
                            new Text("Der Leser bietet den Dienst nicht an.", "The reader does not offer the service."),
                            new Text(
                                    "'reader' und 'service' mit dem Leser abgleichen.",
                                    "Compare 'reader' and 'service' with the reader."));
            };
        } catch (Refusal | NoAnswer | TurnedAway | IOException e) {
            return failed("service", e);
        }
    }

    private static Check passed(String step, String german, String english) {
        return new Check(step, Outcome.PASSED, new Text(german, english), NOTHING);
    }

    private static Check failed(String step, Exception e) {
        var why = e instanceof IOException ? e.getClass().getSimpleName() : Outgoing.why(e);
        return new Check(
                step,
                Outcome.FAILED,
                new Text("Das Gateway sagt nicht ja: " + why, "The gateway does not say yes: " + why),
                new Text(
                        "Adressen, Kennung 'author' und Zertifikat mit dem Betreiber des Gateways abgleichen.",
                        "Compare addresses, the id 'author' and the certificate with whoever runs the gateway."));
    }
}
