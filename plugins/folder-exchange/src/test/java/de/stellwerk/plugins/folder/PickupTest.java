package de.stellwerk.plugins.folder;

import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Source;
import de.stellwerk.hub.testkit.SourceContract;
import de.stellwerk.hub.testkit.TestHub;
import de.stellwerk.hub.testkit.TestInbox;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A folder of this machine. */
@Timeout(60)
class PickupTest implements SourceContract {

    private Path in = Path.of("not-opened");

    @Test
    void aFileBecomesAMessageWithItsNameItsTypeAndItsBytes(@TempDir Path directory) throws Exception {
        var taken = poll(hub(directory), () -> put("Anzeige Müller.xml", "<a/>"));
        assertThat(taken).singleElement().satisfies(message -> {
            assertThat(message.kind()).isEqualTo("form.submission");
            assertThat(message.id()).matches("Anzeige Müller\\.xml:[0-9a-f]{64}");
            assertThat(message.body().name()).isEqualTo("Anzeige Müller.xml");
            assertThat(message.body().mediaType()).isEqualTo("application/xml");
            assertThat(message.headers()).containsEntry("file-name", "Anzeige Müller.xml");
            assertThat(TestHub.text(message.body())).isEqualTo("<a/>");
        });
        assertThat(names(in)).containsExactly("erledigt");
        assertThat(in.resolve("erledigt/Anzeige Müller.xml")).hasContent("<a/>");
    }

    @Test
    void withoutItsMarkerAFileIsNotReady(@TempDir Path directory) throws Exception {
        assertThat(poll(hub(directory), () -> Files.writeString(in.resolve("a.xml"), "<a/>")))
                .isEmpty();
        assertThat(names(in)).containsExactly("a.xml");
    }

