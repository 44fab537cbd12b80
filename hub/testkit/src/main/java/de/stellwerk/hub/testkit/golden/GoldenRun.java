package de.stellwerk.hub.testkit.golden;

import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.Channel.Direction;
import de.stellwerk.hub.spi.Connector;
import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.Inbox.Awaited;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Receiver;
import de.stellwerk.hub.spi.Sink;
import de.stellwerk.hub.spi.Source;
import de.stellwerk.hub.testkit.TestHub;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Runs one case with a connector in a scratch hub: a folder, memory, the loopback. It starts no thread but the loopback server's, and
 * only if the case has answers to give.
 */
public final class GoldenRun {

    /**
     * One thing that is not as the case says.
     *
     * @param what such as {@code result}, {@code file in/1.xml}, {@code message 1 header.file-name}
     * @param found from the case's own made-up data; texts are cut after 2000 characters
     */
    public record Difference(String what, String expected, String found) {

        @Override
        public String toString() {
            return what + ": expected " + expected + ", found " + found;
        }
    }

    private static final int LONGEST = 2_000;

    private final GoldenCase one;
    private final Path scratch;
    private final TestHub hub;
    private final List<Difference> differences = new ArrayList<>();
    private String http = "http://127.0.0.1:1";

    private GoldenRun(GoldenCase one, Path scratch) {
        this.one = one;
        this.scratch = scratch;
        this.hub = new TestHub(scratch.resolve("home"));
    }

    /**
     * Opens the connector, lets it do what the case says, closes it, and compares.
     *
     * @param scratch an empty folder; it may be deleted afterwards
     * @return empty if all is as the case says
     * @throws Exception if the connector cannot be opened with the case's settings, or cannot be closed
     */
    public static List<Difference> of(GoldenCase one, ConnectorFactory factory, Path scratch) throws Exception {
        return new GoldenRun(one, scratch.toAbsolutePath()).run(factory);
    }

    private Path directory() {
        return scratch.resolve("directory");
    }

    private List<Difference> run(ConnectorFactory factory) throws Exception {
        Files.createDirectories(directory());
        Files.createDirectories(scratch.resolve("home"));
        for (var folder : one.facts().text("folders").orElse("").split(",")) {
            Files.createDirectories(inside(folder.strip()));
        }
        for (var file : one.given().entrySet()) {
            var path = inside(file.getKey());
            Files.createDirectories(path.resolveSibling("."));
            Files.write(path, file.getValue());
        }
        if (one.exchanges().isEmpty()) {
            act(factory);
        } else {
            try (var target = new Loopback(one.exchanges(), this::filled)) {
                http = target.address();
                act(factory);
                compareHttp(target.asked());
            }
        }
        compareFiles();
        compareMessages();
        return List.copyOf(differences);
    }

    private Path inside(String path) throws NotACase {
        var inside = directory().resolve(path).normalize();
        if (!inside.startsWith(directory())) {
            throw new NotACase(one + " leads out of the scratch folder: " + path);
        }
        return inside;
    }

    private void act(ConnectorFactory factory) throws Exception {
        var nowhere = Loopback.nowhere();
        one.facts()
                .under("setting.")
                .forEach((name, value) -> hub.with(name, filled(value).replace("${nowhere}", nowhere)));
        for (var number : one.facts().numbered("awaited.")) {
            await("awaited." + number + ".");
        }
        try (var connector = hub.open(factory)) {
            if (one.delivery().isPresent()) {
                deliver(connector, delivery(one.delivery().get(), factory));
            } else if (one.request().isPresent()) {
                push(connector, one.request().get());
            } else {
                poll(connector);
            }
        }
    }

