package de.stellwerk.hub.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Form;
import de.stellwerk.hub.spi.Setting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConfigReaderTest {

    private static final String PIRNA = "municipality: 14628270\nars: 146285229270\nname: Pirna\n";

    @TempDir
    private Path home;

    @Test
    void aHomeWithoutConfigurationGivesTheDefaults() throws Exception {
        var config = ConfigReader.read(home, Map.of());

        assertThat(config.home()).isEqualTo(home);
        assertThat(config.web()).isEqualTo(new WebConfig("127.0.0.1", 8080, Optional.empty()));
        assertThat(config.broker()).isEqualTo(new BrokerConfig("127.0.0.1", 0, List.of()));
        assertThat(config.database().url()).isEmpty();
        assertThat(config.limits()).isEqualTo(Limits.defaults());
        assertThat(config.capacity()).isEqualTo(Capacity.defaults());
        assertThat(config.municipalities()).isEmpty();
    }

    @Test
    void everythingThatCanBeSaidIsRead() throws Exception {
        secret("leipzig-jms", "geheim\n");
        secret("database", "auch geheim");
        write("config/server.p12", "");
        write("config/hub.yaml", """
                web: { address: 0.0.0.0, port: 8443, certificate: config/server.p12 }
                broker:
                  address: 10.0.0.1
                  port: 5672
                  doors:
                    - { queue: 14713000.trade-register, user: leipzig, password: { secret: leipzig-jms } }
                database:
                  url: jdbc:postgresql://db:5432/stellwerk
                  user: stellwerk
                  password: { secret: database }
                limits:
                  { part: 2GiB, xml: 8MiB, inline: 1 KiB, attachments: 7, disk-reserve: 5GiB, requests: 9, requests-per-key: 3, pushes: 80MiB }
                """);

        var config = ConfigReader.read(home, Map.of());

        assertThat(config.web())
                .isEqualTo(new WebConfig("0.0.0.0", 8443, Optional.of(home.resolve("config/server.p12"))));
        assertThat(config.broker())
                .isEqualTo(new BrokerConfig(
                        "10.0.0.1",
                        5672,
                        List.of(new BrokerConfig.Door("14713000.trade-register", "leipzig", "geheim"))));
        assertThat(config.database())
                .isEqualTo(new DatabaseConfig(
                        Optional.of("jdbc:postgresql://db:5432/stellwerk"), "stellwerk", "auch geheim"));
        assertThat(config.limits()).isEqualTo(new Limits(2L << 30, 8 << 20, 1024, 7));
        assertThat(config.capacity()).isEqualTo(new Capacity(5L << 30, 9, 3, 80L << 20));
    }

    @Test
    void aMunicipalityAndItsConnectionsAreRead() throws Exception {
        secret("mailbox", "p\n");
        write("config/municipalities/14628270.yaml", PIRNA + """
                        connections:
                          trade-register:
                            connector: trade-register-xml
                            poll: 500ms
                            retry: { attempts: 8, first: 5s, longest: 1h }
                            settings:
                              folder-in: ${STELLWERK_TOWN:-town}/pirna
                              number: 007
                              nothing: ""
                          mailbox:
                            connector: secure-mailbox
                            settings: { user: "${WHO}", password: { secret: mailbox } }
                        """);

        var pirna =
                ConfigReader.read(home, Map.of("WHO", "stadt")).municipalities().get("14628270");

        assertThat(pirna.ars()).isEqualTo("146285229270");
        var connections = new LinkedHashMap<String, ConnectionConfig>();
        pirna.connections().forEach((name, read) -> connections.put(name, inNoFile(read)));
        assertThat(connections)
                .containsExactly(
                        Map.entry(
                                "trade-register",
                                new ConnectionConfig(
                                        "trade-register",
                                        "trade-register-xml",
                                        Duration.ofMillis(500),
                                        Optional.empty(),
                                        new Retry(8, Duration.ofSeconds(5), Duration.ofHours(1)),
                                        Map.of("folder-in", "town/pirna", "number", "007", "nothing", ""),
                                        Set.of())),
                        Map.entry(
                                "mailbox",
                                new ConnectionConfig(
                                        "mailbox",
                                        "secure-mailbox",
                                        Duration.ofSeconds(5),
                                        Optional.empty(),
                                        Retry.defaults(),
                                        Map.of("user", "stadt", "password", "p"),
                                        Set.of("password"))));
        assertThat(pirna.connections().get("mailbox").toString()).doesNotContain("stadt");
    }

    private static ConnectionConfig inNoFile(ConnectionConfig read) {
        return new ConnectionConfig(
                read.name(),
                read.connector(),
                read.poll(),
                read.order(),
                read.retry(),
                read.settings(),
                read.secrets());
    }

    @Test
    void aConnectionKnowsWhereItsSettingsStandAndAReferencesNameIsNotAmongThem() throws Exception {
        secret("mailbox", "p");
        write("config/municipalities/14628270.yaml", PIRNA + """
                connections:
                  mailbox:
                    connector: secure-mailbox
                    settings:
                      port: ${PORT:-no}
                      password: { secret: mailbox }
                """);

        var origin = ConfigReader.read(home, Map.of())
                .municipalities()
                .get("14628270")
                .connections()
                .get("mailbox")
                .origin();

        assertThat(origin.file()).isEqualTo("config/municipalities/14628270.yaml");
        assertThat(origin.settings().get("port")).isEqualTo(new Origin.Written("${PORT:-no}", 8, 13));
        assertThat(origin.settings().get("password").text()).isEqualTo("{ secret: … }");
    }

    @Test
    void aDraftIsAFileItsConnectionsOrOneOfThemInYamlOrJson() {
        var whole = ConfigReader.draft("d.yaml", PIRNA + "connections: { a: { connector: x } }", home, Map.of());
        assertThat(whole.ags()).isEqualTo("14628270");
        assertThat(whole.connections()).containsOnlyKeys("a");
        var part = ConfigReader.draft("d.yaml", "connections: { a: { connector: x }, b: {} }", home, Map.of());
        assertThat(part.problems()).extracting(Problem::code).containsExactly("config.missing-key");
        var one = ConfigReader.draft("d.json", "{\"connector\": \"x\", \"settings\": {\"port\": 7}}", home, Map.of());
        assertThat(one.problems()).isEmpty();
        assertThat(one.connections().get("draft").settings()).containsEntry("port", "7");
    }

    @Test
    void everythingAboutSettingsIsToldAtOnceWithPlaceFoundAndExpectedButNoVariableAndNoSecret() throws Exception {
        secret("pw", "TopSecret");
        var card = ConnectorDescriptor.of("post", "Post")
                .settings(
                        Setting.required("host", "Server").as(Form.Type.HOST),
                        Setting.optional("port", "Port", "25").as(Form.Type.NUMBER, "1", "65535"),
                        Setting.optional("tls", "TLS", "on").as(Form.Type.CHOICE, "on", "off"),
                        Setting.secret("password", "Password").as(Form.Type.TEXT, "[0-9]+"));
        var draft = ConfigReader.draft("post.yaml", """
                connector: post
                settings:
                  prot: 25
                  port: ${PORT}
                  tls: maybe
                  password: { secret: pw }
                """, home, Map.of("PORT", "confidential"));

        var problems = ConnectorSettings.problems(card, draft.connections().get("draft"));

        assertThat(problems)
                .containsExactly(
                        new Problem("config.missing-key", "post.yaml", 3, 3, "", "host"),
                        new Problem("config.unknown-key", "post.yaml", 3, 9, "prot", "host, password, port, tls"),
                        new Problem("config.value", "post.yaml", 4, 9, "${PORT}", "port: 1–65535"),
                        new Problem("config.value", "post.yaml", 5, 8, "maybe", "tls: on | off"),
                        new Problem("config.value", "post.yaml", 6, 13, "***", "password: [0-9]+"));
        assertThat(problems.get(1).text(Locale.GERMAN)).contains("Meinten Sie „port“?");
        assertThat(problems.toString()).doesNotContain("confidential", "TopSecret");
    }

    @Test
    void aPushThatCouldNeverBeLetInIsTold() throws Exception {
        write("config/municipalities/14628270.yaml", PIRNA + """
                        connections:
                          usual: { connector: a }
                          large: { connector: a, push-size: 33MiB }
                        """);

        assertThatExceptionOfType(ConfigProblems.class)
                .isThrownBy(() -> ConfigReader.read(home, Map.of()))
                .satisfies(problems -> assertThat(problems.text(Locale.ENGLISH))
                        .contains("config.size", "large: push-size", "limits.pushes / 2")
                        .doesNotContain("usual"));

        write("config/hub.yaml", "limits: { pushes: 66MiB }\n");
        assertThat(ConfigReader.read(home, Map.of()).capacity().largestPush()).isEqualTo(33L << 20);

        write("config/hub.yaml", "limits: { pushes: 66MiB, part: 20MiB }\n");
        assertThatExceptionOfType(ConfigProblems.class).isThrownBy(() -> ConfigReader.read(home, Map.of()));

        write("config/hub.yaml", "limits: { pushes: 1MiB }\n");
        assertThatExceptionOfType(ConfigProblems.class).isThrownBy(() -> ConfigReader.read(home, Map.of()));
    }

    @Test
    void howPluginsAndConnectionsAreKeptApartIsRead() throws Exception {
        write("config/hub.yaml", "plugins: { isolated: [jms-queue, old.one], isolated-heap: 64MiB, threads: 50 }\n");
        write("config/municipalities/14628270.yaml", PIRNA + """
                        connections:
                          slow: { connector: a, calls: 2, time-limit: 30s, push-size: 24MiB }
                          usual: { connector: a }
                        """);

        var config = ConfigReader.read(home, Map.of());

        assertThat(config.plugins().isolation())
                .isEqualTo(new Isolation(Set.of("jms-queue", "old.one"), 64L << 20, 50));
        var pirna = config.municipalities().get("14628270").connections();
        assertThat(pirna.get("slow").bounds()).isEqualTo(new Bounds(2, Duration.ofSeconds(30), 24L << 20));
        assertThat(pirna.get("usual").bounds()).isEqualTo(new Bounds(8, Duration.ofMinutes(5), 1 << 20));

        write("config/hub.yaml", "plugins: { isolated: jms-queue, threads: 5 }\n");
        assertThatExceptionOfType(ConfigProblems.class)
                .isThrownBy(() -> ConfigReader.read(home, Map.of()))
                .satisfies(problems ->
                        assertThat(problems.text(Locale.ENGLISH)).contains("config.shape", "config.number"));
    }

    @Test
    void anUnquotedAgsWithALeadingZeroIsTextAndNotAnOctalNumber() throws Exception {
        write("config/municipalities/01001000.yaml", "municipality: 01001000\nars: 010010000000\nname: Flensburg\n");

        assertThat(ConfigReader.read(home, Map.of()).municipalities()).containsOnlyKeys("01001000");
    }

    @Test
    void everyProblemOfEveryFileIsToldAtOnceWithItsPlace() throws Exception {
        write("config/hub.yaml", "web:\n  hosst: a\n  adress: b\n  port: 70000\nlimits: { xml: lots }\n");
        write("config/municipalities/14628270.yaml", """
                municipality: "14713000"
                ars: 147130000001
                connections:
                  Register: { connector: a }
                  finance:
                    poll: soon
                    poll: 5s
                """);

        var problems = problems();

        assertThat(problems)
                .extracting(p -> p.file() + ":" + p.line() + ":" + p.column() + " " + p.code())
                .containsExactly(
                        "config/hub.yaml:2:3 config.unknown-key",
                        "config/hub.yaml:3:3 config.unknown-key",
                        "config/hub.yaml:4:9 config.number",
                        "config/hub.yaml:5:16 config.size",
                        "config/municipalities/14628270.yaml:1:1 config.missing-key",
                        "config/municipalities/14628270.yaml:1:15 config.file-name",
                        "config/municipalities/14628270.yaml:2:6 config.ars-of-ags",
                        "config/municipalities/14628270.yaml:4:3 config.name",
                        "config/municipalities/14628270.yaml:6:5 config.missing-key",
                        "config/municipalities/14628270.yaml:6:11 config.duration",
                        "config/municipalities/14628270.yaml:7:5 config.duplicate-key");
    }

    @Test
    void anUnknownKeyIsAnsweredWithTheOneThatWasMeantOrWithAllThatAreKnown() throws Exception {
        write("config/hub.yaml", "web: { prot: 80 }\nzebra: 1\n");

        var problems = problems();

        assertThat(problems.get(0).text(Locale.GERMANY))
                .isEqualTo("config/hub.yaml:1:8 config.unknown-key: Den Schlüssel „prot“ gibt es hier nicht."
                        + " Meinten Sie „port“?");
        assertThat(problems.get(1).text(Locale.ENGLISH))
                .isEqualTo("config/hub.yaml:2:1 config.unknown-key: There is no key 'zebra' here."
                        + " Known here: broker, content, database, limits, plugins, seal, web.");
    }

    @Test
    void whoStampsTheSealsIsReadAndEveryFaultOfItNamed() throws Exception {
        write("config/tsa.pem", "a certificate");
        write("config/hub.yaml", """
                seal: { time-stamps: { url: "http://tsa.example.org/tsa", trust: config/tsa.pem, time-limit: 1s } }
                """);
        assertThat(ConfigReader.read(home, Map.of()).timeStamps())
                .contains(new TimeStampConfig(
                        URI.create("http://tsa.example.org/tsa"),
                        home.resolve("config/tsa.pem"),
                        Duration.ofSeconds(1)));

        write("config/hub.yaml", """
                seal: { time-stamps: { url: "ftp://tsa", trust: config/none.pem, wait: 1s } }
                """);
        assertThat(problems())
                .extracting(Problem::code)
                .containsExactlyInAnyOrder("config.value", "config.file-missing", "config.unknown-key");
    }

    @Test
    void theWholeReportSaysWhatIsSafe() throws Exception {
        write("config/hub.yaml", "webb: {}\n");

        var problems = catchThrowableOfType(ConfigProblems.class, () -> ConfigReader.read(home, Map.of()));

        assertThat(problems.text(Locale.GERMAN)).contains("Es wurde nichts geändert", "Meinten Sie „web“?");
        assertThat(problems).hasMessageContaining("Nothing was changed").hasMessageContaining("Did you mean 'web'?");
    }

    @Test
    void aSecretNeverReachesAReport() throws Exception {
        write("config/hub.yaml", """
                database: { url: "mysql://u:TopSecret@db", user: u, password: TopSecret }
                broker: { doors: [ { queue: q, user: u, password: TopSecret } ] }
                """);

        var problems = catchThrowableOfType(ConfigProblems.class, () -> ConfigReader.read(home, Map.of()));

        assertThat(problems.problems())
                .extracting(Problem::code)
                .containsExactly("config.database-url", "config.secret-literal", "config.secret-literal");
        assertThat(problems.toString() + problems.problems() + problems.text(Locale.GERMAN))
                .doesNotContain("TopSecret");
    }

    @Test
    void aDollarSignCanBeEscaped() throws Exception {
        assertThat(setting("\"$${A}-${A}\"", Map.of("A", "x"))).isEqualTo("${A}-x");
    }

    @Test
    void anEmptyVariableIsNotAMissingOne() throws Exception {
        assertThat(setting("\"<${A:-b}>\"", Map.of("A", ""))).isEqualTo("<>");
    }

    @Test
    void aVariableCannotBringInYaml() throws Exception {
        assertThat(setting("${A}", Map.of("A", "{ secret: x }"))).isEqualTo("{ secret: x }");
    }

    /** Each sort of problem has an example here; a new code without one fails. */
    @ParameterizedTest
    @EnumSource(ProblemCode.class)
    void everyCodeIsFoundAndHasGermanAndEnglishWords(ProblemCode code) throws Exception {
        var problems = provoked(code);

        assertThat(problems).extracting(Problem::code).contains(code.id);
        for (var problem : problems) {
            assertThat(problem.text(Locale.GERMAN))
                    .contains(problem.code())
                    .doesNotContain("{0}")
                    .doesNotContain("{1}");
            assertThat(problem.text(Locale.ENGLISH)).isNotEqualTo(problem.text(Locale.GERMAN));
        }
    }

    @Test
    void codesAreUnique() {
        var ids = new HashSet<String>();
        assertThat(Stream.of(ProblemCode.values()).map(code -> code.id)).allMatch(ids::add);
    }

    private List<Problem> provoked(ProblemCode code) throws IOException {
        var port = ConnectorDescriptor.of("post", "Post")
                .settings(Setting.required("port", "Port").as(Form.Type.NUMBER, "1", "65535"));
        var draft = ConfigReader.draft("draft", "{ connector: post, settings: { port: x } }", home, Map.of());
        return switch (code) {
            case VALUE -> ConnectorSettings.problems(port, draft.connections().get("draft"));
            case UNKNOWN_CONNECTOR ->
                ConnectorSettings.unknownConnector(draft.connections().get("draft"), Set.of("pots"));
            case NOT_PERMITTED ->
                List.of(ConnectorSettings.notPermitted(
                        draft.connections().get("draft"), "server", "mail.example", "hosts: none"));
            default -> {
                provoke(code);
                yield problems();
            }
        };
    }

    private void provoke(ProblemCode code) throws IOException {
        switch (code) {
            case VALUE, UNKNOWN_CONNECTOR, NOT_PERMITTED ->
                throw new IllegalArgumentException(code + " is found by another");
            case UNREADABLE -> Files.createDirectories(home.resolve("config/hub.yaml"));
            case TOO_LARGE -> write("config/hub.yaml", "#".repeat((1 << 20) + 1));
            case ENCODING -> {
                write("config/hub.yaml", "");
                Files.write(
                        home.resolve("config/hub.yaml"), "web: { address: ü }".getBytes(StandardCharsets.ISO_8859_1));
            }
            case YAML -> write("config/hub.yaml", "web: [\n");
            case DOCUMENTS -> write("config/hub.yaml", "web: {}\n---\nweb: {}\n");
            case ALIAS -> write("config/hub.yaml", "web: &a {}\nbroker: *a\n");
            case TAG -> write("config/hub.yaml", "web: !!java.net.URL {}\n");
            case DEPTH -> write("config/hub.yaml", "web: " + "[".repeat(100_000));
            case SHAPE -> write("config/hub.yaml", "web: 8080\n");
            case UNKNOWN_KEY -> write("config/hub.yaml", "wep: {}\n");
            case DUPLICATE_KEY -> write("config/hub.yaml", "web: {}\nweb: {}\n");
            case MISSING_KEY -> write("config/hub.yaml", "database: {}\n");
            case EMPTY -> write("config/hub.yaml", "web: { address: }\n");
            case NAME -> pirna("connections: { a: { connector: A_B } }");
            case NUMBER -> write("config/hub.yaml", "web: { port: -1 }\n");
            case DURATION -> pirna("connections: { a: { connector: a, poll: 5 } }");
            case SIZE -> write("config/hub.yaml", "limits: { part: 0 }\n");
            case AGS -> write("config/municipalities/1462827.yaml", PIRNA.replace("14628270", "1462827"));
            case ARS -> write("config/municipalities/14628270.yaml", PIRNA.replace("146285229270", "14628522927"));
            case ARS_OF_AGS ->
                write("config/municipalities/14628270.yaml", PIRNA.replace("146285229270", "146285229271"));
            case FILE_NAME -> write("config/municipalities/14628270.yml", PIRNA);
            case DUPLICATE_MUNICIPALITY, DUPLICATE_ARS -> {
                pirna("");
                write("config/municipalities/pirna.yaml", PIRNA);
            }
            case DUPLICATE_DOOR -> {
                secret("a", "a");
                write("config/hub.yaml", """
                        broker:
                          doors:
                            - { queue: a, user: a, password: { secret: a } }
                            - { queue: a, user: b, password: { secret: a } }
                        """);
            }
            case EXTERNAL_DOORS -> {
                secret("a", "a");
                write("config/hub.yaml", """
                        broker:
                          url: tcp://127.0.0.1:61616
                          user: hub
                          password: { secret: a }
                          doors:
                            - { queue: a, user: a, password: { secret: a } }
                        """);
            }
            case SHARED_FOLDER -> {
                secret("a", "a");
                write("config/hub.yaml", """
                        broker: { url: "tcp://127.0.0.1:61616", user: hub, password: { secret: a } }
                        database: { url: "jdbc:postgresql://127.0.0.1/a", user: a, password: { secret: a } }
                        content: { folder: shared/content }
                        """);
            }
            case DATABASE_URL -> write("config/hub.yaml", "database: { url: \"jdbc:h2:mem\", user: a }\n");
            case CHOICE -> write("config/hub.yaml", "plugins: { unsigned: perhaps }\n");
            case PLUGIN_KEY -> write("config/hub.yaml", "plugins: { keys: [ { name: acme, key: abc } ] }\n");
            case DUPLICATE_PLUGIN_KEY -> write("config/hub.yaml", """
                    plugins:
                      keys:
                        - { name: acme, key: MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE= }
                        - { name: acme, key: MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE= }
                    """);
            case FILE_MISSING -> write("config/hub.yaml", "web: { certificate: nowhere.p12 }\n");
            case VARIABLE_MISSING -> write("config/hub.yaml", "web:\n  address: ${HERE}\n");
            case VARIABLE_FORM -> write("config/hub.yaml", "web:\n  address: ${1HERE}\n");
            case SECRET_LITERAL -> write("config/hub.yaml", "database: { password: abc }\n");
            case SECRET_NAME -> pirna("connections: { a: { connector: a, settings: { p: { secret: ../a } } } }");
            case SECRET_MISSING -> pirna("connections: { a: { connector: a, settings: { p: { secret: a } } } }");
            case SECRET_OPEN -> {
                secret("a", "a");
                Files.setPosixFilePermissions(
                        home.resolve("config/secrets/a"), PosixFilePermissions.fromString("rw-r-----"));
                pirna("connections: { a: { connector: a, settings: { p: { secret: a } } } }");
            }
            case SECRET_UNREADABLE -> {
                secret("a", "a".repeat((64 << 10) + 1));
                pirna("connections: { a: { connector: a, settings: { p: { secret: a } } } }");
            }
        }
    }

    private List<Problem> problems() {
        return catchThrowableOfType(ConfigProblems.class, () -> ConfigReader.read(home, Map.of()))
                .problems();
    }

    private String setting(String yaml, Map<String, String> env) throws Exception {
        pirna("connections:\n  a:\n    connector: a\n    settings:\n      s: " + yaml);
        return ConfigReader.read(home, env)
                .municipalities()
                .get("14628270")
                .connections()
                .get("a")
                .settings()
                .get("s");
    }

    private void pirna(String more) {
        write("config/municipalities/14628270.yaml", PIRNA + more + "\n");
    }

    private void secret(String name, String value) throws IOException {
        write("config/secrets/" + name, value);
        Files.setPosixFilePermissions(
                home.resolve("config/secrets/" + name), PosixFilePermissions.fromString("rw-------"));
    }

    private void write(String name, String text) {
        try {
            var file = home.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
