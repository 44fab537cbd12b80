package de.stellwerk.hub.testkit.golden;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * One golden message, read from its folder:
 *
 * <pre>
 * new-registration/
 *   case.properties           what is configured and what is expected, see below
 *   delivery/                 a message that goes out …
 *   request/                  … or a request that is pushed to the hub; with neither, the source is asked once
 *     body.xml                the body; its ending says its media type
 *     attachments/1-plan.pdf  in the order of their names
 *     message.properties      id, kind, channel, case, number, attempt, header.NAME; for a request method, path, header.NAME;
 *                             body.name, body.media-type, attachment.1.name, attachment.1.media-type
 *   given/                    files that lie in the scratch folder before the connector is opened
 *   http/1-answer.txt         what a loopback server says to the first request: status, headers, an empty line, the body
 *   http/1-request.txt        what the first request must have been: method and path, headers, an empty line, the body
 *   expected/files/           the scratch folder afterwards: these files with these bytes and no others
 *   expected/messages/1/      the first message the hub was handed, in the form of delivery/; only the keys named are compared
 * </pre>
 *
 * {@code case.properties}, UTF-8:
 *
 * <pre>
 * connector = file-drop            may be left out if the jar has one connector only
 * setting.folder = ${directory}/in settings; a secret's value stands here openly, so it is never a real one
 * folders = in, done               empty folders that are in the scratch folder before the connector is opened
 * expect = delivered               for a delivery: delivered, rejected, not-sent or unknown; for a request: its status;
 *                                  for a source: polled, or failed if asking it throws
 * expect.reference = 1.xml         what a delivered one is called outside; compared if named
 * expect.text = ok                 the text of an answer to a request; compared if named
 * awaited.1.channel = orders       deliveries the hub still awaits an answer for: reference, case, header.NAME
 * </pre>
 *
 * {@code ${directory}} stands for the scratch folder, {@code ${http}} for the loopback server, {@code ${nowhere}} for an address
 * {@code 127.0.0.1:port} at which nobody listens. The clock stands at 24 November 2026, 09:00 UTC. Bytes are compared as they are.
 *
 * <p>Limits: 200 cases a folder, 1000 files and 32 MiB a case. A case holds no personal data of living people.
 */
public final class GoldenCase {

    /** Where a jar carries the cases that a hub runs before it lets the jar take part. */
    public static final String IN_JAR = "META-INF/stellwerk/selftest";

    private static final int MOST_CASES = 200;
    private static final int MOST_FILES = 1_000;
    private static final long MOST_BYTES = 32L << 20;
    private static final Pattern KNOWN =
            Pattern.compile("connector|folders|expect|expect\\.(reference|text)|setting\\.[a-z][a-z0-9-]{0,62}"
                    + "|awaited\\.[0-9]{1,4}\\.(channel|reference|case|header\\.[a-z][a-z0-9-]{0,62})");
    private static final Pattern EXPECT =
            Pattern.compile("delivered|rejected|not-sent|unknown|polled|failed|[1-5][0-9]{2}");

    private final String name;
    private final Facts facts;
    private final Optional<Letter> delivery;
    private final Optional<Letter> request;
    private final Map<String, byte[]> given;
    private final Optional<Map<String, byte[]>> expectedFiles;
    private final List<Letter> expectedMessages;
    private final List<Exchange> exchanges;

    /** @param request empty if whatever is asked is answered */
    record Exchange(Optional<RawHttp> request, RawHttp answer) {}

