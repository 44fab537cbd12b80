package de.stellwerk.hub.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import de.stellwerk.hub.route.RouteOutcome.Failed;
import de.stellwerk.hub.route.RouteOutcome.NoRoute;
import de.stellwerk.hub.route.RouteOutcome.Routed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.model.ModelCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveRoutesTest {

    private static final Duration PROMISED = Duration.ofSeconds(3);

    @TempDir
    Path path;

    private Folder folder;

    @BeforeEach
    void folder() {
        folder = new Folder(path);
    }

    @AfterEach
    void close() {
        folder.close();
    }

    @Test
    void aChangeIsActiveWithinThreeSeconds() {
        folder.route("- to: hub:deliver/records").start();
        assertThat(target()).isEqualTo("records");

        folder.route("- to: hub:deliver/mailbox");

        await().atMost(PROMISED).untilAsserted(() -> assertThat(target()).isEqualTo("mailbox"));
    }

    @Test
    void aChangedStylesheetIsAChangeOfItsRoute() {
        folder.write("test/a.xsl", RefusedRoutesTest.stylesheet("<one/>"))
                .route("- to: xslt:a.xsl", "- to: hub:deliver/records")
                .start();
        var before = version();

        folder.write("test/a.xsl", RefusedRoutesTest.stylesheet("<two/>"));

        await().atMost(PROMISED).untilAsserted(() -> {
            assertThat(Folder.text(Folder.only(folder.run("<x/>")).body())).endsWith("<two/>");
            assertThat(version()).isNotEqualTo(before).startsWith("test@");
        });
    }

    @Test
    void aChangedTemplateIsAChangeOfEveryRouteMadeOfIt() {
        folder.write("shape.camel.yaml", RefusedRoutesTest.template("{{to}}"))
                .write("a.camel.yaml", RefusedRoutesTest.templated("shape", "to"))
                .start();
        assertThat(target()).isEqualTo("records");

        folder.write("shape.camel.yaml", RefusedRoutesTest.template("mailbox") + "        - to: hub:deliver/{{to}}\n");
        folder.routes.reload();

        assertThat(((Routed) folder.run("<a/>")).deliveries())
                .extracting(PlannedDelivery::connection)
                .containsExactly("mailbox", "records");
    }

    @Test
    void aBrokenChangeLeavesTheOldRouteRunningAndSaysWhy() {
        folder.route("- to: hub:deliver/records").start();
        var before = version();

        folder.route("- to: hub:deliver/records", "- to: hub:delivr/records");
        folder.routes.reload();

        assertThat(target()).isEqualTo("records");
        assertThat(folder.routes.status()).singleElement().satisfies(status -> {
            assertThat(status.route()).isEqualTo(before);
            assertThat(status.running()).isTrue();
            assertThat(status.problems()).singleElement().satisfies(problem -> {
                assertThat(problem.line()).isEqualTo(9);
                assertThat(problem.column()).isEqualTo(15);
                assertThat(problem.found()).contains("'hub:delivr'");
                assertThat(problem.expected())
                        .startsWith("did you mean 'hub:deliver'?")
                        .contains("hub:deliver/<connection>");
                assertThat(problem.text()).startsWith("test.camel.yaml:9:15 [route.step] found ");
            });
        });
    }

    @Test
    void aBrokenStylesheetLeavesTheOldRouteRunning() {
        folder.write("test/a.xsl", RefusedRoutesTest.stylesheet("<one/>"))
                .route("- to: xslt:a.xsl", "- to: hub:deliver/records")
                .start();

        folder.write(
                "test/a.xsl",
                "<xsl:stylesheet version='1.0' xmlns:xsl='http://www.w3.org/1999/XSL/Transform'>\n<xsl:tmplate/>\n<a></xsl:stylesheet>");
        folder.routes.reload();

        assertThat(Folder.text(Folder.only(folder.run("<x/>")).body())).endsWith("<one/>");
        assertThat(folder.routes.status().get(0).problems()).singleElement().satisfies(problem -> {
            assertThat(problem.file()).isEqualTo("test/a.xsl");
            assertThat(problem.line()).isEqualTo(3);
        });
    }

    @Test
    void theOldVersionComesBackWhenTheOldTextDoes() {
        folder.route("- to: hub:deliver/records").start();
        var before = version();
        folder.route("- to: hub:deliver/mailbox");
        folder.routes.reload();
        assertThat(version()).isNotEqualTo(before);

        folder.route("- to: hub:deliver/records");
        folder.routes.reload();

        assertThat(version()).isEqualTo(before);
        assertThat(target()).isEqualTo("records");
    }

    @Test
    void aDeletedFileTakesItsRoutesAlong() throws IOException {
        folder.route("- to: hub:deliver/records").start();

        Files.delete(path.resolve("test.camel.yaml"));

        await().atMost(PROMISED)
                .untilAsserted(() -> assertThat(folder.run("<a/>")).isInstanceOf(NoRoute.class));
        assertThat(folder.routes.status()).isEmpty();
        assertThat(folder.context.getRoutesSize()).isZero();
    }

    @Test
    void aFolderThatIsGoneIsNoOrderToRemoveTheRoutes() throws IOException {
        folder.route("- to: hub:deliver/records").start();
        var aside = path.resolveSibling(path.getFileName() + "-aside");
        Files.move(path, aside);
        try {
            folder.routes.reload();

            assertThat(target()).isEqualTo("records");
            assertThat(folder.routes.status()).anySatisfy(status -> assertThat(status.problems())
                    .extracting(RouteProblem::code)
                    .containsExactly("route.folder"));
        } finally {
            Files.move(aside, path);
        }
        folder.routes.reload();
        assertThat(folder.routes.status()).singleElement().satisfies(status -> assertThat(status.problems())
                .isEmpty());
    }

    @Test
    void theOneThatRunsKeepsWhatAnotherFileClaims() {
        folder.route("- to: hub:deliver/records").start();

        folder.write("a.camel.yaml", Folder.routeText("other", "test.message", "- to: hub:deliver/mailbox"));
        folder.write("b.camel.yaml", Folder.routeText("test", "other.kind", "- to: hub:deliver/mailbox"));
        folder.routes.reload();

        assertThat(target()).isEqualTo("records");
        assertThat(folder.routes.status())
                .filteredOn(status -> !status.problems().isEmpty())
                .extracting(status -> status.problems().get(0).text())
                .satisfiesExactly(
                        text -> assertThat(text)
                                .contains("a.camel.yaml:2:", "a second route for", "test.camel.yaml:2:"),
                        text -> assertThat(text).contains("b.camel.yaml:2:", "the route id 'test' again"));
    }

    @Test
    void twoFilesMaySwapWhatTheyTake() {
        folder.write("a.camel.yaml", Folder.routeText("a", "kind.one", "- to: hub:deliver/records"))
                .write("b.camel.yaml", Folder.routeText("b", "kind.two", "- to: hub:deliver/mailbox"))
                .start();

        folder.write("a.camel.yaml", Folder.routeText("a", "kind.two", "- to: hub:deliver/records"))
                .write("b.camel.yaml", Folder.routeText("b", "kind.one", "- to: hub:deliver/mailbox"));
        folder.routes.reload();

        assertThat(folder.routes.status())
                .allSatisfy(status -> assertThat(status.problems()).isEmpty());
        assertThat(Folder.only(folder.run(Folder.input("kind.one", "", java.util.Map.of(), "<a/>")))
                        .connection())
                .isEqualTo("mailbox");
    }

    @Test
    void aRouteForTheServiceGoesBeforeOneForAll() {
        var special = Folder.routeText("special", "test.message", "- to: hub:deliver/mailbox")
                .replace("municipality:", "service: \"99\"\n        municipality:");
        folder.route("- to: hub:deliver/records")
                .write("special.camel.yaml", special)
                .start();

        assertThat(Folder.only(folder.run(Folder.input("test.message", "99", java.util.Map.of(), "<a/>")))
                        .connection())
                .isEqualTo("mailbox");
        assertThat(Folder.only(folder.run(Folder.input("test.message", "98", java.util.Map.of(), "<a/>")))
                        .connection())
                .isEqualTo("records");
    }

    @Test
    void aMessageWithoutARouteIsToldWhatThereIs() {
        folder.route("- to: hub:deliver/records").start();

        assertThat(folder.run(Folder.input("other.kind", "", java.util.Map.of(), "<a/>")))
                .isInstanceOfSatisfying(NoRoute.class, none -> assertThat(none.text())
                        .contains("other.kind of municipality 14628270", "test.message (test)"));
    }

    @Test
    void nothingIsRoutedBeforeTheStartAndAfterTheEnd() {
        folder.route("- to: hub:deliver/records");
        assertThat(folder.run("<a/>")).isInstanceOf(Failed.class);
        folder.start();
        assertThat(folder.run("<a/>")).isInstanceOf(Routed.class);
        folder.routes.close();
        assertThat(folder.run("<a/>")).isInstanceOf(Failed.class);
    }

    @Test
    void manyReloadsLeaveNothingBehindInCamel() {
        folder.route("- to: hub:deliver/records").start();
        reloads(3);
        var endpoints = folder.context.getEndpoints().size();

        reloads(8);

        assertThat(folder.context.getRoutesSize()).isEqualTo(1);
        assertThat(folder.context.getEndpoints()).hasSize(endpoints);
        assertThat(((ModelCamelContext) folder.context).getRouteDefinitions()).hasSize(1);
    }

    private void reloads(int count) {
        for (var i = 0; i < count; i++) {
            folder.route(
                    "- setHeader: { name: n, constant: '" + i + "' }",
                    "- choice: { when: [ { xpath: /a, steps: [ to: hub:deliver/records ] } ] }");
            folder.routes.reload();
        }
    }

    @Test
    void noMessageIsLostWhileRoutesChangeUnderIt() throws Exception {
        folder.route("- to: hub:deliver/records").start();
        var going = new AtomicBoolean(true);
        var versions = ConcurrentHashMap.<String>newKeySet();
        var pool = Executors.newFixedThreadPool(4);
        try {
            var callers = new ArrayList<Future<Integer>>();
            Callable<Integer> caller = () -> {
                var runs = 0;
                while (going.get()) {
                    var outcome = folder.run("<a><b>x</b></a>");
                    if (!(outcome instanceof Routed routed)
                            || routed.deliveries().size() != 1) throw new AssertionError("lost: " + outcome);
                    versions.add(routed.route());
                    runs++;
                }
                return runs;
            };
            for (var i = 0; i < 4; i++) callers.add(pool.submit(caller));
            var seen = new HashSet<String>();
            for (var i = 0; i < 8; i++) {
                folder.route(
                        "- setHeader: { name: n, constant: '" + i + "' }",
                        "- filter: { xpath: /a/b, steps: [ to: hub:deliver/"
                                + List.of("records", "mailbox").get(i % 2) + " ] }");
                folder.routes.reload();
                var now = version();
                seen.add(now);
                await().atMost(PROMISED).until(() -> versions.contains(now));
            }
            going.set(false);
            for (var each : callers) assertThat(each.get()).isPositive();
            assertThat(versions).containsAll(seen);
        } finally {
            going.set(false);
            pool.shutdownNow();
        }
    }

    private String target() {
        return Folder.only(folder.run("<a/>")).connection();
    }

    private String version() {
        return folder.routes.status().get(0).route();
    }
}
