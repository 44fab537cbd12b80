package de.stellwerk.plugins.register.xml;

import static de.stellwerk.hub.testkit.TestHub.delivery;
import static de.stellwerk.hub.testkit.TestHub.withAttachment;
import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.DeliveryResult.NotSent;
import de.stellwerk.hub.spi.DeliveryResult.Rejected;
import de.stellwerk.hub.spi.Sink;
import de.stellwerk.hub.testkit.GoldenFolder;
import de.stellwerk.hub.testkit.SinkContract;
import de.stellwerk.hub.testkit.TestHub;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class TradeRegisterXmlSinkTest implements SinkContract {

    private Path in = Path.of("not-opened");

    @TestFactory
    Stream<DynamicTest> goldenMessages() throws IOException {
        return GoldenFolder.inJar(TradeRegisterXml::new);
    }

    @Test
    void theNoticeIsWrittenInLatin1UnderANameThatFollowsFromTheDelivery(@TempDir Path directory) throws Exception {
        var notice = delivery("one", "form.submission", notice("Bäckerei Groß"));
        var name = "GA14628270_" + notice.id().substring(0, 16) + ".xml";
        assertThat(deliver(directory, notice)).isEqualTo(new Delivered(name));
        assertThat(Files.readString(in.resolve(name), StandardCharsets.ISO_8859_1))
                .startsWith("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>")
                .contains("<name>Bäckerei Groß</name>", "<beginn>2026-12-01</beginn>");
        assertThat(in.resolve(name + ".ok")).isEmptyFile();
    }

    @Test
    void attachmentsAreWrittenBesideIt(@TempDir Path directory) throws Exception {
        var notice = withAttachment(
                withAttachment(acceptable("one"), Content.of("a", "application/pdf", new byte[] {1})),
                Content.of("b", "image/jpeg; q=1", new byte[] {2}));
        deliver(directory, notice);
        var stem = "GA14628270_" + notice.id().substring(0, 16);
        assertThat(files())
                .extracting(file -> file.getFileName().toString())
                .containsExactlyInAnyOrder(stem + ".xml", stem + ".xml.ok", stem + "_1.pdf", stem + "_2.jpg");
    }

    @Test
    void aCharacterTheRegisterDoesNotKnowIsRejectedAndNotWrittenAsSomethingElse(@TempDir Path directory)
            throws Exception {
        var result = deliver(directory, delivery("one", "form.submission", notice("Budyšin")));
        assertThat(result).isInstanceOf(Rejected.class);
        assertThat(((Rejected) result).reason()).startsWith("text.charset: U+0161");
        assertThat(files()).isEmpty();
    }

    @Test
    void whatIsNoNoticeIsRejectedAndNotQuoted(@TempDir Path directory) throws Exception {
        var broken = List.of(
                "<gewerbeanzeige xmlns='urn:stellwerk:sample:pirna-register:2'><geheim/></gewerbeanzeige>",
                "<!DOCTYPE gewerbeanzeige [<!ENTITY geheim 'x'>]>" + notice("a"),
                notice("a").replace("2026-12-01", "geheim"),
                notice("a").replace("pirna-register:2", "pirna-register:3"),
                notice("a").replace("</person>", ""),
                notice(""),
                "geheim",
                "");
        for (int i = 0; i < broken.size(); i++) {
            var here = Files.createDirectory(directory.resolve("hub-" + i));
            var result = deliver(here, delivery("one", "form.submission", broken.get(i)));
            assertThat(result).as(broken.get(i)).isInstanceOf(Rejected.class);
            assertThat(((Rejected) result).reason()).startsWith("register.").doesNotContain("geheim");
            assertThat(files()).isEmpty();
        }
    }

    @Test
    void aMissingFolderIsNotTheNoticesFault(@TempDir Path directory) throws Exception {
        try (var factory = factory();
                var sink = hub(directory).open(factory, Sink.class)) {
            Files.delete(in);
            assertThat(sink.deliver(acceptable("one"))).isInstanceOf(NotSent.class);
        }
    }

    private DeliveryResult deliver(Path directory, Delivery delivery) throws Exception {
        try (var factory = factory();
                var sink = hub(directory).open(factory, Sink.class)) {
            return sink.deliver(delivery);
        }
    }

    static String notice(String business) {
        return "<gewerbeanzeige xmlns='urn:stellwerk:sample:pirna-register:2'><vorgang>PIR-2026-000001</vorgang>"
                + "<ags>14628270</ags><art>ANMELDUNG</art><betrieb><name>" + business + "</name>"
                + "<taetigkeit>Handel</taetigkeit><strasse>Markt</strasse><hausnummer>1</hausnummer><plz>01796</plz>"
                + "<ort>Pirna</ort><beginn>2026-12-01</beginn></betrieb><person><familienname>Muster</familienname>"
                + "<vorname>Maria</vorname><geburtsdatum>1980-01-31</geburtsdatum></person></gewerbeanzeige>";
    }

    @Override
    public ConnectorFactory factory() {
        return new TradeRegisterXml();
    }

    @Override
    public TestHub hub(Path directory) throws IOException {
        in = Files.createDirectory(directory.resolve("eingang"));
        Files.createDirectory(directory.resolve("ausgang"));
        return new TestHub(directory).with("folder-in", "eingang").with("folder-out", "ausgang");
    }

    @Override
    public Delivery acceptable(String id) {
        return delivery(id, "form.submission", notice(id));
    }

    @Override
    public int arrived() throws IOException {
        return (int)
                files().stream().filter(file -> file.toString().endsWith(".ok")).count();
    }

    @Override
    public boolean arrived(byte[] attachment) throws IOException {
        for (var file : files()) {
            if (Arrays.equals(Files.readAllBytes(file), attachment)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void unreachable() throws IOException {
        Files.move(in, in.resolveSibling("weg"));
    }

    @Override
    public void reachable() throws IOException {
        Files.move(in.resolveSibling("weg"), in);
    }

    private List<Path> files() throws IOException {
        if (!Files.exists(in)) {
            return List.of();
        }
        try (var all = Files.list(in)) {
            return all.toList();
        }
    }
}
