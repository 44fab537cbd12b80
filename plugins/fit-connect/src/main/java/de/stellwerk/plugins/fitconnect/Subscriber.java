package de.stellwerk.plugins.fitconnect;

import com.nimbusds.jose.jwk.RSAKey;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Receipt.Outcome;
import de.stellwerk.hub.spi.Receiver;
import de.stellwerk.hub.spi.Source;
import java.io.IOException;
import java.text.ParseException;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One destination's way in. A submission is fetched, verified and handed over; only when the hub holds it, the signed event says so. What
 * was interrupted before the event is still in the list and comes again under its submission's id; an event that is there already is not
 * an error. A callback is a hint to fetch, never a source of content.
 */
final class Subscriber implements Source, Receiver {

    static final int MOST_AT_ONCE = 20;

    private static final String ID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";
    private static final int LARGEST_CALLBACK = 64 << 10;
    private static final int MOST_ATTACHMENTS = 200;

    private final Api api;
    private final Verification verification;
    private final Card card;
    private final Clock clock;
    /** So many at the head of the list could not be fetched; the next poll looks behind them. */
    private int stuck;

    /**
     * @param acknowledge the event by which the hub says that it holds a submission
     * @param proof without one no callback is taken
     */
    record Card(String destination, String kind, String acknowledge, RSAKey signing, Optional<CallbackProof> proof) {}

    Subscriber(Api api, Verification verification, Card card, Clock clock) {
        this.api = api;
        this.verification = verification;
        this.card = card;
        this.clock = clock;
    }

    @Override
    public void poll(Inbox inbox) throws IOException {
        var waiting = api.waiting(card.destination(), stuck, MOST_AT_ONCE);
        if (waiting.isEmpty() && stuck > 0) {
            stuck = 0;
            waiting = api.waiting(card.destination(), 0, MOST_AT_ONCE);
        }
        handOver(
                waiting.stream()
                        .limit(MOST_AT_ONCE)
                        .map(each -> each.text("submissionId"))
                        .toList(),
                inbox);
    }

    /** One that cannot be fetched now does not hold up the others; its trouble is told at the end. */
    private void handOver(List<String> submissions, Inbox inbox) throws IOException {
        var failed = 0;
        IOException last = null;
        for (var id : submissions) {
            try {
                handOver(id, inbox);
            } catch (IOException e) {
                failed++;
                last = e;
            }
        }
        if (last != null) {
            stuck += failed;
            throw new IOException(
                    failed + " submissions could not be fetched or acknowledged; they stay. " + last.getMessage(),
                    last);
        }
    }

    private void handOver(String id, Inbox inbox) throws IOException {
        if (!id.matches(ID)) {
            throw new IOException("fit.answer: a submission's id is not a UUID");
        }
        var submission = api.submissionOf(id);
        var caseId = submission.text("caseId");
        if (!submission.text("submissionId").equals(id)
                || !submission.text("destinationId").equals(card.destination())
                || !caseId.matches(ID)) {
            throw new IOException("fit.answer: what was fetched is not the submission that was asked for");
        }
        try {
            var opened = verification.open(submission, attachments(submission));
            var receipt = inbox.accept(FitConnectSubscriber.SUBMISSIONS, message(id, caseId, submission, opened));
            if (receipt.outcome() == Outcome.REJECTED) {
                throw new Refused(Problem.technical(receipt.code()));
            }
            tell(card.acknowledge(), Map.of(), id, caseId);
        } catch (Refused e) {
            tell(
                    EventLog.REJECT,
                    Map.of("problems", e.problems.stream().map(Problem::json).toList()),
                    id,
                    caseId);
        }
    }

    private Map<String, String> attachments(Json submission) throws IOException, Refused {
        var all = new LinkedHashMap<String, String>();
        var announced = submission.texts("attachments");
        if (announced.size() > MOST_ATTACHMENTS) {
            throw new Refused(Problem.attachments());
        }
        for (var id : announced) {
            if (!id.matches(ID)) {
                throw new Refused(Problem.attachments());
            }
            try {
                all.put(id, api.attachment(submission.text("submissionId"), id));
            } catch (ApiTrouble e) {
                if (e.status == 404) {
                    throw new Refused(Problem.missing("missing-attachment", Problem.attachment(id)));
                }
                throw e;
            }
        }
        return all;
    }

    private Message message(String id, String caseId, Json submission, Verification.Opened opened) {
        var metadata = Content.of("metadata.json", "application/json", opened.raw());
        var message =
                Message.of(id, card.kind(), opened.data().orElse(metadata)).inCase(caseId);
        for (var file : opened.attachments()) {
            message = message.attach(file);
        }
        if (opened.data().isPresent()) {
            message = message.attach(metadata);
        }
        var asked = submission.object("serviceType").text("identifier")
                + submission.object("publicService").text("identifier");
        var service = asked.isEmpty() ? opened.metadata().service() : asked;
        if (service.matches(Metadata.LEIKA + "[0-9]{14}")) {
            message = message.header("service", service.substring(Metadata.LEIKA.length()));
        }
        return message.header("submission", id)
                .header("schema", opened.metadata().schema());
    }

    /** Told once: if it is refused, the log says whether it, or something final, stands there already. */
    private void tell(String event, Map<String, Object> content, String id, String caseId) throws IOException {
        var token = EventLog.token(event, content, id, caseId, card.destination(), clock.instant(), card.signing());
        try {
            api.post(caseId, id, token);
        } catch (ApiTrouble e) {
            if (e.status >= 500 || e.status == 401 || e.status == 429 || !closed(event, id, caseId)) {
                throw e;
            }
        }
    }

    private boolean closed(String event, String id, String caseId) throws IOException {
        try {
            return verification.events().of(caseId, id).stream()
                    .anyMatch(each -> each.name().equals(event)
                            || each.name().equals(EventLog.ACCEPT)
                            || each.name().equals(EventLog.REJECT));
        } catch (Refused e) {
            return false;
        }
    }

    @Override
    public Answer receive(Request request, Inbox inbox) throws IOException {
        byte[] body;
        try (var in = request.body().open()) {
            body = in.readNBytes(LARGEST_CALLBACK + 1);
        }
        var headers = request.headers();
        // One answer for all that is wrong with the proof: who tries out keys learns nothing.
        if (body.length > LARGEST_CALLBACK
                || card.proof().isEmpty()
                || !card.proof()
                        .get()
                        .fits(
                                headers.getOrDefault("callback-timestamp", ""),
                                headers.getOrDefault("callback-authentication", ""),
                                body)) {
            return new Answer(401, "text/plain", "fit.callback: the proof is missing, wrong or too old");
        }
        Json callback;
        try {
            callback = Json.parse(body);
        } catch (ParseException e) {
            return new Answer(400, "text/plain", "fit.callback: not JSON");
        }
        if (callback.text("type").endsWith("/callbacks/new-submissions")) {
            handOver(named(callback), inbox);
        }
        // New events and replies concern senders; saying yes to them keeps the service from trying again.
        return new Answer(200, "text/plain", "");
    }

    /** {@code submissionIds} is the older form. What does not belong to this destination is another one's. More are found by polling. */
    private List<String> named(Json callback) {
        var ids = callback.has("submissions")
                ? callback.objects("submissions").stream()
                        .filter(each -> each.text("destinationId").equals(card.destination()))
                        .map(each -> each.text("submissionId"))
                : callback.texts("submissionIds").stream();
        return ids.distinct().limit(MOST_AT_ONCE).toList();
    }
}
