package de.stellwerk.plugins.xta;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartsTest {

    private static final String TYPE = "multipart/related; boundary=\"b\"";

    @TempDir
    Path folder;

    @Test
    void partsAreTakenByteForByteAlsoWhereTheyLookLikeADelimiter() throws Exception {
        var tricky = "\r\n-\r\r\n--\r\n--a\r\n";
        try (var parts = read("--b\r\nContent-ID: <x>\r\n\r\n" + tricky + "\r\n--b\r\n"
                + "Content-Transfer-Encoding: base64\r\n\r\naGFs\r\nbG8=\r\n--b--")) {
            assertThat(new String(parts.root().open().readAllBytes(), UTF_8)).isEqualTo(tricky);
            assertThat(new String(parts.others().get(0).open().readAllBytes(), UTF_8))
                    .isEqualTo("hallo");
        }
        assertThat(left()).isZero();
    }

    @Test
    void whatIsCutOffOrBeyondItsBoundsIsRefusedAndLeavesNoFile() throws Exception {
        refused("--b\r\n\r\nhalf", "xta.cut-off");
        refused("no delimiter", "xta.cut-off");
        refused("--b\r\n\r\n" + "x".repeat(5_000) + "\r\n--b--", "xta.too-large");
        refused("--b\r\nA: " + "x".repeat(9_000) + "\r\n\r\nx\r\n--b--", "xta.mime");
        refused("--b\r\n" + ("A: " + "x".repeat(4_000) + "\r\n").repeat(3) + "\r\nx\r\n--b--", "xta.mime");
        refused("--b\r\n\r\n".repeat(1) + "\r\n--b\r\n\r\n".repeat(501) + "\r\n--b--", "xta.mime");
        refused("--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nx\r\n--b--", "xta.mime");
    }

    @Test
    void xmlThatNobodyNeedsInAnAnswerIsRefused() {
        assertThatThrownBy(() -> node("<!DOCTYPE a [<!ENTITY e \"x\">]><a>&e;</a>"))
                .isInstanceOf(NoAnswer.class)
                .hasMessageContaining("xml.doctype");
        assertThatThrownBy(() -> node("<a>".repeat(200_000)))
                .isInstanceOf(NoAnswer.class)
                .hasMessageContaining("xml.depth");
        assertThatThrownBy(() -> node("<a>geheim"))
                .isInstanceOf(NoAnswer.class)
                .hasMessageContaining("not well-formed")
                .hasMessageNotContaining("geheim");
    }

    private static Node node(String xml) throws Exception {
        return Node.read(new ByteArrayInputStream(xml.getBytes(UTF_8)));
    }

    private void refused(String body, String code) throws Exception {
        assertThatThrownBy(() -> read(body)).isInstanceOf(NoAnswer.class).hasMessageContaining(code);
        assertThat(left()).isZero();
    }

    private Parts read(String body) throws Exception {
        return Parts.read(new ByteArrayInputStream(body.getBytes(UTF_8)), TYPE, folder, 4_096);
    }

    private long left() throws Exception {
        try (var files = Files.list(folder)) {
            return files.count();
        }
    }
}
