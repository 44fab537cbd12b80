package de.stellwerk.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import de.stellwerk.samples.letters.Letter;
import de.stellwerk.samples.letters.Part;
import de.stellwerk.samples.town.HubClient;
import de.stellwerk.samples.town.Journal;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * One hub with the connectors of FIT-Connect, XTA and XBezahldienste, and each of their peers as a process of its own that speaks the same
 * wire and goes wrong when it is told to. What counts is the peer's journal, and what the hub says of it.
 */
class StateSideIT {

    private static final String PIRNA = "14628270";
    private static final String OWN = "d12caea8-f372-4eb1-b102-b0a228253a11";
    private static final String AUTHORITY = "5b3f7a52-6a0c-4c0e-9a77-1f6e53fd1c07";
    private static final String ROUTED = "9d0a4b0e-3f5c-4a52-8a0b-6c2f1d7e5b18";
    private static final String CALLBACK_SECRET = "agreed between service and hub";
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** A peer: its journal, and the port that tells it what to do. */
    private record Peer(Program program, Path journal) {

        List<Journal.Line> lines(String event) throws IOException {
            return Journal.read(journal, event);
        }

        List<Journal.Line> lines(String event, String key) throws IOException {
            return lines(event).stream()
                    .filter(line -> line.text("key").equals(key))
                    .toList();
        }

        long port(String name) throws IOException {
            return lines("ready").get(0).number(name);
        }

