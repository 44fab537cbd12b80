package de.stellwerk.hub.api;

import de.stellwerk.hub.content.ContentStore;
import de.stellwerk.hub.ledger.Operator;
import de.stellwerk.hub.ledger.Search;
import de.stellwerk.hub.plugin.Connection;
import de.stellwerk.hub.plugin.Connections;
import de.stellwerk.hub.security.Caller;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.testcase.TestCases;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** A message as a golden message, personal data replaced. That it was made, by whom and why, stands in the ledger before it is sent. */
@RestController
final class TestCaseApi {

    private final Search search;
    private final Operator operator;
    private final ContentStore contents;
    private final Connections connections;
    private final TestCases cases;

    TestCaseApi(Search search, Operator operator, ContentStore contents, Connections connections, TestCases cases) {
        this.search = search;
        this.operator = operator;
        this.contents = contents;
        this.connections = connections;
        this.cases = cases;
    }

    /** @param delivery which of the message's deliveries, if it has several; otherwise the first */
    @GetMapping(path = "/api/v1/messages/{id}/test-case", produces = "application/zip")
    ResponseEntity<byte[]> testCase(
            @AuthenticationPrincipal Caller caller,
            @PathVariable UUID id,
            @RequestParam String reason,
            @RequestParam Optional<String> delivery)
            throws IOException {
        var message = search.message(caller.sight(), id).orElseThrow(() -> Refusal.notFound("message"));
        if (reason.isBlank() || reason.length() > 200) {
            throw Refusal.badRequest("reason.missing", "Say in the parameter 'reason' why the test case is made.");
        }
        var deliveries = search
                .deliveries(
                        caller.sight(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(id),
                        Optional.empty(),
                        500)
                .stream()
                .filter(each -> delivery.isEmpty() || delivery.get().equals(each.id()))
                .toList();
        if (delivery.isPresent() && deliveries.isEmpty()) {
            throw Refusal.notFound("delivery");
        }
        var out = deliveries.isEmpty()
                ? Optional.<Search.DeliveryRow>empty()
                : Optional.of(deliveries.get(deliveries.size() - 1));
        var numbers = out.map(each -> search.carried(each.id())).orElseGet(() -> own(id));
        var parts = new ArrayList<Content>();
        for (int no : numbers) {
            operator.read(message.municipality(), message.caseId(), id, no, caller.actor(), "test case: " + reason);
            parts.add(contents.open(search.part(id, no).orElseThrow(() -> Refusal.notFound("part"))));
        }
        var connection = out.flatMap(each -> connections.find(each.municipality(), each.connection()));
        var zip = cases.zip(
                new TestCases.Told(
                        message.id(),
                        message.municipality(),
                        out.map(Search.DeliveryRow::kind).orElse(message.kind()),
                        message.service(),
                        message.caseId(),
                        out.map(Search.DeliveryRow::channel).orElse(""),
                        out.map(Search.DeliveryRow::state).orElse(""),
                        search.headers(id),
                        parts.get(0),
                        parts.subList(1, parts.size())),
                connection.map(Connection::config),
                connection.flatMap(Connection::descriptor));
        return ResponseEntity.ok()
                .contentType(MediaType.valueOf("application/zip"))
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment()
                                .filename("test-case-" + id + ".zip")
                                .build()
                                .toString())
                .body(zip);
    }

    /** What the sender handed in, its body first. */
    private List<Integer> own(UUID id) {
        return search.parts(id).stream()
                .filter(part -> part.role().equals("body") || part.role().equals("attachment"))
                .map(Search.PartRow::no)
                .toList();
    }
}
