package de.stellwerk.hub.route;

import static java.nio.charset.StandardCharsets.UTF_8;

import de.stellwerk.hub.spi.Content;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.impl.DefaultCamelContext;

/** A routes folder for a test, with the routes of it running. */
final class Folder implements AutoCloseable {

    static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-24T08:00:00Z"), ZoneOffset.UTC);

    final Path path;
    final FakeDoors doors = new FakeDoors();
    final DefaultCamelContext context = new DefaultCamelContext();
    final Routes routes;

    Folder(Path path) {
        this.path = path;
        this.routes = new Routes(path, context, doors, CLOCK);
    }

    Folder start() {
        routes.start();
        return this;
    }

    Folder write(String name, String text) {
        try {
            var file = path.resolve(name);
            Files.createDirectories(file.getParent());
            var temporary = file.resolveSibling(file.getFileName() + ".tmp");
            Files.writeString(temporary, text);
            Files.move(temporary, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A route of Pirna for kind {@code test.message} with these steps, each a YAML item. */
    Folder route(String... steps) {
        return write("test.camel.yaml", routeText("test", "test.message", steps));
    }

    static String routeText(String id, String kind, String... steps) {
        var text = new StringBuilder("- route:\n    id: " + id + "\n    from:\n      uri: hub:" + kind
                + "\n      parameters:\n        municipality: \"14628270\"\n      steps:\n");
        for (var step : steps)
            step.lines().forEach(line -> text.append("        ").append(line).append('\n'));
        return text.toString();
    }

    /** What is wrong with the files, without starting anything. */
    List<RouteProblem> problems() {
        try {
            return RoutePlan.of(new RouteFolder(path, CLOCK).read(), doors, name -> Optional.empty()).values().stream()
                    .flatMap(planned -> planned.problems().stream())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    RouteOutcome run(String xml) {
        return run(input(xml));
    }

    RouteOutcome run(RouteInput input) {
        return routes.run(input);
    }

    static RouteInput input(String xml) {
        return input("test.message", "", Map.of(), xml);
    }

    static RouteInput input(String kind, String service, Map<String, String> headers, String xml) {
        return new RouteInput(
                "m-1",
                FakeDoors.PIRNA,
                kind,
                service,
                "PIR-2026-000001",
                Optional.empty(),
                headers,
                Content.of("body.xml", "application/xml", xml.getBytes(UTF_8)),
                List.of(Content.of("antrag.pdf", "application/pdf", new byte[] {37, 80, 68, 70})));
    }

    static RouteInput answering(RouteInput input, String reference) {
        return new RouteInput(
                input.messageId(),
                input.municipality(),
                input.kind(),
                input.service(),
                input.caseId(),
                Optional.of(reference),
                input.headers(),
                input.body(),
                input.attachments());
    }

    static String text(Content content) {
        try (var in = content.open()) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static PlannedDelivery only(RouteOutcome outcome) {
        if (outcome instanceof RouteOutcome.Routed routed && routed.deliveries().size() == 1)
            return routed.deliveries().get(0);
        throw new AssertionError("not one delivery: " + outcome);
    }

    @Override
    public void close() {
        routes.close();
        context.stop();
    }
}
