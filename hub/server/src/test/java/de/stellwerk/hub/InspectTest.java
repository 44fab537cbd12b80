package de.stellwerk.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class InspectTest {

    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    Path folder;

    /** @param status with which the command ended */
    private record Said(int status, String text) {

        List<JsonNode> lines() {
            return text.lines().map(JSON::readTree).toList();
        }
    }

    @Test
    void eachFileHasOneLineWithEveryNameInIt() throws IOException {
        var good = file("good.xml", "<a/>");
        var bad = file("bad \"name\".xml", "<a>");
        var said = run("validate-message", "xml", good, bad);
        assertThat(said.status()).isZero();
        assertThat(said.lines()).hasSize(2);
        for (var line : said.lines())
            assertThat(line.propertyNames())
                    .containsExactly("file", "outcome", "code", "version", "line", "column", "text");
        assertThat(said.lines().get(0).path("outcome").asString()).isEqualTo("OK");
        assertThat(said.lines().get(0).path("code").isNull()).isTrue();
        var second = said.lines().get(1);
        assertThat(second.path("file").asString()).isEqualTo(bad);
        assertThat(second.path("outcome").asString()).isEqualTo("REJECTED");
        assertThat(second.path("code").asString()).isEqualTo("xml.malformed");
        assertThat(second.path("line").asInt()).isEqualTo(1);
        assertThat(second.path("column").asInt()).isPositive();
    }

    @Test
    void anUnsignedFileIsAnAnswerAndAMissingOneIsNot() throws IOException {
        var said = run(
                "verify", file("plain.xml", "<a/>"), folder.resolve("gone.xml").toString());
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.lines().get(0).propertyNames()).containsExactly("file", "accepted", "signatures", "error");
        assertThat(said.lines().get(0).path("error").path("code").asString()).isEqualTo("sig.missing");
        assertThat(said.lines().get(1).path("accepted").asBoolean()).isFalse();
        assertThat(said.lines().get(1).path("error").path("code").asString()).isEqualTo("file.unreadable");
    }

    @Test
    void whatIsNotUnderstoodIsSaidInBothLanguagesAndEndsWith2() throws IOException {
        var file = file("a.xml", "<a/>");
        assertThat(run("verify").status()).isEqualTo(2);
        assertThat(run("verify", "--polcy", "x", file).status()).isEqualTo(2);
        assertThat(run("validate-message", "xml").status()).isEqualTo(2);
        var kind = run("validate-message", "xmll", file);
        assertThat(kind.status()).isEqualTo(2);
        assertThat(kind.text()).contains("Bekannt sind: xml, form", "Known are: xml, form");
        assertThat(run("validate-message", "fixed:none", file).status()).isEqualTo(2);
        assertThat(run("verify", "--policy", "none", file).status()).isEqualTo(2);
    }

    @Test
    void aFileNameThatLooksLikeAnOptionIsTakenBehindTwoDashes() throws IOException {
        var said = run("verify", "--", "--odd.xml");
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.lines()).hasSize(1);
    }

    private String file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    private Said run(String... words) {
        var arguments = new ArrayList<>(List.of(words));
        arguments.add(1, "--home=" + folder);
        var out = new ByteArrayOutputStream();
        var patient = new Deadline(Duration.ofMinutes(1), Duration.ZERO);
        var status = Inspect.run(arguments, new PrintStream(out, true, UTF_8), patient);
        return new Said(status, out.toString(UTF_8));
    }
}
