package de.stellwerk.hub.intake;

import de.stellwerk.hub.config.HubConfig;
import de.stellwerk.hub.content.ContentStore;
import de.stellwerk.hub.content.Part;
import de.stellwerk.hub.content.TooLarge;
import de.stellwerk.hub.crash.CrashPoint;
import de.stellwerk.hub.gate.Archives;
import de.stellwerk.hub.gate.BadInput;
import de.stellwerk.hub.gate.FileNames;
import de.stellwerk.hub.gate.HeaderGate;
import de.stellwerk.hub.gate.MediaTypes;
import de.stellwerk.hub.gate.SafeXml;
import de.stellwerk.hub.ledger.Ids;
import de.stellwerk.hub.ledger.Ledger;
import de.stellwerk.hub.ledger.NewMessage;
import de.stellwerk.hub.ledger.Taken;
import de.stellwerk.hub.spi.Content;
import java.io.IOException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes messages. Whatever {@link #accept} returns is durable: a sender may be told. What it throws means that nothing was taken and
 * the same submission may come again.
 */
public final class Intake {

    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);
    private static final Pattern KIND = Pattern.compile("[a-z][a-z0-9-]*(\\.[a-z][a-z0-9-]*)*");
    private static final Pattern SERVICE = Pattern.compile("[0-9]{14}|");
    private static final Pattern CASE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/:-]{0,119}");
    private static final int LONGEST_ID = 200;
    private static final int LONGEST_KIND = 80;
    private static final int FIRST_BYTES = 512;

    /** Held for a person to look at; every other code is refused before anything is held. */
    private static final Set<String> QUARANTINE = Set.of("type.mismatch", "xml.mojibake");

    /** Content that keeps its type even though senders outside use it rarely: mails with all that is in them. */
    private static final Set<String> ALLOWED = allowed();

    private final HubConfig config;
    private final ContentStore contents;
    private final Ledger ledger;
    private final Ids ids;
    private final Clock clock;
    private final RouteLane lane;
    private final Turns turns;
    private final AtomicInteger waiting = new AtomicInteger();

    /** Where the ids of new messages go. Neither call throws. */
    public interface RouteLane {
        /** Whether new ids of a municipality should go there at once; otherwise the next sweep brings them. */
        boolean hasRoom(String municipality);

        /** Whether so many of a municipality's messages wait there for their routes that more would only wait with them. */
        boolean isBehind(String municipality);

        void put(UUID message, String municipality);
    }

    public Intake(HubConfig config, ContentStore contents, Ledger ledger, Ids ids, Clock clock, RouteLane lane) {
        this.config = config;
        this.contents = contents;
        this.ledger = ledger;
        this.ids = ids;
        this.clock = clock;
        this.lane = lane;
        this.turns = new Turns(lane::isBehind);
    }

    /**
     * Takes one message, or says why not.
     *
     * @throws IOException if the content could not be read or stored; nothing was taken
     */
    public Accepted accept(Submission submission) throws IOException {
        var asked = submission.polledFrom().isEmpty();
        try (var turn = turns.take(submission.municipality(), asked)) {
            waiting.addAndGet(asked ? 1 : 0);
            try {
                return acceptNow(submission);
            } finally {
                waiting.addAndGet(asked ? -1 : 0);
            }
        }
    }

    /**
     * Whether somebody waits for an answer at this moment, and nobody is held back since others are there. What is read from a source
     * waits in it as well as here, and does not count.
     */
    public boolean isRush() {
        return waiting.get() > 0 && !turns.holdBack();
    }

    private Accepted acceptNow(Submission submission) throws IOException {
        var parts = new ArrayList<Part>();
        try {
            checkForm(submission);
            Optional<NewMessage.Reason> quarantine = Optional.empty();
            for (var content : contentsOf(submission)) {
                var part = hold(content);
                parts.add(part);
                var why = check(part);
                if (quarantine.isEmpty()) {
                    quarantine = why;
                }
            }
            return take(submission, parts, quarantine);
        } catch (BadInput e) {
            return rejected(submission, e.code(), e.text(), parts);
        } catch (TooLarge e) {
            return rejected(
                    submission,
                    "size.part",
                    "A part has more than " + config.limits().part()
                            + " bytes. Nothing was taken. Send it in smaller parts, or ask the operator for a higher limit.",
                    parts);
        }
    }

    private Accepted take(Submission submission, List<Part> parts, Optional<NewMessage.Reason> quarantine) {
        CrashPoint.INTAKE_HELD.pass();
        var onLane = lane.hasRoom(submission.municipality());
        var taken = ledger.take(new NewMessage(
                ids.next(),
                submission.municipality(),
                submission.source(),
                submission.id(),
                submission.kind(),
                submission.service(),
                submission.caseId(),
                submission.answers(),
                HeaderGate.pass(submission.headers()),
                quarantine,
                List.copyOf(parts),
                submission.polledFrom(),
                onLane,
                clock.instant().truncatedTo(ChronoUnit.MILLIS)));
        CrashPoint.INTAKE_COMMITTED.pass();
        if (taken.result() == Taken.Result.NEW) {
            if (onLane) {
                lane.put(taken.id(), submission.municipality());
            }
        } else {
            LOG.info("message {} of {}: {} {}", taken.id(), submission.municipality(), taken.result(), taken.code());
        }
        var outcome =
                switch (taken.result()) {
                    case NEW -> Accepted.Outcome.TAKEN;
                    case DUPLICATE -> Accepted.Outcome.DUPLICATE;
                    case CONFLICT -> Accepted.Outcome.CONFLICT;
                    case QUARANTINED -> Accepted.Outcome.QUARANTINED;
                };
        return new Accepted(
                outcome,
                Optional.of(taken.id()),
                taken.caseId(),
                taken.acceptedAt(),
                taken.code(),
                taken.text(),
                List.copyOf(parts));
    }

    private Accepted rejected(Submission submission, String code, String text, List<Part> parts) {
        // Whose ledger it is must not be invented by the sender.
        var municipality =
                config.municipalities().containsKey(submission.municipality()) ? submission.municipality() : "00000000";
        ledger.refused(municipality, submission.source(), code, text);
        LOG.info("refused {} from {} of {}", code, submission.source(), municipality);
        return new Accepted(
                Accepted.Outcome.REJECTED, Optional.empty(), "", clock.instant(), code, text, List.copyOf(parts));
    }

    private void checkForm(Submission submission) throws BadInput {
        if (!config.municipalities().containsKey(submission.municipality())) {
            throw new BadInput(
                    "municipality.unknown",
                    "This hub does not serve that municipality. Nothing was taken. Check the AGS (eight digits).");
        }
        if (submission.id().isBlank() || submission.id().length() > LONGEST_ID || hasControl(submission.id())) {
            throw new BadInput(
                    "message.id",
                    "The message's id is empty, longer than " + LONGEST_ID
                            + " characters or has control characters. Nothing was taken. Send a unique printable id.");
        }
        if (submission.kind().length() > LONGEST_KIND
                || !KIND.matcher(submission.kind()).matches()) {
            throw new BadInput(
                    "message.kind",
                    "The kind of message is not written as one. Nothing was taken. Write it like form.submission.");
        }
        if (!SERVICE.matcher(submission.service()).matches()) {
            throw new BadInput(
                    "message.service",
                    "The service is not a LeiKa key. Nothing was taken. Write it with 14 digits, such as 99050012104000.");
        }
        if (submission.caseId().isPresent()
                && !CASE.matcher(submission.caseId().get()).matches()) {
            throw new BadInput(
                    "message.case",
                    "The case id is longer than 120 characters or has other characters than letters, digits and . _ / : -."
                            + " Nothing was taken.");
        }
        if (submission.attachments().size() > config.limits().attachments()) {
            throw new BadInput(
                    "size.attachments",
                    "The message has more than " + config.limits().attachments()
                            + " attachments. Nothing was taken. Send fewer, or pack them into one ZIP file.");
        }
    }

    private Part hold(Content content) throws IOException, BadInput {
        var name = FileNames.safe(content.name());
        try (var bytes = content.open()) {
            return contents.store(
                    name, content.mediaType(), bytes, config.limits().part());
        }
    }

    /** Looks into a part. The result is a reason for quarantine; a reason for refusal is thrown. */
    private Optional<NewMessage.Reason> check(Part part) throws BadInput, IOException {
        if (part.size() == 0) {
            throw new BadInput(
                    "content.empty", "A part has no bytes. Nothing was taken. Send it again with its content.");
        }
        try {
            var held = contents.open(part);
            try (var bytes = held.open()) {
                MediaTypes.check(part.mediaType(), bytes.readNBytes(FIRST_BYTES), ALLOWED);
            }
            var type = bare(part.mediaType());
            if (type.equals("application/xml") || type.equals("text/xml") || type.endsWith("+xml")) {
                try (var bytes = held.open()) {
                    SafeXml.check(bytes, config.limits());
                }
            }
            if (type.equals("application/zip") || type.endsWith("+zip")) {
                try (var bytes = held.open()) {
                    Archives.check(bytes, config.limits());
                }
            }
            return Optional.empty();
        } catch (BadInput e) {
            if (QUARANTINE.contains(e.code())) {
                return Optional.of(new NewMessage.Reason(e.code(), e.text()));
            }
            throw e;
        }
    }

    private static List<Content> contentsOf(Submission submission) {
        var all = new ArrayList<Content>();
        all.add(submission.body());
        all.addAll(submission.attachments());
        return all;
    }

    private static String bare(String mediaType) {
        var semicolon = mediaType.indexOf(';');
        return (semicolon < 0 ? mediaType : mediaType.substring(0, semicolon))
                .trim()
                .toLowerCase(Locale.ROOT);
    }

    private static boolean hasControl(String text) {
        return text.chars().anyMatch(Character::isISOControl);
    }

    private static Set<String> allowed() {
        var types = new HashSet<>(MediaTypes.USUAL);
        types.add("message/rfc822");
        return Set.copyOf(types);
    }
}
