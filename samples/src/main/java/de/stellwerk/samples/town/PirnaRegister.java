package de.stellwerk.samples.town;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Pirna's trade register: reads register XML from its in-folder, answers with a file in its out-folder. A file name is a key: a second
 * file of a known name makes no second entry. Fees lie between 20.00 and 60.00 euros.
 */
final class PirnaRegister {

    private static final long SMALLEST_FEE = 2_000;
    private static final int FEE_STEP = 50;
    private static final int FEE_STEPS = 81;

    private final HandOver in;
    private final HandOver out;
    private final Path archive;
    private final Journal journal;
    private final long seed;
    private final int refusePercent;
    private final Map<String, Answer> entries = new HashMap<>();

    private record Answer(String file, String caseId, boolean accepted, long number) {}

    /** @param known the journal's lines so far: what they name is not entered again */
    PirnaRegister(Path folder, Journal journal, List<Journal.Line> known, long seed, int refusePercent)
            throws IOException {
        this.in = new HandOver(folder.resolve("eingang"));
        this.out = new HandOver(folder.resolve("ausgang"));
        this.archive = folder.resolve("archiv");
        this.journal = journal;
        this.seed = seed;
        this.refusePercent = refusePercent;
        for (var line : known) {
            if (line.event().equals("entry")) {
                var file = line.text("key");
                entries.put(file, new Answer(file, line.text("case"), line.flag("accepted"), line.number("number")));
            }
        }
        var answered = known.stream()
                .filter(line -> line.event().equals("answer"))
                .map(line -> line.text("key"))
                .collect(java.util.stream.Collectors.toSet());
        for (var entry : List.copyOf(entries.values())) {
            if (!answered.contains(entry.file())) {
                answer(entry);
            }
        }
    }

    /** One look into the in-folder. */
    void work() throws IOException {
        for (var file : in.ready(".xml")) {
            var name = file.getFileName().toString();
            var bytes = Files.readAllBytes(file);
            if (entries.containsKey(name)) {
                journal.note("repeated", "key", name, "sha256", Journal.sha256(bytes));
            } else {
                enter(name, bytes);
            }
            in.archive(file, archive);
            archiveAttachments(name.substring(0, name.length() - ".xml".length()));
        }
    }

    /** Attachments lie beside their file, as {@code <its name>_1.pdf} and so on, without markers of their own. */
    private void archiveAttachments(String stem) throws IOException {
        try (var attachments = Files.newDirectoryStream(in.folder(), stem + "_*")) {
            for (var attachment : attachments) {
                if (!attachment.toString().endsWith(".tmp")) {
                    Files.move(
                            attachment, archive.resolve(attachment.getFileName()), StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }

    private void enter(String name, byte[] bytes) throws IOException {
        final String caseId;
        final String family;
        try {
            var document = SafeParser.parse(bytes);
            caseId = SafeParser.text(document, "vorgang");
            family = SafeParser.text(document, "familienname");
            if (caseId.isEmpty() || family.isEmpty() || !"ISO-8859-1".equalsIgnoreCase(document.getXmlEncoding())) {
                throw new IOException("a field is missing or the file is not declared as ISO-8859-1");
            }
        } catch (IOException e) {
            journal.note(
                    "unreadable", "key", name, "sha256", Journal.sha256(bytes), "why", String.valueOf(e.getMessage()));
            return;
        }
        var number = entries.size() + 1L;
        var accepted = new Random(seed ^ caseId.hashCode()).nextInt(100) >= refusePercent;
        var answer = new Answer(name, caseId, accepted, number);
        journal.note(
                "entry",
                "key",
                name,
                "case",
                caseId,
                "sha256",
                Journal.sha256(bytes),
                "number",
                number,
                "accepted",
                accepted,
                "cents",
                fee(answer));
        entries.put(name, answer);
        answer(answer);
    }

    private void answer(Answer answer) throws IOException {
        var xml = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n"
                + "<antwort xmlns=\"urn:stellwerk:sample:pirna-register:2\"><datei>" + answer.file()
                + "</datei><vorgang>"
                + answer.caseId() + "</vorgang>"
                + (answer.accepted()
                        ? "<status>ANGENOMMEN</status><gebuehrCent>" + fee(answer)
                                + "</gebuehrCent><registernummer>PIR-GR-" + String.format("%06d", answer.number())
                                + "</registernummer><grund/>"
                        : "<status>ABGELEHNT</status><gebuehrCent>0</gebuehrCent><registernummer/>"
                                + "<grund>Die Tätigkeit ist erlaubnispflichtig, der Nachweis fehlt.</grund>")
                + "</antwort>\n";
        var bytes = xml.getBytes(StandardCharsets.ISO_8859_1);
        var stem = answer.file().substring(0, answer.file().length() - ".xml".length());
        out.put(stem + ".antwort.xml", bytes);
        journal.note(
                "answer",
                "key",
                answer.file(),
                "case",
                answer.caseId(),
                "accepted",
                answer.accepted(),
                "cents",
                fee(answer),
                "sha256",
                Journal.sha256(bytes));
    }

    private long fee(Answer answer) {
        var steps = new Random(seed * 31 + answer.caseId().hashCode()).nextInt(FEE_STEPS);
        return answer.accepted() ? SMALLEST_FEE + (long) FEE_STEP * steps : 0;
    }

    public static void main(String[] words) throws Exception {
        var options = new Options(
                List.of(words), Set.of("folder", "journal", "seed", "misbehave-refuse", "misbehave-delay"), Set.of());
        var path = options.path("journal");
        var known = Journal.read(path);
        try (var journal = new Journal(path, Clock.systemUTC())) {
            var register = new PirnaRegister(
                    options.path("folder"),
                    journal,
                    known,
                    options.number("seed", 1),
                    options.number("misbehave-refuse", 5));
            journal.note("ready");
            Rounds.forever(100 + options.number("misbehave-delay", 0), register::work);
        }
    }
}
