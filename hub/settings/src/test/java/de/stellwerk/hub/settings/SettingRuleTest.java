package de.stellwerk.hub.settings;

import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Form.Type;
import de.stellwerk.hub.spi.Setting;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingRuleTest {

    private static final Setting PLAIN = Setting.required("x", "X");

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "TEXT;;anything at all",
                "TEXT;[A-Z]{3};ABC",
                "NUMBER;;-7",
                "NUMBER;1,65535;65535",
                "FLAG;;true",
                "DURATION;;90s",
                "DURATION;1s,1h;1h",
                "PATH;;town/pirna/in",
                "PATH;;/srv/Müller",
                "URI;https,http;https://pay.example.org/soap",
                "URI;sftp,file;file:/srv/in",
                "URI;;sftp://host:2222/~/in",
                "CHOICE;on,starttls,off;starttls",
                "HOST;;mail.example.org",
                "HOST;25;127.0.0.1:3025",
                "HOST;;[::1]:25"
            })
    void aValueOfItsFormIsRight(Type type, String limits, String value) {
        assertThat(SettingRule.expected(PLAIN.as(type, split(limits)), value)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "TEXT;[A-Z]{3};ABCD;[A-Z]{3}",
                "NUMBER;;1.5;0, 1, 2, …",
                "NUMBER;1,65535;65536;1–65535",
                "NUMBER;1,9;99999999999;1–9",
                "FLAG;;yes;true | false",
                "DURATION;;5 minutes;500ms, 30s, 5m, 2h, 1d",
                "DURATION;1s,1h;2h;1s–1h: 500ms, 30s, 5m, 2h, 1d",
                "URI;https;http://pay.example.org/;https://host/…",
                "URI;https;https:///soap;https://host/…",
                "URI;;pay.example.org;scheme://host/…",
                "URI;https;https://a b;https://host/…",
                "CHOICE;on,off;On;on | off",
                "HOST;;mail.example.org:99999;host | host:port",
                "HOST;;https://mail;host | host:port"
            })
    void aValueOfAnotherFormIsToldWhatWouldBeRight(Type type, String limits, String value, String expected) {
        assertThat(SettingRule.expected(PLAIN.as(type, split(limits)), value)).contains(expected);
    }

    @Test
    void anAuthorIsToldWhatIsWrongWithTheSettingItself() {
        assertThat(SettingRule.defect(PLAIN.as(Type.TEXT, "["))).isPresent();
        assertThat(SettingRule.defect(PLAIN.as(Type.NUMBER, "1"))).isPresent();
        assertThat(SettingRule.defect(PLAIN.as(Type.NUMBER, "9", "1"))).isPresent();
        assertThat(SettingRule.defect(PLAIN.as(Type.DURATION, "1", "9"))).isPresent();
        assertThat(SettingRule.defect(PLAIN.as(Type.CHOICE))).isPresent();
        assertThat(SettingRule.defect(Setting.optional("port", "P", "off").as(Type.NUMBER, "1", "9")))
                .hasValueSatisfying(text -> assertThat(text).contains("fallback", "1–9"));
        assertThat(SettingRule.defect(Setting.optional("port", "P", "").as(Type.NUMBER, "1", "9")))
                .isEmpty();
    }

    @Test
    void theSchemaIsClosedAndNamesFormsDefaultsAndSecrets() {
        var schema = ConnectorSchema.of(card());
        assertThat(schema)
                .containsEntry("$schema", "https://json-schema.org/draft/2020-12/schema")
                .containsEntry("additionalProperties", false)
                .containsEntry("required", List.of("host", "password"));
        var properties = (Map<?, ?>) schema.get("properties");
        assertThat(properties.keySet()).map(String::valueOf).containsExactly("host", "password", "port");
        assertThat(((Map<?, ?>) properties.get("port")).get("default")).isEqualTo(25);
        assertThat(((Map<?, ?>) properties.get("password")).get("writeOnly")).isEqualTo(true);
        assertThat(properties.get("password").toString()).contains("secret").doesNotContain("anyOf");
    }

    @Test
    void thePageIsInBothLanguagesAndAPluginsWordsAreNoMarkup() {
        var german = ConnectorPage.of(card(), Locale.GERMAN);
        var english = ConnectorPage.of(card(), Locale.ENGLISH);
        assertThat(german).contains("| `host` | nötig | `host \\| host:port` |  | Wohin die Post geht. |");
        assertThat(english).contains("| `port` |  | `1–65535` | `25` | Its \\[port\\] \\<b\\>. |");
        assertThat(english).contains("    password: { secret: post-password }".substring(4));
        assertThat(german.lines().count()).isEqualTo(english.lines().count());
    }

    private static ConnectorDescriptor card() {
        return ConnectorDescriptor.of("post", "Post")
                .channels(Channel.out("out"))
                .settings(
                        Setting.required("host", "Server")
                                .as(Type.HOST, "port")
                                .help("Wohin die Post geht.", "Where it goes."),
                        Setting.secret("password", "Password"),
                        Setting.optional("port", "Port", "25")
                                .as(Type.NUMBER, "1", "65535")
                                .help("Sein Port.", "Its [port] <b>."));
    }

    private static String[] split(String limits) {
        return limits == null ? new String[0] : limits.split(",");
    }
}