    private GoldenCase(Path folder) throws IOException {
        check(folder);
        this.name = Letter.name(folder);
        this.facts = Facts.read(folder.resolve("case.properties"), KNOWN);
        this.delivery = letter(folder.resolve("delivery"));
        this.request = letter(folder.resolve("request"));
        this.given = bytes(folder.resolve("given"));
        var files = folder.resolve("expected").resolve("files");
        this.expectedFiles = Files.isDirectory(files) ? Optional.of(bytes(files)) : Optional.empty();
        var messages = new ArrayList<Letter>();
        for (var message : Letter.folders(folder.resolve("expected").resolve("messages"))) {
            messages.add(Letter.read(message));
        }
        this.expectedMessages = List.copyOf(messages);
        this.exchanges = exchanges(folder.resolve("http"));
        if (delivery.isPresent() && request.isPresent()) {
            throw new NotACase(folder + " has both a delivery and a request; make two cases of it");
        }
        if (!EXPECT.matcher(expect()).matches()) {
            throw new NotACase(folder + "/case.properties: expect is not of the form " + EXPECT.pattern());
        }
    }

    /**
     * Every case in the folder, by name: each folder in it that has a {@code case.properties}.
     *
     * @param folder may lie in a zip's file system; none there means no cases
     * @throws NotACase if one of them is not as described above
     */
    public static List<GoldenCase> read(Path folder) throws IOException {
        var cases = new ArrayList<GoldenCase>();
        for (var one : Letter.folders(folder)) {
            if (Files.isRegularFile(one.resolve("case.properties"))) {
                if (cases.size() == MOST_CASES) {
                    throw new NotACase(folder + " has more than " + MOST_CASES + " cases");
                }
                cases.add(new GoldenCase(one));
            }
        }
        return List.copyOf(cases);
    }

    public String name() {
        return name;
    }

    /** The connector it is for; empty if it says nothing. */
    public Optional<String> connector() {
        return facts.text("connector");
    }

    String expect() {
        return facts.text("expect").orElse(delivery.isPresent() ? "delivered" : request.isPresent() ? "200" : "polled");
    }

    Facts facts() {
        return facts;
    }

    Optional<Letter> delivery() {
        return delivery;
    }

    Optional<Letter> request() {
        return request;
    }

    Map<String, byte[]> given() {
        return given;
    }

    Optional<Map<String, byte[]>> expectedFiles() {
        return expectedFiles;
    }

    List<Letter> expectedMessages() {
        return expectedMessages;
    }

    List<Exchange> exchanges() {
        return exchanges;
    }

    @Override
    public String toString() {
        return name;
    }

    private static Optional<Letter> letter(Path folder) throws IOException {
        return Files.isDirectory(folder) ? Optional.of(Letter.read(folder)) : Optional.empty();
    }

    private static List<Exchange> exchanges(Path folder) throws IOException {
        var found = new ArrayList<Exchange>();
        for (int i = 1; Files.isRegularFile(folder.resolve(i + "-answer.txt")); i++) {
            var request = folder.resolve(i + "-request.txt");
            found.add(new Exchange(
                    Files.isRegularFile(request)
                            ? Optional.of(RawHttp.of(Files.readString(request)))
                            : Optional.empty(),
                    RawHttp.of(Files.readString(folder.resolve(i + "-answer.txt")))));
        }
        return List.copyOf(found);
    }

    /** The files below a folder, by their path in it with slashes. */
    static Map<String, byte[]> bytes(Path folder) throws IOException {
        var found = new TreeMap<String, byte[]>();
        if (Files.isDirectory(folder)) {
            try (var all = Files.walk(folder)) {
                for (var file : all.filter(Files::isRegularFile).toList()) {
                    var path = folder.relativize(file).toString().replace('\\', '/');
                    found.put(path, Files.readAllBytes(file));
                }
            }
        }
        return found;
    }

    /** Before anything is read: a jar that nobody has checked yet must not fill the memory. */
    private static void check(Path folder) throws IOException {
        long bytes = 0;
        int files = 0;
        try (var all = Files.walk(folder)) {
            for (var path : (Iterable<Path>) all::iterator) {
                if (Files.isSymbolicLink(path)) {
                    throw new NotACase(path + " is a link; a case holds files and folders only");
                }
                if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                    bytes += Files.size(path);
                    files++;
                }
                if (bytes > MOST_BYTES || files > MOST_FILES) {
                    throw new NotACase(folder + " has more than " + MOST_FILES + " files or 32 MiB");
                }
            }
        }
    }
}