    private void await(String key) {
        var facts = one.facts();
        var channel = facts.text(key + "channel").orElse("");
        var awaited = new ArrayList<>(hub.inbox().awaited(channel, Integer.MAX_VALUE));
        awaited.add(new Awaited(
                facts.text(key + "reference").orElse(""),
                facts.text(key + "case").orElse("PIR-2026-000001"),
                hub.clock().instant(),
                facts.under(key + "header.")));
        hub.inbox().awaits(channel, awaited.toArray(new Awaited[0]));
    }

    private Delivery delivery(Letter letter, ConnectorFactory factory) throws IOException {
        var facts = letter.facts();
        var body = letter.body().orElseThrow(() -> new NotACase(one + "/delivery has no body"));
        var id = facts.text("id").orElse(one.name());
        var made = TestHub.delivery(id, facts.text("kind").orElse("form.submission"), body);
        var channel = facts.text("channel")
                .or(() -> factory.descriptor().channels().stream()
                        .filter(each -> each.direction() == Direction.OUT)
                        .map(Channel::name)
                        .findFirst())
                .orElse("out");
        return new Delivery(
                id.matches("[0-9a-f]{64}") ? id : made.id(),
                facts.number("number", made.number()),
                made.municipality(),
                channel,
                made.kind(),
                facts.text("case").orElse(made.caseId()),
                facts.under("header."),
                body,
                letter.attachments(),
                Math.toIntExact(facts.number("attempt", 1)));
    }

    private void deliver(Connector connector, Delivery delivery) {
        if (!(connector instanceof Sink sink)) {
            differences.add(
                    new Difference("connector", "a sink", connector.getClass().getSimpleName()));
            return;
        }
        try {
            var given = sink.deliver(delivery);
            var result = given instanceof DeliveryResult.WithReceipts with ? with.result() : given;
            compare("result", one.expect(), word(result), String.valueOf(result));
            var expected = one.facts().text("expect.reference");
            if (expected.isPresent() && result instanceof DeliveryResult.Delivered delivered) {
                compare("reference", filled(expected.get()), delivered.reference(), delivered.reference());
            }
        } catch (Exception e) {
            compare("result", one.expect(), "unknown", "a throw, " + e); // which is the same as Unknown
        }
    }

    private static String word(DeliveryResult result) {
        if (result instanceof DeliveryResult.Delivered) {
            return "delivered";
        }
        if (result instanceof DeliveryResult.Rejected) {
            return "rejected";
        }
        return result instanceof DeliveryResult.NotSent ? "not-sent" : "unknown";
    }

    private void push(Connector connector, Letter letter) {
        if (!(connector instanceof Receiver receiver)) {
            differences.add(new Difference(
                    "connector", "a receiver", connector.getClass().getSimpleName()));
            return;
        }
        var facts = letter.facts();
        var request = new Receiver.Request(
                facts.text("method").orElse("POST"),
                facts.text("path").orElse(""),
                facts.under("header."),
                letter.body().orElseGet(() -> Content.of("body", "application/octet-stream", new byte[0])));
        try {
            var answer = receiver.receive(request, hub.inbox());
            compare("status", one.expect(), String.valueOf(answer.status()), answer.status() + " " + answer.text());
            one.facts()
                    .text("expect.text")
                    .ifPresent(text -> compare("text", filled(text), answer.text(), answer.text()));
        } catch (Exception e) {
            compare("status", one.expect(), "500", "a throw, " + e); // which the hub answers with 500
        }
    }

    private void poll(Connector connector) {
        if (!(connector instanceof Source source)) {
            differences.add(
                    new Difference("connector", "a source", connector.getClass().getSimpleName()));
            return;
        }
        try {
            source.poll(hub.inbox());
            compare("poll", one.expect(), "polled", "polled");
        } catch (Exception e) {
            compare("poll", one.expect(), "failed", "a throw, " + e);
        }
    }

