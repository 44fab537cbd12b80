package de.stellwerk.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import de.stellwerk.samples.letters.Letter;
import de.stellwerk.samples.letters.Registrations;
import de.stellwerk.samples.letters.SampleAuthority;
import de.stellwerk.samples.town.HubClient;
import de.stellwerk.samples.town.Journal;
import de.stellwerk.samples.town.Sender;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A hub as a process of its own on a scratch home, with targets that keep books: a folder (records), SOAP (payment, through a line that
 * can go wrong), a folder again (finance, fed by what a source finds at the payment platform) and JMS (Leipzig).
 */
final class Stage implements AutoCloseable {

    private static final int PER_SECOND = 15;
    private static final Duration START = Duration.ofSeconds(180);
    private static final Duration DRAIN = Duration.ofSeconds(120);

    private final Home home;
    private final Checkout checkout;
    private final Ports ports;
    private final Line paymentLine;
    private final Journal portal;
    private final Registrations registrations;
    private final AtomicInteger next = new AtomicInteger();
    private final Program payment;
    private final Program leipzig;
    private Program hub;

    /** @param seed the same seed makes the same letters */
    Stage(Path folder, long seed) throws IOException {
        var clock = Clock.systemUTC();
        this.checkout = BuiltCheckout.require();
        this.home = Home.fresh(folder, checkout, new SampleAuthority("Stellwerk Beispiel-CA", clock.instant()));
        this.ports = Ports.free();
        this.paymentLine = new Line(ports.payment());
        this.portal = new Journal(home.journals().portal(), clock);
        this.registrations = new Registrations(seed);
        furnish();
        this.payment = neighbour(
                "PaymentPlatform",
                home.journals().payment(),
                List.of("--port", String.valueOf(ports.payment()), "--seed", String.valueOf(seed)));
        this.leipzig = neighbour(
                "LeipzigRegister",
                home.journals().leipzig(),
                List.of(
                        "--url",
                        "tcp://127.0.0.1:" + ports.jms(),
                        "--password-file",
                        home.secret("leipzig-jms").toString()));
        await().atMost(START)
                .until(() -> !Journal.read(home.journals().payment(), "ready").isEmpty()
                        && !Journal.read(home.journals().leipzig(), "ready").isEmpty());
    }

    Home home() {
        return home;
    }

    Line paymentLine() {
        return paymentLine;
    }

    Program leipzig() {
        return leipzig;
    }

    Program hub() {
        return hub;
    }

    URI address() {
        return address(ports);
    }

    static URI address(Ports ports) {
        return URI.create("http://127.0.0.1:" + ports.hub());
    }

    /** A home with this one's configuration, routes and plugins, a town of its own and no data yet. */
    Home twin(Path folder, Ports itsPorts) throws IOException, InterruptedException {
        var twin = new Home(folder.toAbsolutePath());
        Shell.run("rm", "-rf", twin.folder().toString());
        for (var each : List.of(twin.logs(), twin.records(), twin.pirna("finanzen/eingang"))) {
            Files.createDirectories(each);
        }
        for (var name : List.of("config", "routes", "plugins")) {
            Shell.run("cp", "-a", home.folder().resolve(name).toString(), twin.folder() + "/");
        }
        var leipzig = twin.folder().resolve("config/municipalities/14713000.yaml");
        Files.writeString(leipzig, Files.readString(leipzig).replace(":" + ports.jms(), ":" + itsPorts.jms()));
        return twin;
    }

    HubClient admin() throws IOException {
        return new HubClient(address(), Files.readString(home.firstKey()).strip());
    }

