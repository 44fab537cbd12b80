package de.stellwerk.plugins.register.xml;

import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Source;
import de.stellwerk.hub.testkit.SourceContract;
import de.stellwerk.hub.testkit.TestHub;
import de.stellwerk.hub.testkit.TestInbox;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TradeRegisterXmlSourceTest implements SourceContract {

    private Path out = Path.of("not-opened");

    @Test
    void anAnswerNamesTheFileItAnswersAndKeepsItsBytes(@TempDir Path directory) throws Exception {
        var taken = poll(hub(directory), () -> put("GA14628270_0123456789abcdef.antwort.xml", answer("GA1.xml"), true));
        assertThat(taken).singleElement().satisfies(message -> {
            assertThat(message.kind()).isEqualTo("register.answer");
            assertThat(message.answers()).contains("GA1.xml");
            assertThat(message.id()).startsWith("GA14628270_0123456789abcdef.antwort.xml:");
            assertThat(TestHub.text(message.body(), StandardCharsets.ISO_8859_1))
                    .isEqualTo(answer("GA1.xml"));
        });
        assertThat(names(out)).containsExactly("erledigt");
        assertThat(names(out.resolve("erledigt"))).hasSize(2);
    }

    @Test
    void withoutItsMarkerAnAnswerIsNotReady(@TempDir Path directory) throws Exception {
        assertThat(poll(hub(directory), () -> put("a.antwort.xml", answer("GA1.xml"), false)))
                .isEmpty();
    }

    @Test
    void anAnswerThatCannotBeReadIsHandedOverAsSuch(@TempDir Path directory) throws Exception {
        var broken = List.of(
                "not XML",
                answer("GA1.xml").replace("ANGENOMMEN", "VIELLEICHT"),
                answer("GA1.xml").replace("<grund/>", "<neu/>"),
                answer(""),
                "<!DOCTYPE antwort>" + answer("GA1.xml").replaceFirst("<\\?.*\\?>", ""),
                answer("x".repeat(1 << 20)));
        var taken = poll(hub(directory), () -> {
            for (int i = 0; i < broken.size(); i++) {
                put(i + ".antwort.xml", broken.get(i), true);
            }
        });
        assertThat(taken).hasSize(broken.size()).allSatisfy(message -> {
            assertThat(message.kind()).isEqualTo("register.unreadable");
            assertThat(message.answers()).isEmpty();
        });
        assertThat(names(out)).containsExactly("erledigt");
    }

    @Test
    void aCorrectedAnswerUnderAnOldNameIsAnotherMessage(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        poll(hub, () -> put("a.antwort.xml", answer("GA1.xml"), true));
        var both = poll(hub, () -> put("a.antwort.xml", answer("GA1.xml").replace("2600", "2700"), true));
        assertThat(both).extracting(Message::id).hasSize(2).doesNotHaveDuplicates();
        assertThat(hub.inbox().quarantined()).isEmpty();
    }

    @Test
    void aMarkerLeftBehindByADeathBetweenTheMovesFollowsItsFile(@TempDir Path directory) throws Exception {
        var taken = poll(hub(directory), () -> {
            Files.createDirectories(out.resolve("erledigt"));
            Files.writeString(out.resolve("erledigt/a.antwort.xml"), answer("GA1.xml"));
            Files.createFile(out.resolve("a.antwort.xml.ok"));
        });
        assertThat(taken).isEmpty();
        assertThat(names(out.resolve("erledigt"))).containsExactlyInAnyOrder("a.antwort.xml", "a.antwort.xml.ok");
    }

    @Test
    void aMarkerThatStaysWithoutItsFileIsToldToThePeopleOfTheRegister(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        var marker = out.resolve("a.antwort.xml.ok");
        poll(hub, () -> {
            Files.createFile(marker);
            Files.setLastModifiedTime(marker, FileTime.from(hub.clock().instant()));
        });
        assertThat(marker).exists();
        hub.clock().pass(Duration.ofMinutes(3));
        poll(hub, () -> {});
        assertThat(marker).doesNotExist();
        assertThat(out.resolve("fehler/a.antwort.xml.ok.fehler.txt")).content().contains("Was zu tun ist");
    }

    @Test
    void aRejectedAnswerLiesBesideALetter(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        hub.inbox().mode(TestInbox.Mode.REJECT);
        poll(hub, () -> put("a.antwort.xml", answer("GA1.xml"), true));
        assertThat(names(out.resolve("fehler")))
                .containsExactlyInAnyOrder("a.antwort.xml", "a.antwort.xml.ok", "a.antwort.xml.fehler.txt");
        assertThat(out.resolve("fehler/a.antwort.xml.fehler.txt"))
                .content()
                .startsWith("test.rejected")
                .contains("Was geschehen ist", "Was sicher ist", "Was zu tun ist");
    }

    private interface Before {
        void happens() throws IOException;
    }

    private List<Message> poll(TestHub hub, Before before) throws Exception {
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            before.happens();
            return hub.poll(source).messages();
        }
    }

    private static String answer(String file) {
        return "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n"
                + "<antwort xmlns=\"urn:stellwerk:sample:pirna-register:2\"><datei>" + file + "</datei>"
                + "<vorgang>PIR-2026-000001</vorgang><status>ANGENOMMEN</status><gebuehrCent>2600</gebuehrCent>"
                + "<registernummer>Größe 1</registernummer><grund/></antwort>\n";
    }

    private void put(String name, String xml, boolean marked) throws IOException {
        Files.write(out.resolve(name), xml.getBytes(StandardCharsets.ISO_8859_1));
        if (marked) {
            Files.createFile(out.resolve(name + ".ok"));
        }
    }

    @Override
    public ConnectorFactory factory() {
        return new TradeRegisterXml();
    }

    @Override
    public TestHub hub(Path directory) throws IOException {
        Files.createDirectory(directory.resolve("eingang"));
        out = Files.createDirectory(directory.resolve("ausgang"));
        return new TestHub(directory).with("folder-in", "eingang").with("folder-out", "ausgang");
    }

    @Override
    public void put(String name) throws IOException {
        put(name + ".antwort.xml", answer(name + ".xml"), true);
    }

    @Override
    public int waiting() throws IOException {
        return (int) names(out).stream().filter(name -> name.endsWith(".ok")).count();
    }

    @Override
    public int keptRejected() throws IOException {
        return (int) names(out.resolve("fehler")).stream()
                .filter(name -> name.endsWith(".xml"))
                .count();
    }

    @Override
    public int mostAtOnce() {
        return 50;
    }

    @Override
    public void unreachable() throws IOException {
        Files.move(out, out.resolveSibling("weg"));
    }

    @Override
    public void reachable() throws IOException {
        Files.move(out.resolveSibling("weg"), out);
    }

    private static List<String> names(Path folder) throws IOException {
        return Optional.of(folder).filter(Files::exists).isEmpty() ? List.of() : list(folder);
    }

    private static List<String> list(Path folder) throws IOException {
        try (var all = Files.list(folder)) {
            return all.map(file -> file.getFileName().toString()).toList();
        }
    }
}
