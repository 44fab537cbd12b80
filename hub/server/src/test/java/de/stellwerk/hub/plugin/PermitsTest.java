package de.stellwerk.hub.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.hub.config.ConnectionConfig;
import de.stellwerk.hub.config.Problem;
import de.stellwerk.hub.config.Retry;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Form;
import de.stellwerk.hub.spi.Setting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.jar.Attributes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a connection's settings may name. */
class PermitsTest {

    private static final ConnectorDescriptor CARD = ConnectorDescriptor.of("demo", "Demo")
            .settings(
                    Setting.optional("url", "Address", "").as(Form.Type.URI),
                    Setting.optional("broker", "Addresses of a broker", ""),
                    Setting.optional("server", "Server", "").as(Form.Type.HOST),
                    Setting.optional("folder", "Folder", "").as(Form.Type.PATH),
                    Setting.secret("password", "Password"));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Hosts|*|url|https://anywhere.example/|true",
                "Hosts|pay.example|url|https://pay.example:8443/soap?x=//other.example|true",
                "Hosts|pay.example|url|https://PAY.example/|true",
                "Hosts|pay.example|url|https://evil.example/|false",
                "Hosts|pay.example|url|https://pay.example@evil.example/|false",
                "Hosts|pay.example|url|https://evil.example/pay.example|false",
                "Hosts|*.example|url|https://a.b.example/|true",
                "Hosts|*.example|url|https://example.org/|false",
                "Hosts|none|url|https://pay.example/|false",
                "Hosts|[::1]|url|http://[::1]:80/|true",
                "Hosts|a.example, b.example|broker|failover:(tcp://a.example:1,tcp://b.example:2)|true",
                "Hosts|a.example|broker|failover:(tcp://a.example:1,tcp://b.example:2)|false",
                "Hosts|mail.example|server|mail.example:993|true",
                "Hosts|mail.example|server|other.example|false",
                "Folders|*|folder|/anywhere|true",
                "Folders|town|folder|town/pirna|true",
                "Folders|town|folder|town/../etc|false",
                "Folders|town|folder|townhall|false",
                "Folders|/srv|folder|/srv/in|true",
                "Folders|none|folder|town|false",
                "Folders|town|url|https://pay.example/|true"
            })
    void aSettingOutsideOfWhatTheManifestAsksForIsAProblem(
            String line, String asked, String setting, String value, boolean good) throws Exception {
        var manifest = new Attributes();
        manifest.putValue("Plugin-Permits-" + line, asked);

        var problems = Permits.of(manifest).problems(CARD, config(setting, value, Set.of()), Path.of("/home"));

        assertThat(problems).extracting(Problem::code).isEqualTo(good ? List.of() : List.of("plugin.not-permitted"));
        assertThat(problems)
                .allSatisfy(problem -> assertThat(problem.text(Locale.GERMAN)).contains("„" + setting + ": "));
    }

    @Test
    void aSecretIsPermittedByTheNameOfItsSettingAndNeverShown() throws Exception {
        var manifest = new Attributes();
        manifest.putValue("Plugin-Permits-Secrets", "token");
        var config = config("password", "TopSecret", Set.of("password"));

        assertThat(Permits.of(manifest).problems(CARD, config, Path.of("/home")))
                .singleElement()
                .satisfies(problem -> assertThat(problem.text(Locale.ENGLISH))
                        .contains("password")
                        .doesNotContain("TopSecret"));
        manifest.putValue("Plugin-Permits-Secrets", "password");
        assertThat(Permits.of(manifest).problems(CARD, config, Path.of("/home")))
                .isEmpty();
    }

    @Test
    void aManifestThatSaysNothingLeavesItToTheSettings() throws Exception {
        assertThat(Permits.of(new Attributes())
                        .problems(CARD, config("url", "https://anywhere.example/", Set.of()), Path.of("/home")))
                .isEmpty();
    }

    private static ConnectionConfig config(String setting, String value, Set<String> secrets) {
        return new ConnectionConfig(
                "demo",
                "demo",
                Duration.ofSeconds(5),
                Optional.empty(),
                Retry.defaults(),
                Map.of(setting, value),
                secrets);
    }
}