    private void compareHttp(List<RawHttp> asked) {
        if (asked.size() != one.exchanges().size()) {
            differences.add(new Difference(
                    "HTTP requests",
                    one.exchanges().size() + "",
                    asked.size() + " " + asked.stream().map(RawHttp::first).toList()));
        }
        for (int i = 0; i < Math.min(asked.size(), one.exchanges().size()); i++) {
            var what = "HTTP request " + (i + 1);
            var found = asked.get(i);
            one.exchanges().get(i).request().ifPresent(request -> {
                compare(what, filled(request.first()), found.first(), found.first());
                request.headers().forEach((name, value) -> {
                    var there = found.headers().getOrDefault(name, "nothing");
                    compare(what + " header " + name, filled(value), there, there);
                });
                if (!request.body().isEmpty()) {
                    var body = found.body().replace("\r\n", "\n").replaceFirst("\n\\z", "");
                    compare(what + " body", filled(request.body()), body, body);
                }
            });
        }
    }

    private void compareFiles() throws IOException {
        if (one.expectedFiles().isEmpty()) {
            return;
        }
        var expected = one.expectedFiles().get();
        var found = GoldenCase.bytes(directory());
        var names = new TreeSet<>(expected.keySet());
        names.addAll(found.keySet());
        for (var name : names) {
            compare("file " + name, expected.get(name), found.get(name));
        }
    }

    private void compareMessages() {
        var found = hub.inbox().messages();
        if (found.size() != one.expectedMessages().size()) {
            differences.add(new Difference(
                    "messages handed over",
                    one.expectedMessages().size() + "",
                    found.size() + " " + found.stream().map(Message::id).toList()));
        }
        for (int i = 0; i < Math.min(found.size(), one.expectedMessages().size()); i++) {
            compare("message " + (i + 1), one.expectedMessages().get(i), found.get(i));
        }
    }

    private void compare(String what, Letter expected, Message found) {
        var facts = expected.facts();
        compare(what + " id", facts.text("id"), found.id());
        compare(what + " kind", facts.text("kind"), found.kind());
        compare(what + " case", facts.text("case"), found.caseId().orElse("nothing"));
        compare(what + " answers", facts.text("answers"), found.answers().orElse("nothing"));
        compare(what + " body.name", facts.text("body.name"), found.body().name());
        compare(
                what + " body.media-type",
                facts.text("body.media-type"),
                found.body().mediaType());
        facts.under("header.")
                .forEach((name, value) -> compare(
                        what + " header." + name,
                        Optional.of(value),
                        found.headers().getOrDefault(name, "nothing")));
        expected.body().ifPresent(body -> compare(what + " body", TestHub.bytes(body), TestHub.bytes(found.body())));
        compare(
                what + " attachments",
                Optional.of(expected.attachments().size() + ""),
                found.attachments().size() + "");
        for (int i = 0;
                i < Math.min(expected.attachments().size(), found.attachments().size());
                i++) {
            compare(
                    what + " attachment " + (i + 1),
                    TestHub.bytes(expected.attachments().get(i)),
                    TestHub.bytes(found.attachments().get(i)));
        }
    }

    private void compare(String what, Optional<String> expected, String found) {
        expected.ifPresent(value -> compare(what, filled(value), found, found));
    }

    private void compare(String what, String expected, String found, String shown) {
        if (!expected.equals(found)) {
            differences.add(new Difference(what, cut(expected), cut(shown)));
        }
    }

    private void compare(String what, byte @Nullable [] expected, byte @Nullable [] found) {
        if (!Arrays.equals(expected, found)) {
            differences.add(new Difference(what, shown(expected), shown(found)));
        }
    }

    private static String shown(byte @Nullable [] bytes) {
        if (bytes == null) {
            return "nothing";
        }
        try {
            var text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return cut(text);
        } catch (CharacterCodingException e) {
            return bytes.length + " bytes that are not UTF-8, hash " + Arrays.hashCode(bytes);
        }
    }

    private static String cut(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    }

    private String filled(String text) {
        return text.replace("${directory}", directory().toString()).replace("${http}", http);
    }
}