    /** Routes and connections that are this stage's own: short ways, and many quick retries. */
    private void furnish() throws IOException {
        var config = home.folder().resolve("config");
        Files.writeString(config.resolve("hub.yaml"), """
                web: { address: 127.0.0.1, port: "${STELLWERK_PORT}" }
                broker:
                  address: 127.0.0.1
                  port: ${STELLWERK_JMS_PORT}
                  doors:
                    - { queue: 14713000.trade-register, user: leipzig, password: { secret: leipzig-jms } }
                limits: { inline: 1KiB, disk-reserve: 8MiB, requests: 40, requests-per-key: 24 }
                plugins: { unsigned: allowed }
                """);
        var retry = "    retry: { attempts: 500, first: 500ms, longest: 2s }\n";
        Files.writeString(config.resolve("municipalities/14628270.yaml"), """
                municipality: "14628270"
                ars: "146285229270"
                name: Pirna
                connections:
                  records:
                    connector: file-drop
                    settings: { folder: town/pirna/ablage }
                %1$s  finance:
                    connector: file-drop
                    settings: { folder: town/pirna/finanzen/eingang }
                %1$s  payment:
                    connector: epaybl
                    poll: 500ms
                    settings:
                      url: http://127.0.0.1:%2$d/
                      mandant: "14628270"
                      bewirtschafter: PIR00001
                      haushaltsstelle: "1220.4311"
                      objektnummer: GEWERBE
                      read-timeout: 2s
                %1$s""".formatted(retry, paymentLine.port()));
        var leipzig = config.resolve("municipalities/14713000.yaml");
        Files.writeString(
                leipzig,
                Files.readString(leipzig)
                        .replaceFirst(" +retry: .*\n", retry)
                        .replaceFirst("\\$\\{STELLWERK_JMS_PORT[^}]*}", String.valueOf(ports.jms())));
        var routes = home.folder().resolve("routes");
        try (var files = Files.newDirectoryStream(routes, "pirna-*.yaml")) {
            for (var file : files) {
                Files.delete(file);
            }
        }
        Files.writeString(routes.resolve("pirna-form.camel.yaml"), """
                - route:
                    id: pirna-form
                    from:
                      uri: hub:form.submission
                      parameters: { municipality: "14628270", service: "99050012104000" }
                      steps:
                        - to: hub:deliver/records
                        - to: xslt:order.xsl
                        - to: { uri: hub:deliver/payment, parameters: { kind: payment.order, attachments: "false" } }
                - route:
                    id: pirna-paid
                    from:
                      uri: hub:payment.status
                      parameters: { municipality: "14628270" }
                      steps:
                        - to: hub:deliver/finance
                """);
        Files.writeString(Files.createDirectories(routes.resolve("pirna-form")).resolve("order.xsl"), """
                <xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns="urn:stellwerk:payment:1">
                  <xsl:param name="case"/>
                  <xsl:param name="in-30-days"/>
                  <xsl:template match="/">
                    <payment-order>
                      <case><xsl:value-of select="$case"/></case>
                      <amount-cents>3500</amount-cents>
                      <currency>EUR</currency>
                      <text>GEWERBEANMELDUNG</text>
                      <due><xsl:value-of select="$in-30-days"/></due>
                    </payment-order>
                  </xsl:template>
                </xsl:stylesheet>
                """);
        try (var jars = Files.newDirectoryStream(home.folder().resolve("plugins/inbox"))) {
            for (var jar : jars) {
                if (!jar.getFileName().toString().matches("(file-drop|epaybl|trade-register-csv)-.*")) {
                    Files.delete(jar);
                }
            }
        }
    }

    private Program neighbour(String name, Path journal, List<String> words) throws IOException {
        var command = new ArrayList<>(List.of(
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dfile.encoding=UTF-8",
                "-cp",
                System.getProperty("java.class.path"),
                "de.stellwerk.samples.town." + name,
                "--journal",
                journal.toString()));
        command.addAll(words);
        return Program.start(name, home.folder(), home.folder().resolve(name + ".log"), Map.of(), command);
    }

    /** Starts the hub, or finds that it runs; returns when it is ready. */
    void up() throws Exception {
        up(Map.of(), List.of());
    }

    void up(Map<String, String> environment, List<String> options) throws Exception {
        if (hub == null || !hub.runs()) {
            launch(environment, options);
        }
        awaitReady();
    }

    /** Starts a hub on this home without waiting for it. */
    void launch(Map<String, String> environment, List<String> options) throws IOException {
        hub = program(ports, "stellwerk.log", environment, options);
    }

    Program program(Ports ports, String log, Map<String, String> environment, List<String> options) throws IOException {
        return program(home, ports, log, environment, options);
    }