        String tell(String path) throws Exception {
            var answer = HTTP.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port("control") + path))
                            .POST(HttpRequest.BodyPublishers.noBody())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            return answer.body();
        }
    }

    private static final List<Program> PROGRAMS = new ArrayList<>();
    private static Home home;
    private static RunningHub hub;
    private static HubClient client;
    private static Peer fit;
    private static Peer xta;
    private static Peer pay;
    private static Peer epaybl;
    private static int number;

    @BeforeAll
    static void startAHubAndItsPeers() throws Exception {
        var checkout = BuiltCheckout.require();
        home = Home.bare(Path.of("target/it/state-side"), checkout);
        try (var jars = Files.newDirectoryStream(home.folder().resolve("plugins/inbox"))) {
            for (var jar : jars) {
                Files.delete(jar);
            }
        }
        for (var name : List.of("fit-connect", "xta", "xbezahldienste", "epaybl")) {
            var jar = checkout.plugin(name);
            Files.copy(jar, home.folder().resolve("plugins/inbox").resolve(jar.getFileName()));
        }
        var ports = Ports.free(); // this town has neither mail nor ePayBL: their ports are its own
        fit = peer(
                "FitConnect",
                ports.imap(),
                "--keys",
                home.town().resolve("fit").toString(),
                "--destination",
                OWN,
                "--routed",
                ROUTED,
                "--client",
                "pirna",
                "--secret",
                "s&cret",
                "--callback-secret",
                CALLBACK_SECRET);
        xta = peer(
                "XtaGateway", ports.smtp(), "--tls", home.town().resolve("xta").toString());
        pay = peer("PaymentService", ports.payment(), "--client", "pirna", "--secret", "s&cret");
        var soap = Ports.free().payment();
        epaybl = peer("PaymentPlatform", List.of("--port", String.valueOf(soap), "--misbehave-lost", "1"));
        furnish(ports, soap);
        hub = RunningHub.start(home, checkout, ports);
        for (var each : List.of(fit, xta, pay, epaybl)) {
            soon().untilAsserted(() -> {
                assertThat(each.program().runs()).as(each.program().lastWords()).isTrue();
                assertThat(each.lines("ready")).hasSize(1);
            });
        }
        client = hub.admin();
        soon().untilAsserted(
                        () -> assertThat(list("/api/v1/connections")).hasSize(8).allSatisfy(each -> assertThat(
                                        each.path("state").asString(""))
                                .as("%s", each)
                                .isIn("READY", "OPEN")));
    }

    @AfterAll
    static void stop() throws Exception {
        if (hub != null) {
            hub.close();
        }
        for (var program : PROGRAMS) {
            program.close();
        }
    }

    private static Peer peer(String name, int port, String... words) throws IOException {
        var all = new ArrayList<>(List.of("--port", String.valueOf(port), "--hold", "2000"));
        all.addAll(List.of(words));
        return peer(name, all);
    }

    private static Peer peer(String name, List<String> words) throws IOException {
        var journal = home.journals().folder().resolve(name + ".jsonl");
        // With the optimising compiler, unlike the town's programs: a key of 4,096 bits takes half a minute without it.
        var command = new ArrayList<>(List.of(
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-Dfile.encoding=UTF-8",
                "-cp",
                System.getProperty("java.class.path"),
                "de.stellwerk.samples.town." + name,
                "--journal",
                journal.toString()));
        command.addAll(words);
        var program = Program.start(name, home.folder(), home.logs().resolve(name + ".log"), Map.of(), command);
        PROGRAMS.add(program);
        return new Peer(program, journal);
    }

    private static void furnish(Ports ports, int soap) throws Exception {
        Home.write(home.secret("client"), "s&cret");
        Home.write(home.secret("callback"), CALLBACK_SECRET);
        Home.write(home.secret("tls"), "changeit");
        Files.writeString(home.folder().resolve("config/hub.yaml"), """
                web: { address: 127.0.0.1, port: "${STELLWERK_PORT}" }
                broker: { address: 127.0.0.1, port: "${STELLWERK_JMS_PORT}" }
                plugins: { unsigned: allowed }
                """);
        var retry = "retry: { attempts: 40, first: 300ms, longest: 1s }";
        Files.writeString(home.folder().resolve("config/municipalities/14628270.yaml"), """
                municipality: "14628270"
                ars: "146285229270"
                name: Pirna
                connections:
                  fit-in:
                    connector: fit-connect-subscriber
                    poll: 300ms
                    settings:
                      url: http://127.0.0.1:%1$d
                      token-url: http://127.0.0.1:%1$d/token
                      client-id: pirna
                      client-secret: { secret: client }
                      destination: %2$s
                      decryption-keys: town/fit/decryption.json
                      signing-key: town/fit/signing.json
                      callback-secret: { secret: callback }
                      kind: fit.submission
                      timeout: 1s
                  fit-out:
                    connector: fit-connect-sender
                    %6$s
                    settings:
                      api: v2
                      url: http://127.0.0.1:%1$d
                      token-url: http://127.0.0.1:%1$d/token
                      client-id: pirna
                      client-secret: { secret: client }
                      destination: %3$s
                      schema: https://example.org/form/1
                      service: "99050012104000"
                      timeout: 1s
                  fit-routed:
                    connector: fit-connect-sender
                    %6$s
                    settings:
                      api: v2
                      url: http://127.0.0.1:%1$d
                      token-url: http://127.0.0.1:%1$d/token
                      client-id: pirna
                      client-secret: { secret: client }
                      area: "146285229270"
                      routing-url: http://127.0.0.1:%1$d/routing/v1
                      routing-issuer: http://127.0.0.1:%1$d/portal
                      schema: https://example.org/form/1
                      service: "99050012104000"
                      timeout: 1s
                  xta:
                    connector: xta
                    poll: 300ms
                    %6$s
                    settings:
                      send-url: https://127.0.0.1:%4$d/send
                      management-url: https://127.0.0.1:%4$d/management
                      box-url: https://127.0.0.1:%4$d/box
                      tls-client-certificate: town/xta/client.p12
                      tls-password: { secret: tls }
                      tls-trust: town/xta/gateway.pem
                      author: pirna
                      reader: gericht
                      service: urn:example:dienst
                      message-type: nachricht.1
                      message-type-list: urn:example:liste
                      payload-schema: urn:example
                      rejected: town/xta/rejected
                      read-timeout: 1s
                  pay:
                    connector: xbezahldienste
                    poll: 300ms
                    retry: { attempts: 3, first: 300ms, longest: 1s }
                    settings:
                      url: http://127.0.0.1:%5$d
                      token-url: http://127.0.0.1:%5$d/token
                      client-id: pirna
                      client-secret: { secret: client }
                      originator: gewerbe
                      redirect-url: https://amt.example.org/
                      read-timeout: 1s
                  orders:
                    connector: epaybl
                    poll: 300ms
                    %6$s
                    settings:
                      url: http://127.0.0.1:%7$d/soap
                      mandant: "14628270"
                      bewirtschafter: PIR00001
                      haushaltsstelle: "1220.4311"
                  customers:
                    connector: epaybl-customers
                    %6$s
                    settings: { url: "http://127.0.0.1:%7$d/soap", mandant: "14628270" }
                  mandates:
                    connector: epaybl-mandates
                    %6$s
                    settings:
                      url: http://127.0.0.1:%7$d/soap
                      mandant: "14628270"
                      bewirtschafter: PIR00001
                      glaeubiger-id: DE98ZZZ09999999999
                """.formatted(
                        ports.imap(), OWN, AUTHORITY, ports.smtp(), ports.payment(), retry, soap));
        var routes = new StringBuilder();
        var ways = Map.of(
                "out.fit", "fit-out",
                "out.routed", "fit-routed",
                "out.xta", "xta",
                "payment.order", "pay",
                "payment.customer", "customers",
                "payment.mandate", "mandates");
        ways.forEach((kind, connection) -> routes.append(route(kind, "to: hub:deliver/" + connection)));
        routes.append(route("payment.debit", "to: hub:deliver/orders?kind=payment.order"));
        for (var kind :
                List.of("fit.submission", "xta.message", "xta.transport-report", "payment.open", "payment.status")) {
            routes.append(route(kind, "stop: {}"));
        }
        Files.writeString(home.folder().resolve("routes/state.camel.yaml"), routes.toString());
    }

    private static String route(String kind, String step) {
        return """
                - route:
                    id: %s
                    from:
                      uri: hub:%s
                      parameters: { municipality: "14628270" }
                      steps:
                        - %s
                """.formatted(kind.replace('.', '-'), kind, step);
    }

    @Test
    void aSubmissionOfAPortalIsOneCaseHoweverOftenItIsCalledAbout() throws Exception {
        fit.tell("/misbehave/duplicate-callback");
        fit.tell("/misbehave/event-unanswered");
        var id = fit.tell("/do/submit?name=Eins");
        var caseId = fit.lines("portal", id).get(0).text("case");
        fit.tell("/do/callback?id=" + id + "&to=" + hook());
        soon().untilAsserted(() -> assertThat(fit.lines("event", id))
                .extracting(line -> line.text("what"))
                .containsExactly("accept-submission"));
        fit.tell("/do/callback?id=" + id + "&to=" + hook());

        assertThat(fit.lines("callback", id)).hasSize(3).last().satisfies(last -> assertThat(last.number("status"))
                .isEqualTo(200));
        assertThat(fit.lines("event", id)).hasSize(1);
        assertThat(inCase(caseId)).singleElement().satisfies(message -> {
            assertThat(message.path("businessId").asString("")).isEqualTo(id);
            assertThat(message.path("kind").asString("")).isEqualTo("fit.submission");
        });
        assertThat(sha512(inCase(caseId).get(0)))
                .contains(fit.lines("portal", id).get(0).text("sha512"));
    }

    @Test
    void aCallbackWithAWrongProofIsRefusedAndSaid() throws Exception {
        fit.tell("/misbehave/wrong-hmac");
        fit.tell("/do/callback?id=" + AUTHORITY + "&to=" + hook());

        assertThat(fit.lines("callback", AUTHORITY)).singleElement().satisfies(line -> assertThat(line.number("status"))
                .isEqualTo(401));
        assertThat(fit.lines("fetched", AUTHORITY)).isEmpty();
        soon().until(() -> Files.readString(home.logs().resolve("stellwerk.log"))
                .contains("receiver 14628270/fit-in refused a push: 401"));
    }

    @Test
    void aForgedABrokenAndAnAlteredSubmissionAreRejectedWithTheirProblemAndNeverTaken() throws Exception {
        for (var fault : Map.of(
                        "wrong-event-signature", "invalid-event-log",
                        "undecryptable", "encryption-issue",
                        "wrong-hash", "hash-mismatch")
                .entrySet()) {
            fit.tell("/misbehave/" + fault.getKey());
            var id = fit.tell("/do/submit?name=Falsch");
            soon().untilAsserted(() -> assertThat(fit.lines("event", id))
                    .singleElement()
                    .satisfies(event -> {
                        assertThat(event.text("what")).isEqualTo("reject-submission");
                        assertThat(event.text("problem")).isEqualTo(fault.getValue());
                    }));
            assertThat(inCase(fit.lines("portal", id).get(0).text("case"))).isEmpty();
        }
    }

    @Test
    void aSubmissionThatWasTakenWithoutAnAnswerIsAskedForAndThereOnce() throws Exception {
        fit.tell("/misbehave/unavailable");
        fit.tell("/misbehave/too-many");
        fit.tell("/misbehave/submit-unanswered");
        var letter = letter("out.fit", "<antrag>Eins</antrag>");
        client.post(letter);

        var delivery = delivered(letter);
        var submission = delivery.path("reference").asString("");
        assertThat(to(AUTHORITY, "submission")).singleElement().satisfies(taken -> {
            assertThat(taken.text("key")).isEqualTo(submission);
            assertThat(taken.flag("intact")).isTrue();
            assertThat(taken.text("sha512"))
                    .isEqualTo(Journal.sha512(letter.body().bytes()));
            assertThat(delivery.path("id").asString("")).startsWith(taken.text("reference"));
        });
        assertThat(fit.lines("unavailable")).hasSize(1);
        assertThat(fit.lines("too-many")).hasSize(1);
        assertThat(to(AUTHORITY, "announced")).hasSize(1);
        assertThat(fit.lines("repeated")).isEmpty();
        assertThat(fit.lines("asked", submission)).isNotEmpty();
        assertThat(delivery.path("attempt").asInt(0)).isGreaterThan(1);
    }

    @Test
    void aSubmissionFindsItsDestinationByRoutingAfterTheRoutingApiWasBusy() throws Exception {
        fit.tell("/misbehave/routing-too-many");
        var letter = letter("out.routed", "<antrag>Wohin</antrag>");
        client.post(letter);

        var delivery = delivered(letter);
        assertThat(delivery.path("attempt").asInt(0)).isEqualTo(2);
        assertThat(fit.lines("routing-too-many")).hasSize(1);
        assertThat(fit.lines("route", letter.service()))
                .singleElement()
                .satisfies(route -> assertThat(route.text("area")).isEqualTo("146285229270"));
        assertThat(fit.lines("submission", delivery.path("reference").asString("")))
                .singleElement()
                .satisfies(taken -> {
                    assertThat(taken.text("destination")).isEqualTo(ROUTED);
                    assertThat(taken.text("sha512"))
                            .isEqualTo(Journal.sha512(letter.body().bytes()));
                });
    }

    @Test
    void aRouteWhoseSignatureIsForgedOrForAnotherDestinationIsNotFollowed() throws Exception {
        var other = Map.of("service", "99400048079000");
        for (var fault : List.of("route-forged", "route-moved")) {
            fit.tell("/misbehave/" + fault);
            var plain = letter("out.routed", "<antrag>Irrweg</antrag>");
            var letter = new Letter(
                    plain.key(), PIRNA, plain.kind(), plain.service(), plain.caseId(), other, plain.body(), List.of());
            client.post(letter);
            soon().untilAsserted(() -> assertThat(list("/api/v1/deliveries?case=" + letter.caseId()))
                    .singleElement()
                    .asString()
                    .contains("fit.route: the signature of the destination"));
        }
        assertThat(fit.lines("route", "99400048079000")).hasSize(2);
        assertThat(to(ROUTED, "announced"))
                .extracting(line -> line.text("service"))
                .noneMatch(service -> service.contains("99400048079000"));
    }

    @Test
    void aMessageThatTheGatewayTookWithoutAnAnswerIsThereOnceAndItsLateReportJoinsTheCase() throws Exception {
        xta.tell("/misbehave/fault-9030");
        xta.tell("/misbehave/send-unanswered");
        xta.tell("/misbehave/report-late?times=2");
        var letter = letter("out.xta", "<nachricht>Eins</nachricht>");
        client.post(letter);

        var id = delivered(letter).path("reference").asString("");
        assertThat(xta.lines("message")).singleElement().satisfies(taken -> {
            assertThat(taken.text("key")).isEqualTo(id);
            assertThat(taken.text("case")).isEqualTo(letter.caseId());
            assertThat(taken.text("sha512"))
                    .isEqualTo(Journal.sha512(letter.body().bytes()));
        });
        assertThat(xta.lines("id")).hasSize(1);
        assertThat(xta.lines("fault", id)).hasSize(1);
        assertThat(xta.lines("repeated", id)).hasSize(1);
        soon().untilAsserted(() -> assertThat(inCase(letter.caseId()))
                .as("%s", of("xta.transport-report"))
                .extracting(message -> message.path("kind").asString(""))
                .containsExactlyInAnyOrder("out.xta", "xta.transport-report"));
        assertThat(xta.lines("report", id))
                .extracting(line -> line.text("status"))
                .contains("0", "1");
    }

    @Test
    void aMessageThatTheGatewayHandsOutTwiceIsOneMessage() throws Exception {
        xta.tell("/misbehave/deliver-again");
        xta.tell("/misbehave/close-unanswered");
        var id = xta.tell("/do/deliver?text=Zwei");

        soon().untilAsserted(() -> assertThat(xta.lines("closed", id)).hasSize(1));
        assertThat(xta.lines("fetched", id)).hasSize(2);
        assertThat(xta.lines("closed-in-vain", id)).hasSize(1);
        var messages = of("xta.message");
        assertThat(messages).singleElement().satisfies(message -> {
            assertThat(message.path("businessId").asString("")).isEqualTo(id);
            assertThat(sha512(message))
                    .contains(xta.lines("delivered", id).get(0).text("sha512"));
        });
    }

    @Test
    void aPaymentIsOrderedOnceAndItsLateStatusIsOnePayment() throws Exception {
        var letter = order(2600);
        client.post(letter);
        var id = delivered(letter).path("reference").asString("");
        pay.tell("/misbehave/status-late?times=2");
        pay.tell("/do/pay?id=" + id);

        soon().untilAsserted(() -> assertThat(inCase(letter.caseId()))
                .extracting(message -> message.path("kind").asString(""))
                .containsExactlyInAnyOrder("payment.order", "payment.open", "payment.status"));
        var asked = pay.lines("asked", id);
        assertThat(pay.lines("asked-too-early", id)).hasSize(2);
        assertThat(asked.get(asked.size() - 1).text("status")).isEqualTo("PAYED");
        assertThat(pay.lines("order"))
                .filteredOn(line -> line.text("transaction").equals(id))
                .singleElement()
                .satisfies(line -> assertThat(line.number("cents")).isEqualTo(2600));
    }

    @Test
    void aPaymentWhoseAnswerGotLostIsThereOnceAndWaitsForAPerson() throws Exception {
        pay.tell("/misbehave/order-unanswered");
        var letter = order(3100);
        client.post(letter);

        var parked = awaitState(letter, "PARKED");
        var request = parked.path("id").asString("").substring(0, 36);
        assertThat(pay.lines("order", request)).hasSize(1);
        assertThat(pay.lines("repeated", request)).hasSize(2);
        assertThat(parked.toString()).contains("pay.exists");
    }

    @Test
    void aCustomerTheirMandateAndADebitByItAreMadeOnceThoughThePlatformNeverAnswersWhenItMakesOne() throws Exception {
        var iban = "DE89370400440532013000";
        var customer = letter("payment.customer", """
                <payment-customer xmlns="urn:stellwerk:payment:1"><first-name>Erika</first-name>\
                <last-name>Mustermann</last-name><street>Am Markt</street><house-number>1</house-number>\
                <postal-code>01796</postal-code><city>Pirna</city></payment-customer>""");
        client.post(customer);
        assertThat(delivered(customer).path("reference").asString("")).isEqualTo(customer.caseId());
        var mandate = letter("payment.mandate", """
                <payment-mandate xmlns="urn:stellwerk:payment:1"><reference>PIR-M-1</reference><sequence>RCUR</sequence>\
                <signed>2026-11-24</signed><iban>%s</iban><first-name>Erika</first-name><last-name>Mustermann</last-name>\
                <street>Am Markt</street><house-number>1</house-number><postal-code>01796</postal-code>\
                <city>Pirna</city></payment-mandate>""".formatted(iban));
        client.post(ofCase(customer.caseId(), mandate));
        soon().untilAsserted(() -> assertThat(list("/api/v1/deliveries?case=" + customer.caseId()))
                .extracting(each -> each.path("state").asString("") + " "
                        + each.path("reference").asString(""))
                .containsExactlyInAnyOrder("DELIVERED " + customer.caseId(), "DELIVERED PIR-M-1"));

        var debit = letter("payment.debit", """
                <payment-order xmlns="urn:stellwerk:payment:1"><case>x</case><amount-cents>2600</amount-cents>\
                <currency>EUR</currency><text>HUNDESTEUER</text><due>2026-12-24</due><mandate>PIR-M-1</mandate>\
                </payment-order>""");
        client.post(ofCase(customer.caseId(), debit));
        var kassenzeichen = soon().until(
                        () -> epaybl.lines("order").stream()
                                .filter(line -> line.text("case").equals(customer.caseId()))
                                .map(line -> line.text("kassenzeichen"))
                                .findFirst(),
                        Optional::isPresent);
        soon().untilAsserted(() -> assertThat(list("/api/v1/deliveries?case=" + customer.caseId()))
                .extracting(each -> each.path("state").asString("") + " "
                        + each.path("reference").asString(""))
                .contains("DELIVERED " + kassenzeichen.orElseThrow()));

        assertThat(epaybl.lines("order"))
                .filteredOn(line -> line.text("case").equals(customer.caseId()))
                .hasSize(1);
        assertThat(epaybl.lines("lost")).hasSize(3);
        assertThat(epaybl.lines("customer", customer.caseId()))
                .extracting(line -> line.text("operation"))
                .containsExactly("anlegenKunde", "aendernKunde");
        assertThat(epaybl.lines("mandate", "PIR-M-1")).singleElement().satisfies(line -> {
            assertThat(line.text("operation")).isEqualTo("anlegenSEPAMandat");
            assertThat(line.text("case")).isEqualTo(customer.caseId());
        });
        assertThat(Files.readString(home.logs().resolve("stellwerk.log"))).doesNotContain(iban);
    }

    @Test
    void anOrderThatTheServiceRefusesIsRejectedInWordsAndMadeNowhere() throws Exception {
        pay.tell("/misbehave/BOOKING_DATA_MISSING");
        var letter = order(4200);
        client.post(letter);

        var rejected = awaitState(letter, "REJECTED");
        var request = rejected.path("id").asString("").substring(0, 36);
        assertThat(pay.lines("refused", request)).hasSize(1);
        assertThat(pay.lines("order", request)).isEmpty();
        assertThat(rejected.toString()).contains("BOOKING_DATA_MISSING");
    }

    private static List<Journal.Line> to(String destination, String event) throws IOException {
        return fit.lines(event).stream()
                .filter(line -> line.text("destination").equals(destination))
                .toList();
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(40)).pollInterval(Duration.ofMillis(100));
    }

    private static String hook() {
        return URLEncoder.encode(hub.address() + "/hooks/" + PIRNA + "/fit-in", StandardCharsets.UTF_8);
    }

    private static synchronized Letter letter(String kind, String xml) {
        var key = "state-side-" + ++number;
        return new Letter(
                key,
                PIRNA,
                kind,
                Letter.TRADE_REGISTRATION,
                "PIR-2026-" + number,
                Map.of(),
                Part.xml("body.xml", xml),
                List.of());
    }

    private static Letter ofCase(String caseId, Letter letter) {
        return new Letter(
                letter.key(), PIRNA, letter.kind(), letter.service(), caseId, Map.of(), letter.body(), List.of());
    }

    private static Letter order(int cents) {
        return letter("payment.order", """
                <payment-order xmlns="urn:stellwerk:payment:1"><case>x</case><amount-cents>%d</amount-cents>\
                <currency>EUR</currency><text>GEWERBEANMELDUNG</text><due>2026-12-24</due></payment-order>
                """.formatted(cents).strip());
    }

    private static JsonNode delivered(Letter letter) {
        return awaitState(letter, "DELIVERED");
    }

    /** The only delivery of a letter, once it is in this state. */
    private static JsonNode awaitState(Letter letter, String state) {
        var found = new ArrayList<JsonNode>();
        soon().untilAsserted(() -> {
            found.clear();
            get("/api/v1/deliveries?case=" + letter.caseId()).forEach(found::add);
            assertThat(found).singleElement().satisfies(delivery -> assertThat(
                            delivery.path("state").asString(""))
                    .as("%s", delivery)
                    .isEqualTo(state));
        });
        return found.get(0);
    }

    private static List<JsonNode> inCase(String caseId) throws Exception {
        return list("/api/v1/messages?case=" + caseId);
    }

    private static List<JsonNode> of(String kind) throws Exception {
        return list("/api/v1/messages?kind=" + kind);
    }

    /** Of every part the hub holds. */
    private static List<String> sha512(JsonNode message) throws Exception {
        return get("/api/v1/messages/" + message.path("id").asString(""))
                .path("parts")
                .findValuesAsString("sha512");
    }

    private static List<JsonNode> list(String path) throws Exception {
        var all = new ArrayList<JsonNode>();
        get(path).forEach(all::add);
        return all;
    }

    private static JsonNode get(String path) throws Exception {
        var answer = client.get(path);
        assertThat(answer.status()).isEqualTo(200);
        return answer.json();
    }
}
