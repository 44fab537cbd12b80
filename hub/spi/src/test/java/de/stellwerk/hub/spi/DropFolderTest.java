package de.stellwerk.hub.spi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DropFolderTest {

    @TempDir
    private Path home = Path.of("set by JUnit");

    private Path folder = Path.of("set before each test");

    @BeforeEach
    void makeFolder() throws IOException {
        folder = Files.createDirectory(home.resolve("in"));
    }

    @Test
    void aFileHasItsBytesAndLeavesNoTemporaryOne() throws IOException {
        new DropFolder(folder).put("a.xml", bytes("<a/>"));
        assertThat(folder.resolve("a.xml")).hasContent("<a/>");
        assertThat(names(folder)).containsExactly("a.xml");
    }

    @Test
    void manyHandOverAtOnceAndEachFileIsThere() throws Exception {
        var drop = new DropFolder(folder);
        var threads = Executors.newFixedThreadPool(8);
        var calls = IntStream.range(0, 64)
                .mapToObj(i -> (Callable<Void>) () -> {
                    drop.put(i + ".xml", bytes("<a>" + i + "</a>"));
                    return null;
                })
                .toList();
        for (var call : threads.invokeAll(calls)) {
            call.get();
        }
        threads.shutdown();

        assertThat(names(folder)).hasSize(64);
        assertThat(folder.resolve("63.xml")).hasContent("<a>63</a>");
    }

    @Test
    void aFileOfTheSameNameIsReplaced() throws IOException {
        var drop = new DropFolder(folder);
        drop.put("a.xml", bytes("a long first version"));
        drop.put("a.xml", bytes("second"));
        assertThat(folder.resolve("a.xml")).hasContent("second");
    }

    @Test
    void severalAreSeenOnlyAfterTheLastOneIsWritten() throws IOException {
        var seen = new ArrayList<List<String>>();
        var files = new LinkedHashMap<String, Content>();
        for (int i = 0; i < 20; i++) {
            files.put(i + ".xml", content("<a>" + i + "</a>", () -> seen.add(names(folder))));
        }
        new DropFolder(folder).put(files);

        assertThat(seen).hasSize(20).allSatisfy(names -> assertThat(names).allMatch(name -> name.endsWith(".tmp")));
        assertThat(names(folder)).containsExactlyInAnyOrderElementsOf(files.keySet());
        assertThat(folder.resolve("19.xml")).hasContent("<a>19</a>");
    }

    @Test
    void ofSeveralOneOfWhichCannotBeReadNothingIsLeft() throws IOException {
        var files = new LinkedHashMap<String, Content>();
        files.put("a.xml", content("<a/>", () -> {}));
        files.put("b.xml", content("<b/>", () -> {
            throw new IOException("gone");
        }));
        assertThatThrownBy(() -> new DropFolder(folder).put(files)).hasMessage("gone");
        files.remove("b.xml");
        files.put("../c.xml", content("<c/>", () -> {}));
        assertThatThrownBy(() -> new DropFolder(folder).put(files)).isInstanceOf(IOException.class);

        assertThat(names(folder)).isEmpty();
        assertThat(names(home)).containsExactly("in");
    }

    private interface Reading {
        void begins() throws IOException;
    }

    private static Content content(String text, Reading reading) {
        return new Given("a.xml", "application/xml", () -> {
            reading.begins();
            return bytes(text);
        });
    }

    @Test
    void theMarkerIsEmptyAndStandsBesideTheFile() throws IOException {
        new DropFolder(folder).put("a.xml", ".ok", bytes("<a/>"));
        assertThat(names(folder)).containsExactlyInAnyOrder("a.xml", "a.xml.ok");
        assertThat(folder.resolve("a.xml.ok")).isEmptyFile();
    }

    @Test
    void bytesThatBreakOffAreNeverSeenUnderTheName() throws IOException {
        var drop = new DropFolder(folder);
        drop.put("a.xml", bytes("first"));
        var breaking = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("broken");
            }
        };
        assertThatThrownBy(() -> drop.put("a.xml", ".ok", breaking)).hasMessage("broken");
        assertThat(folder.resolve("a.xml")).hasContent("first");
        assertThat(folder.resolve("a.xml.ok")).doesNotExist();
        assertThat(names(folder)).as("half of it is of no use").containsExactly("a.xml");
    }

    @Test
    void whatADeadProcessLeftGoesAndWhatAnotherMayBeWritingStays() throws IOException {
        var left = Files.writeString(folder.resolve("a.xml.hub-0000abcd.tmp"), "half of it");
        Files.setLastModifiedTime(left, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
        Files.writeString(folder.resolve("b.xml.hub-0000abcd.tmp"), "half of another");
        var foreign = Files.writeString(folder.resolve("c.tmp"), "of another program");
        Files.setLastModifiedTime(foreign, FileTime.from(Instant.now().minus(Duration.ofHours(2))));

        new DropFolder(folder).put("a.xml", bytes("whole"));

        assertThat(folder.resolve("a.xml")).hasContent("whole");
        assertThat(names(folder)).containsExactlyInAnyOrder("a.xml", "b.xml.hub-0000abcd.tmp", "c.tmp");
    }

    @Test
    void twoThatHandOverUnderOneNameDoNotMixTheirBytes() throws IOException {
        var drop = new DropFolder(folder);
        var slow = new InputStream() {
            private final InputStream rest = bytes("the slow one");
            private boolean begun;

            @Override
            public int read() throws IOException {
                var next = rest.read();
                if (!begun) {
                    // Another node, which thinks this one is dead, is quicker.
                    begun = true;
                    drop.put("a.xml", bytes("the quick one"));
                    assertThat(folder.resolve("a.xml")).hasContent("the quick one");
                }
                return next;
            }
        };
        drop.put("a.xml", slow);

        assertThat(folder.resolve("a.xml")).hasContent("the slow one");
        assertThat(names(folder)).containsExactly("a.xml");
    }

    /** Somebody who may write to the folder lays a link there to have a file outside overwritten. */
    @Test
    void aLinkThatLiesInTheWayIsReplacedAndNotFollowed() throws IOException {
        var outside = Files.writeString(home.resolve("outside"), "untouched");
        Files.createSymbolicLink(folder.resolve("a.xml"), outside);
        new DropFolder(folder).put("a.xml", bytes("<a/>"));
        assertThat(outside).hasContent("untouched");
        assertThat(folder.resolve("a.xml")).hasContent("<a/>").isRegularFile();
        assertThat(Files.isSymbolicLink(folder.resolve("a.xml"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "../a", "a/b", "/etc/a", "..\\a", "a\\b", ".hidden", "a/../b", "./a"})
    void aNameThatIsNotPlainIsRefused(String name) throws IOException {
        var drop = new DropFolder(folder);
        assertThatThrownBy(() -> drop.put(name, bytes("x")))
                .isInstanceOf(IOException.class)
                .hasMessage("not a plain file name");
        assertThat(names(folder)).isEmpty();
        assertThat(names(home)).containsExactly("in");
    }

    @Test
    void aNameWithAZeroByteIsRefused() {
        assertThatThrownBy(() -> new DropFolder(folder).put("a\0.xml", bytes("x")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aMissingFolderIsNotMade() {
        assertThatThrownBy(() -> new DropFolder(home.resolve("away")).put("a.xml", bytes("x")))
                .isInstanceOf(NoSuchFileException.class);
        assertThat(home.resolve("away")).doesNotExist();
    }

    @Test
    void aFileIsMovedAndTheOtherFolderMadeIfNeedBe() throws IOException {
        var drop = new DropFolder(folder);
        drop.put("a.xml", bytes("new"));
        var done = new DropFolder(home.resolve("done/2026"));
        drop.moveTo(done, folder.resolve("a.xml"));
        assertThat(names(folder)).isEmpty();
        assertThat(done.folder().resolve("a.xml")).hasContent("new");
        drop.put("a.xml", bytes("newer"));
        drop.moveTo(done, folder.resolve("a.xml"));
        assertThat(done.folder().resolve("a.xml")).hasContent("newer");
    }

    @Test
    void aListHasMatchingFilesOnlyAndNotMoreThanAskedFor() throws IOException {
        for (var name : List.of("a.xml", "b.xml", "c.xml", "d.txt", "Müller.xml")) {
            Files.writeString(folder.resolve(name), "x");
        }
        Files.createDirectory(folder.resolve("folder.xml"));
        Files.createSymbolicLink(folder.resolve("link.xml"), folder.resolve("a.xml"));
        var drop = new DropFolder(folder);
        assertThat(drop.list("*.xml", 10))
                .extracting(file -> file.getFileName().toString())
                .containsExactlyInAnyOrder("a.xml", "b.xml", "c.xml", "Müller.xml");
        assertThat(drop.list("*.xml", 2)).hasSize(2);
        assertThatThrownBy(() -> new DropFolder(home.resolve("away")).list("*", 1))
                .isInstanceOf(NoSuchFileException.class);
    }

    private static InputStream bytes(String text) {
        return new ByteArrayInputStream(text.getBytes(UTF_8));
    }

    private static List<String> names(Path in) throws IOException {
        try (var all = Files.list(in)) {
            return all.map(file -> file.getFileName().toString()).toList();
        }
    }
}
