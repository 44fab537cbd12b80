package de.stellwerk.hub.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginInboxTest {

    @TempDir
    private Path home;

    @Test
    void aJarIsNamedAfterItsPluginAndLiesThereWithItsSignature() throws Exception {
        var item = inbox().put(jar("1.0.0"), Optional.of(new byte[] {1}));

        assertThat(item).isEqualTo(new PluginInbox.Item("demo-1.0.0.jar", "demo", "1.0.0", true));
        assertThat(names()).containsExactlyInAnyOrder("demo-1.0.0.jar", "demo-1.0.0.jar.sig");
        assertThat(inbox().list()).containsExactly(item);
    }

    @Test
    void theSameBytesMayComeAgainAndOtherBytesOfTheSameVersionMayNot() throws Exception {
        inbox().put(jar("1.0.0"), Optional.empty());
        inbox().put(jar("1.0.0"), Optional.empty());

        var other = new ByteArrayInputStream(
                TestJar.demo("demo", "1.0.0").with("more.txt", "x").bytes());
        assertThat(catchThrowableOfType(Refused.class, () -> inbox().put(other, Optional.empty()))
                        .code())
                .isEqualTo("plugin.same-version");
        assertThat(names()).containsExactly("demo-1.0.0.jar");
    }

    @Test
    void whatBreaksOffOrIsNoPluginLeavesNothing() throws Exception {
        var breaking = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("the line is cut");
            }
        };
        assertThat(catchThrowableOfType(IOException.class, () -> inbox().put(breaking, Optional.empty())))
                .hasMessage("the line is cut");
        var text = new ByteArrayInputStream("no jar".getBytes(StandardCharsets.UTF_8));
        assertThat(catchThrowableOfType(Refused.class, () -> inbox().put(text, Optional.empty()))
                        .code())
                .isEqualTo("plugin.manifest");
        assertThat(names()).isEmpty();
    }

    @Test
    void removingAPluginRemovesAllItsVersionsAndSignatures() throws Exception {
        inbox().put(jar("1.0.0"), Optional.of(new byte[] {1}));
        inbox().put(jar("2.0.0"), Optional.empty());
        inbox().put(new ByteArrayInputStream(TestJar.demo("other", "1.0.0").bytes()), Optional.empty());

        assertThat(inbox().remove("demo")).containsExactly("demo-1.0.0.jar", "demo-2.0.0.jar");
        assertThat(inbox().remove("demo")).isEmpty();
        assertThat(names()).containsExactly("other-1.0.0.jar");
    }

    private PluginInbox inbox() {
        return new PluginInbox(home.resolve("inbox"));
    }

    private static InputStream jar(String version) {
        return new ByteArrayInputStream(TestJar.demo("demo", version).bytes());
    }

    private List<String> names() throws IOException {
        try (var all = Files.list(home.resolve("inbox"))) {
            return all.map(path -> String.valueOf(path.getFileName())).toList();
        }
    }
}