    @Test
    void aMarkerThatADeadHubHasLeftDoesNotMakeAFileReadyThatIsBeingWritten(@TempDir Path directory) throws Exception {
        var hub = hub(directory).with("age", "1m");
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            var marker = Files.createFile(in.resolve("a.xml.ok"));
            Files.setLastModifiedTime(marker, FileTime.fromMillis(1_000_000));
            Files.writeString(in.resolve("a.xml"), "<a");
            assertThat(hub.poll(source).messages()).isEmpty();
            hub.clock().pass(Duration.ofSeconds(59));
            assertThat(hub.poll(source).messages()).isEmpty();
            hub.clock().pass(Duration.ofSeconds(2));
            assertThat(hub.poll(source).messages()).as("a clock may be wrong").hasSize(1);
        }
    }

    @Test
    void aMarkerThatADeadHubHasLeftFollowsItsFile(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            put("a.xml", "<a/>");
            hub.poll(source);
            Files.createFile(in.resolve("a.xml.ok"));
            hub.poll(source);
            assertThat(in.resolve("a.xml.ok")).exists();
            hub.clock().pass(Duration.ofSeconds(6));
            hub.poll(source);
            assertThat(in.resolve("a.xml.ok")).doesNotExist();
        }
    }

    @Test
    void aMarkerThatStaysWithoutItsFileIsToldToTheOtherSide(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            Files.createFile(in.resolve("a.xml.ok"));
            hub.poll(source);
            hub.clock().pass(Duration.ofMinutes(3));
            hub.poll(source);
            assertThat(in.resolve("a.xml.ok")).doesNotExist();
            assertThat(in.resolve("fehler/a.xml.ok.fehler.txt")).content().contains("Was zu tun ist");
        }
    }

    @Test
    void aFileThatGrowsIsNotTakenAndOneThatStandsStillIs(@TempDir Path directory) throws Exception {
        var hub = hub(directory).with("ready", "age").with("age", "30s");
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            var file = in.resolve("a.xml");
            Files.writeString(file, "<a");
            hub.poll(source);
            hub.clock().pass(Duration.ofSeconds(29));
            hub.poll(source);
            Files.writeString(file, "<a/>");
            hub.clock().pass(Duration.ofSeconds(2));
            assertThat(hub.poll(source).messages()).isEmpty();
            hub.clock().pass(Duration.ofSeconds(30));
            assertThat(hub.poll(source).messages()).hasSize(1);
        }
    }

    @Test
    void aNameThatSaysUnfinishedIsNotTaken(@TempDir Path directory) throws Exception {
        var hub = hub(directory).with("ready", "rename").with("pattern", "*");
        assertThat(poll(hub, () -> {
                    for (var name :
                            List.of("a.xml.tmp", "a.xml.part", "A.XML.FILEPART", ".a.xml", "a.xml.fehler.txt")) {
                        Files.writeString(in.resolve(name), "<a/>");
                    }
                    Files.writeString(in.resolve("a.xml"), "<a/>");
                }))
                .singleElement()
                .satisfies(message -> assertThat(message.body().name()).isEqualTo("a.xml"));
    }

    @Test
    void onlyFilesOfThePatternAreTaken(@TempDir Path directory) throws Exception {
        var hub = hub(directory).with("ready", "rename").with("pattern", "*.xml, *.p?f");
        assertThat(poll(hub, () -> {
                    for (var name : List.of("a.XML", "b.pdf", "c.csv", "xml")) {
                        Files.writeString(in.resolve(name), "x");
                    }
                }))
                .extracting(message -> message.body().name())
                .containsExactlyInAnyOrder("a.XML", "b.pdf");
    }

    @Test
    void theSameNameWithTheSameBytesIsADuplicateAndWithOtherBytesAnotherMessage(@TempDir Path directory)
            throws Exception {
        var hub = hub(directory);
        poll(hub, () -> put("a.xml", "<a/>"));
        poll(hub, () -> put("a.xml", "<a/>"));
        var all = poll(hub, () -> put("a.xml", "<b/>"));
        assertThat(all).hasSize(2);
        assertThat(hub.inbox().offered()).hasSize(3);
        assertThat(hub.inbox().quarantined()).isEmpty();
        assertThat(names(in.resolve("erledigt"))).hasSize(3).contains("a.xml");
        assertThat(names(in)).containsExactly("erledigt");
    }

    /** Old systems write ISO-8859-1, and Java's own file names would find such a file no more. */
    @Test
    void aNameThatIsNotUtf8IsTakenAndMovedByItsBytes(@TempDir Path directory) throws Exception {
        var latin = URI.create(Files.createDirectories(directory.resolve("in")).toUri() + "M%FCller.xml");
        var hub = hub(directory);
        var taken = poll(hub, () -> {
            Files.writeString(Path.of(latin), "<a/>");
            Files.createFile(Path.of(URI.create(latin + ".ok")));
            put("Müller.xml", "<a/>");
        });
        assertThat(taken).extracting(message -> message.body().name()).containsExactly("Müller.xml", "Müller.xml");
        assertThat(taken)
                .extracting(message -> message.id().replaceFirst(":.*", ""))
                .containsExactlyInAnyOrder("M%FCller.xml", "Müller.xml");
        assertThat(names(in)).containsExactly("erledigt");
        assertThat(Path.of(URI.create(in.toUri() + "erledigt/M%FCller.xml"))).exists();
    }

    @Test
    void aNameWithALineBreakOrOf255BytesIsTaken(@TempDir Path directory) throws Exception {
        var hub = hub(directory).with("ready", "rename");
        var taken = poll(hub, () -> {
            Files.writeString(in.resolve("a\n\u202Eb.xml"), "<a/>");
            Files.writeString(in.resolve("x".repeat(251) + ".xml"), "<a/>");
            Files.writeString(in.resolve("x".repeat(250) + "y.xml"), "<a/>");
        });
        assertThat(taken).hasSize(3).allSatisfy(message -> assertThat(message.id())
                .hasSizeLessThanOrEqualTo(200)
                .matches("[ -~]+"));
        assertThat(taken).extracting(Message::id).anyMatch(id -> id.startsWith("a%0A%E2%80%AEb.xml:"));
    }

    @Test
    void whatIsNoRegularFileIsNeitherOpenedNorTouchedAndANoteSaysSo(@TempDir Path directory) throws Exception {
        var hub = hub(directory).with("ready", "rename");
        var secret = Files.writeString(directory.resolve("secret.xml"), "<secret/>");
        var taken = poll(hub, () -> {
            Files.createSymbolicLink(in.resolve("link.xml"), secret);
            Files.createDirectory(in.resolve("folder.xml"));
            pipe(in.resolve("pipe.xml"));
            Files.writeString(in.resolve("good.xml"), "<a/>");
        });
        assertThat(taken).hasSize(1);
        assertThat(names(in)).contains("link.xml", "folder.xml", "pipe.xml").doesNotContain("good.xml");
        assertThat(names(in.resolve("fehler"))).containsExactlyInAnyOrder("link.xml.fehler.txt", "pipe.xml.fehler.txt");
        assertThat(in.resolve("fehler/link.xml.fehler.txt")).content().startsWith("folder.not-a-file");
    }

    @Test
    void aRejectedFileLiesBesideANote(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        hub.inbox().mode(TestInbox.Mode.REJECT);
        poll(hub, () -> put("a.xml", "<a/>"));
        assertThat(names(in.resolve("fehler"))).containsExactlyInAnyOrder("a.xml", "a.xml.fehler.txt");
        assertThat(names(in)).containsExactly("fehler");
        assertThat(in.resolve("fehler/a.xml.fehler.txt"))
                .content()
                .startsWith("test.rejected")
                .contains("Was geschehen ist", "Was sicher ist", "Was zu tun ist");
    }

    @Test
    void aFileThatIsTooLargeIsPutAsideUnread(@TempDir Path directory) throws Exception {
        var hub = hub(directory).with("max-size", "1");
        var taken = poll(hub, () -> {
            put("large.xml", "x".repeat((1 << 20) + 1));
            put("good.xml", "<a/>");
        });
        assertThat(taken).hasSize(1);
        assertThat(in.resolve("fehler/large.xml.fehler.txt")).content().startsWith("folder.too-large");
    }

    @Test
    void aMessageThatTheHubNeverTakesDoesNotHoldUpTheOthers(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            put("bad.xml", "<a/>");
            hub.inbox().mode(TestInbox.Mode.REFUSE);
            assertThat(trouble(() -> hub.poll(source))).isTrue();
            hub.inbox().mode(TestInbox.Mode.TAKE);
            for (var i = 0; i < 60; i++) {
                put(i + ".xml", "<a/>");
            }
            hub.poll(source);
            assertThat(hub.inbox().messages()).hasSize(50).noneMatch(m -> m.id().startsWith("bad.xml"));
            hub.poll(source);
            assertThat(hub.inbox().messages()).hasSize(61);
        }
    }

    @Test
    void aFileThatCannotBeReadIsPutAsideAtTheThirdTryAndHoldsUpNobody(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        put("a.xml", "<a/>");
        put("bad.xml", "<bad/>");
        put("c.xml", "<c/>");
        var place = new OneBadFile(new LocalPlace(directory), "bad.xml");
        var arrivals = new Arrivals(place, "*", Arrivals.Ready.MARKER, Duration.ZERO, hub.clock());
        var rules = new Pickup.Rules("in", "erledigt", "fehler", "form.submission", "", 1 << 20);
        try (var source = new Pickup(place, arrivals, rules, hub.directory())) {
            assertThat(hub.poll(source).messages()).hasSize(2);
            hub.poll(source);
            assertThat(in.resolve("bad.xml")).exists();
            hub.poll(source);
            assertThat(names(in)).containsExactlyInAnyOrder("erledigt", "fehler");
            assertThat(in.resolve("fehler/bad.xml")).hasContent("<bad/>");
            assertThat(in.resolve("fehler/bad.xml.fehler.txt")).content().startsWith("folder.unreadable");
        }
    }

    /** A local folder in which one file cannot be opened, as when it belongs to somebody else. */
    private record OneBadFile(LocalPlace place, String bad) implements Place {

        @Override
        public InputStream open(Path file) throws IOException {
            if (file.endsWith(bad)) {
                throw new AccessDeniedException("not ours");
            }
            return place.open(file);
        }

        @Override
        public Path folder(String name) throws IOException {
            return place.folder(name);
        }

        @Override
        public Path resolve(Path folder, String path) {
            return place.resolve(folder, path);
        }

        @Override
        public FileName name(Path file) {
            return place.name(file);
        }

        @Override
        public Path file(Path folder, FileName name) {
            return place.file(folder, name);
        }

        @Override
        public void force(Path path) throws IOException {
            place.force(path);
        }

        @Override
        public boolean answers() {
            return place.answers();
        }

        @Override
        public void close() {
            place.close();
        }
    }

    @Test
    void copiesOfAKilledHubAreDeletedWhenTheConnectionIsOpened(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        Files.writeString(hub.directory().resolve("eingang123"), "half");
        poll(hub, () -> put("a.xml", "<a/>"));
        assertThat(names(hub.directory())).isEmpty();
    }

    interface Before {
        void happens() throws Exception;
    }

    private List<Message> poll(TestHub hub, Before before) throws Exception {
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            before.happens();
            return hub.poll(source).messages();
        }
    }

    private static boolean trouble(Before call) {
        try {
            call.happens();
            return false;
        } catch (Exception e) {
            return true;
        }
    }

    private static void pipe(Path path) throws Exception {
        assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor())
                .isZero();
    }

    private void put(String name, String content) throws IOException {
        Files.writeString(in.resolve(name), content);
        Files.createFile(in.resolve(name + ".ok"));
    }

    @Override
    public ConnectorFactory factory() {
        return new FolderExchange();
    }

    @Override
    public TestHub hub(Path directory) throws IOException {
        in = Files.createDirectories(directory.resolve("in"));
        return new TestHub(directory).with("folder", directory).with("in", "in").with("kind", "form.submission");
    }

    @Override
    public void put(String name) throws IOException {
        put(name + ".xml", "<a>" + name + "</a>");
    }

    @Override
    public int waiting() throws IOException {
        return (int) names(in).stream().filter(name -> name.endsWith(".ok")).count();
    }

    @Override
    public int keptRejected() throws IOException {
        return (int) names(in.resolve("fehler")).stream()
                .filter(name -> name.endsWith(".xml"))
                .count();
    }

    @Override
    public int mostAtOnce() {
        return 50;
    }

    @Override
    public void unreachable() throws IOException {
        Files.move(in, in.resolveSibling("weg"));
    }

    @Override
    public void reachable() throws IOException {
        Files.move(in.resolveSibling("weg"), in);
    }

    static List<String> names(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (var all = Files.list(folder)) {
            return all.map(file -> file.getFileName().toString()).toList();
        }
    }
}
