package de.stellwerk.hub.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.hub.settings.SettingValues;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Form;
import de.stellwerk.hub.spi.Setting;
import de.stellwerk.hub.spi.Tested.Check;
import de.stellwerk.hub.spi.Tested.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReachTest {

    private static final ConnectorDescriptor CARD = ConnectorDescriptor.of("post", "Post")
            .settings(
                    Setting.optional("url", "U", "").as(Form.Type.URI, "http", "https"),
                    Setting.optional("host", "H", "").as(Form.Type.HOST, "port"),
                    Setting.optional("port", "P", "25").as(Form.Type.NUMBER, "1", "65535"));

    @Test
    void aServerThatListensIsReachedByUrlAndByHostWithItsPortInAnotherSetting() throws IOException {
        try (var server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            var port = String.valueOf(server.getLocalPort());
            var address = "127.0.0.1:" + port;
            assertThat(reach(Map.of("url", "http://" + address + "/x", "host", "localhost", "port", port)))
                    .allMatch(check -> check.outcome() == Outcome.PASSED)
                    .extracting(Check::name)
                    .containsExactly("dns 127.0.0.1", "tcp " + address, "dns localhost", "tcp localhost:" + port);
        }
    }

    @Test
    void aPortWhereNobodyListensSaysSoAndWhatToDo() throws IOException {
        int port;
        try (var server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            port = server.getLocalPort();
        }
        assertThat(reach(Map.of("url", "https://127.0.0.1:" + port)))
                .filteredOn(check -> check.outcome() == Outcome.FAILED)
                .singleElement()
                .satisfies(check -> {
                    assertThat(check.name()).isEqualTo("tcp 127.0.0.1:" + port);
                    assertThat(check.found().german()).contains("nimmt keine Verbindung an");
                    assertThat(check.remedy().english()).contains("Check whether the service runs");
                });
    }

    @Test
    void aServerThatSpeaksNoTlsIsToldApart() throws Exception {
        try (var server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            var speaking = new Thread(() -> {
                for (int i = 0; i < 2; i++) {
                    try (var socket = server.accept()) {
                        socket.getOutputStream()
                                .write("220 hello\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                    } catch (IOException e) {
                        return; // the test is over
                    }
                }
            });
            speaking.start();
            var checks = reach(Map.of("url", "https://127.0.0.1:" + server.getLocalPort()));
            assertThat(checks.get(2).name()).startsWith("tls 127.0.0.1:");
            assertThat(checks.get(2).outcome()).isEqualTo(Outcome.FAILED);
            assertThat(checks.get(2).found().english()).contains("speaks no TLS");
            speaking.join(5_000);
        }
    }

    @Test
    void aNameThatNobodyKnowsIsToldAndTheLineIsNotTried() {
        assertThat(reach(Map.of("host", "no-such-computer.invalid", "port", "25")))
                .singleElement()
                .matches(check -> check.outcome() == Outcome.FAILED);
    }

    private static List<Check> reach(Map<String, String> values) {
        return Reach.of(CARD, new SettingValues(CARD, values, Path.of("")), Clock.systemUTC());
    }
}