    Program program(Home home, Ports ports, String log, Map<String, String> environment, List<String> options)
            throws IOException {
        var variables = new HashMap<>(Map.of(
                "STELLWERK_PORT", String.valueOf(ports.hub()), "STELLWERK_JMS_PORT", String.valueOf(ports.jms())));
        variables.putAll(environment);
        var words = new ArrayList<>(List.of(
                "-Xmx384m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "-Dfile.encoding=UTF-8"));
        words.addAll(options);
        words.addAll(List.of("-jar", checkout.hubJar().toString(), "--home=" + home.folder()));
        return Program.start("Stellwerk", home.folder(), home.logs().resolve(log), variables, words);
    }

    private void awaitReady() {
        awaitReady(hub, home, address());
    }

    static void awaitReady(Program hub, Home home, URI address) {
        await("a hub that is ready")
                .atMost(START)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> {
                    assertThat(hub.runs()).as(hub.lastWords()).isTrue();
                    return ready(address) == 200 && Files.exists(home.firstKey());
                });
    }

    /** The status of the readiness endpoint; 0 if nobody answers. */
    int ready() throws InterruptedException {
        return ready(address());
    }

    private static int ready(URI address) throws InterruptedException {
        try {
            return new HubClient(address, "").get("/health/ready").status();
        } catch (IOException e) {
            return 0;
        }
    }

    Traffic traffic() throws IOException {
        return new Traffic(admin(), portal, registrations, next, PER_SECOND);
    }

    /** One letter that was not sent before, once; it stands in the books as every other. */
    HubClient.Answer attempt() throws IOException, InterruptedException {
        return attempt(admin(), letter());
    }

    /** A letter that was not sent before. */
    Letter letter() {
        return Traffic.letter(registrations, next.incrementAndGet());
    }

    /** The same with an attachment of so many bytes. */
    Letter letter(int bytes) {
        var letter = letter();
        return letter.withAttachments(List.of(Traffic.text(letter.caseId(), bytes)));
    }

    /** Sends a letter until the hub has answered it, as every careful sender does. */
    HubClient.Answer insist(HubClient client, Letter letter) throws InterruptedException {
        return new Sender(client, portal, Duration.ofSeconds(60), Duration.ofSeconds(1))
                .send(letter)
                .orElseThrow(() -> new AssertionError("no answer for " + letter.key()));
    }

    HubClient.Answer attempt(HubClient client, Letter letter) throws IOException, InterruptedException {
        Sender.announce(letter, portal);
        var answer = client.post(letter);
        portal.note(
                "answer",
                "key",
                letter.key(),
                "yes",
                answer.yes(),
                "intact",
                answer.yes() && Sender.intact(letter, answer));
        return answer;
    }

    /** The same by somebody who is gone when the answer has not come within this time. */
    void attemptInHaste(Letter letter, Duration patience) throws IOException, InterruptedException {
        var key = Files.readString(home.firstKey()).strip();
        try {
            attempt(new HubClient(address(), key, patience), letter);
        } catch (HttpTimeoutException e) {
            portal.note("gone", "key", letter.key());
        }
    }

    /** A new key that may send. */
    String key(String name) throws IOException, InterruptedException {
        return admin().postJson(
                        "/api/v1/keys",
                        Map.of("name", name, "municipalities", List.of("14628270", "14713000"), "may", List.of("send")))
                .text("key");
    }

    /** A connection on which a letter was begun and is not gone on with. */
    Socket beginLetter(String key) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), ports.hub());
        socket.getOutputStream().write(("""
                POST /api/v1/messages HTTP/1.1\r
                Host: 127.0.0.1\r
                Authorization: Bearer %s\r
                Idempotency-Key: stuck\r
                Content-Type: multipart/form-data; boundary=x\r
                Content-Length: 5000\r
                \r
                --x\r
                """.formatted(key)).getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
        return socket;
    }

    /** How many letters lie in Pirna's records. */
    int filed() throws IOException {
        try (var files = Files.list(home.records())) {
            return (int) files.filter(file -> file.toString().endsWith(".xml")).count();
        }
    }

    /** How many lines Leipzig has entered. */
    int entered() throws IOException {
        return Journal.read(home.journals().leipzig(), "entry").size();
    }

    /** The private database's processes, its parent first. */
    List<ProcessHandle> database() throws IOException {
        var parent = home.database().orElseThrow();
        var all = new ArrayList<>(List.of(parent));
        parent.descendants().forEach(all::add);
        return all;
    }

    /** A connection with all rights to a database of the private server. */
    Connection sql(String database) throws IOException, SQLException {
        return sql(home, database);
    }

    static Connection sql(Home home, String database) throws IOException, SQLException {
        var folder = home.folder().resolve("data/postgres");
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:"
                        + Files.readString(folder.resolve("port")).strip() + "/" + database + "?connectTimeout=3",
                "postgres",
                Files.readString(folder.resolve("password")).strip());
    }

    /** Waits until everything acknowledged has arrived, and asserts that nothing is missing, nothing doubled and the hub's balance even. */
    Books settle() throws Exception {
        await("the backlog is drained")
                .atMost(DRAIN)
                .pollInterval(Duration.ofMillis(250))
                .untilAsserted(() -> {
                    assertThat(Books.of(home).missing()).isEmpty();
                    assertThat(balance().at("open")).isZero();
                });
        var books = Books.of(home);
        var balance = balance();
        assertThat(books.doubled()).isEmpty();
        assertThat(balance.even()).as(balance.toString()).isTrue();
        for (var place : List.of("parked", "inDoubt", "rejected", "quarantined")) {
            assertThat(balance.at(place)).as(place).isZero();
        }
        return books;
    }

    Balance balance() throws IOException, InterruptedException {
        return Balance.of(admin().get("/api/v1/balance").json());
    }

    /** The lines of the hub's log that hold a word. */
    List<String> logged(String word) throws IOException {
        return Files.readAllLines(home.logs().resolve("stellwerk.log")).stream()
                .filter(line -> line.contains(word))
                .toList();
    }

    @Override
    public void close() throws Exception {
        if (hub != null) {
            hub.close();
        }
        home.database().ifPresent(ProcessHandle::destroy);
        payment.close();
        leipzig.close();
        paymentLine.close();
        portal.close();
    }
}
