package de.stellwerk.hub;

import de.stellwerk.hub.config.ConfigProblems;
import de.stellwerk.hub.config.ConfigReader;
import de.stellwerk.hub.config.Problem;
import de.stellwerk.hub.plugin.DraftCheck;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code connection validate, test, choices}: whether a connection is right, whether its target can be used, and what that has to choose
 * from. A running hub is asked over its API; {@code validate} works without one too.
 */
final class ConnectionCommand {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration CONNECT = Duration.ofSeconds(5);
    /** A test takes up to ten seconds a step. */
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private static final int OK = 200;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int BAD_GATEWAY = 502;

    private final PrintStream out;
    private final Clock clock;

    ConnectionCommand(PrintStream out, Clock clock) {
        this.out = out;
        this.clock = clock;
    }

    /** The status to end with; empty if the words are none of these. */
    Optional<Integer> run(Command.Line line) throws IOException, ConfigProblems {
        try {
            if (line.is("connection validate DIR", "--home", "--data", "--hub", "--key")) {
                return Optional.of(validate(line));
            }
            if (line.is("connection test DIR DIR", "--home", "--data", "--hub", "--key", "--draft")) {
                return Optional.of(test(line));
            }
            if (line.is("connection choices DIR DIR DIR", "--home", "--data", "--hub", "--key", "--draft")) {
                return Optional.of(choices(line));
            }
            return Optional.empty();
        } catch (NotTold e) {
            return Optional.of(say(e.status, e.german, e.english));
        }
    }

    /** Whoever names no hub wants to know of the file, wherever that is found out. */
    private int validate(Command.Line line) throws IOException, ConfigProblems, NotTold {
        var file = line.folder();
        var draft = read(file);
        HttpResponse<byte[]> answer;
        try {
            answer = send(line, "/api/v1/connections/validate", Optional.of(draft), true);
        } catch (NoHub e) {
            if (line.last("--hub").isPresent()) {
                throw e;
            }
            return validateHere(line, file, draft);
        }
        var told = json(answer);
        if (answer.statusCode() != OK) {
            throw refused(answer.statusCode(), told);
        }
        for (var each : told.path("problems")) {
            var place = each.path("file").asString("");
            problem(
                    new Problem(
                            each.path("code").asString(""),
                            place.equals("draft") ? shown(file) : place,
                            each.path("line").asInt(0),
                            each.path("column").asInt(0),
                            "",
                            ""),
                    each.path("german").asString(""),
                    each.path("english").asString(""));
        }
        return valid(told.path("problems").size(), "geprüft vom laufenden Hub", "checked by the running hub");
    }

    private int validateHere(Command.Line line, Path file, byte[] draft) throws IOException, ConfigProblems {
        var trust = ConfigReader.plugins(line.home(), System.getenv());
        var read = ConfigReader.draft(shown(file), new String(draft, StandardCharsets.UTF_8), line.home(), Map.of());
        var scratch = Files.createTempDirectory("connection-validate");
        try {
            var result = DraftCheck.of(read, line.home(), trust, clock, scratch);
            result.problems().forEach(each -> problem(each, each.words(Locale.GERMAN), each.words(Locale.ENGLISH)));
            if (!result.left().isEmpty()) {
                var left = String.join(", ", result.left());
                say(
                        Command.GOOD,
                        "Diese Archive im Eingang nähme ein Hub nicht (plugin check sagt, warum): " + left,
                        "A hub would not take these jars of the inbox (plugin check says why): " + left);
            }
            return valid(
                    result.problems().size(),
                    "geprüft ohne Hub, mit den Archiven in plugins/inbox",
                    "checked without a hub, with the jars in plugins/inbox");
        } finally {
            Command.delete(scratch);
        }
    }

    private int valid(int problems, String german, String english) {
        return problems == 0
                ? say(
                        Command.GOOD,
                        "In Ordnung, " + german + "; niemand wurde angesprochen.",
                        "In order, " + english + "; nobody was contacted.")
                : say(
                        Command.BAD,
                        problems + " Fehler, " + german
                                + "; nichts wurde geändert. Alle berichtigen, dann wieder prüfen.",
                        problems + " problems, " + english
                                + "; nothing was changed. Correct them all, then check again.");
    }

    private void problem(Problem problem, String german, String english) {
        var place = problem.file().isEmpty()
                ? ""
                : problem.line() == 0
                        ? problem.file() + " "
                        : problem.file() + ":" + problem.line() + ":" + problem.column() + " ";
        out.println(place + problem.code());
        told(german, english);
    }

    private int test(Command.Line line) throws IOException, NotTold {
        var told = asked(line, "/test", true);
        for (var each : told.path("checks")) {
            out.printf(
                    "%-24s %s%n",
                    each.path("name").asString(""),
                    each.path("outcome").asString("").toLowerCase(Locale.ROOT));
            told(each.path("german").asString(""), each.path("english").asString(""));
            told(
                    each.path("remedyGerman").asString(""),
                    each.path("remedyEnglish").asString(""));
        }
        return told.path("passed").asBoolean(false)
                ? say(
                        Command.GOOD,
                        "Die Verbindung lässt sich verwenden; gesendet wurde nichts.",
                        "The connection can be used; nothing was sent.")
                : say(
                        Command.BAD,
                        "Die Verbindung lässt sich so NICHT verwenden; gesendet und geändert wurde nichts.",
                        "The connection can NOT be used like this; nothing was sent or changed.");
    }

    private int choices(Command.Line line) throws IOException, NotTold {
        var told = asked(line, "/choices/" + encoded(line.word()), false);
        if (told.path("choices").isEmpty()) {
            return say(
                    Command.GOOD,
                    "Für diese Einstellung gibt es keine Auswahl.",
                    "There is nothing to choose from for this setting.");
        }
        told.path("choices").forEach(each -> out.println(each.asString("")));
        return Command.GOOD;
    }

    private JsonNode asked(Command.Line line, String what, boolean posted) throws IOException, NotTold {
        var draft = line.all("--draft");
        var answer = send(
                line,
                "/api/v1/connections/" + encoded(line.words().get(2)) + "/"
                        + encoded(line.words().get(3)) + what,
                draft.isEmpty() ? Optional.empty() : Optional.of(read(draft.get(0))),
                posted);
        var told = json(answer);
        if (answer.statusCode() == BAD_GATEWAY) {
            throw new NotTold(
                    Command.BAD,
                    "Das Ziel ließ sich nicht befragen, geändert wurde nichts. connection test zeigt, woran es liegt. "
                            + detail(told),
                    detail(told));
        }
        if (answer.statusCode() != OK) {
            throw refused(answer.statusCode(), told);
        }
        return told;
    }

    private static HttpResponse<byte[]> send(Command.Line line, String path, Optional<byte[]> body, boolean posted)
            throws IOException, NotTold {
        var hub = hub(line);
        var file = line.last("--key", line.data().resolve("first-api-key"));
        if (!Files.isReadable(file)) {
            throw new NotTold(
                    "In " + file
                            + " liegt kein lesbarer Schlüssel; niemand wurde gefragt. Mit --key DATEI eine Datei mit einem"
                            + " API-Schlüssel nennen.",
                    "There is no readable key in " + file + "; nobody was asked. Name a file with an API key with --key"
                            + " FILE.");
        }
        try {
            var request = HttpRequest.newBuilder(URI.create(hub + path))
                    .timeout(LIMIT)
                    .header("Authorization", "Bearer " + Files.readString(file).strip())
                    .header("Content-Type", "application/yaml");
            body.map(BodyPublishers::ofByteArray)
                    .or(() -> posted ? Optional.of(BodyPublishers.noBody()) : Optional.empty())
                    .ifPresent(request::POST);
            return HttpClient.newBuilder()
                    .connectTimeout(CONNECT)
                    .build()
                    .send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        } catch (ConnectException | HttpConnectTimeoutException e) {
            throw new NoHub(hub);
        } catch (IllegalArgumentException e) {
            throw new NotTold(
                    hub
                            + " ist keine Adresse eines Hubs, oder der Schlüssel keine Zeile. Beispiel: --hub https://hub.example.org",
                    hub
                            + " is no address of a hub, or the key is not one line. Example: --hub https://hub.example.org");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("broken off", e);
        }
    }

    /** The hub of this data folder has left its port there. */
    private static String hub(Command.Line line) throws IOException, NoHub {
        var given = line.last("--hub");
        if (given.isPresent()) {
            return given.get().replaceFirst("/+$", "");
        }
        var port = line.data().resolve("port");
        if (!Files.exists(port)) {
            throw new NoHub(String.valueOf(line.data()));
        }
        return "http://127.0.0.1:" + Files.readString(port).strip();
    }

    private static byte[] read(Path file) throws IOException, NotTold {
        if (!Files.isRegularFile(file)) {
            throw new NotTold(
                    "Die Datei " + file + " gibt es nicht. Niemand wurde gefragt.",
                    "There is no file " + file + ". Nobody was asked.");
        }
        return Files.readAllBytes(file);
    }

    private static JsonNode json(HttpResponse<byte[]> answer) throws NotTold {
        try {
            return JSON.readTree(answer.body());
        } catch (JacksonException e) {
            throw refused(answer.statusCode(), JSON.createObjectNode());
        }
    }

    private static String detail(JsonNode told) {
        var detail = told.path("detail").asString("");
        return detail.isEmpty() ? "" : told.path("code").asString("") + ": " + detail;
    }

    private static NotTold refused(int status, JsonNode told) {
        var german =
                switch (status) {
                    case UNAUTHORIZED -> "Der Hub kennt diesen Schlüssel nicht. Mit --key DATEI einen gültigen nennen.";
                    case FORBIDDEN -> "Diesem Schlüssel fehlt ein Recht: operate, mit --draft admin.";
                    case NOT_FOUND ->
                        "Das gibt es dort nicht, oder dieser Schlüssel darf es nicht sehen. AGS und Namen prüfen.";
                    default ->
                        "Der Hub antwortet mit " + status + ". Adresse und Entwurf prüfen (connection validate).";
                };
        var english =
                switch (status) {
                    case UNAUTHORIZED -> "The hub does not know this key. Name a valid one with --key FILE.";
                    case FORBIDDEN -> "This key lacks a right: operate, with --draft admin.";
                    case NOT_FOUND -> "There is no such thing, or this key may not see it. Check AGS and name.";
                    default -> "The hub answers with " + status + ". Check address and draft (connection validate).";
                };
        return new NotTold(
                german + " Niemand sonst wurde angesprochen, nichts geändert.",
                (english + " Nobody else was contacted, nothing changed. " + detail(told)).strip());
    }

    private static String encoded(String word) {
        return URLEncoder.encode(word, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String shown(Path file) {
        return String.valueOf(file.getFileName());
    }

    private void told(String german, String english) {
        for (var each : new String[] {german, english}) {
            if (!each.isEmpty()) {
                out.println("    " + each);
            }
        }
    }

    private int say(int status, String german, String english) {
        out.println(german);
        out.println(english);
        return status;
    }

    /** There is no answer, and why. */
    private static class NotTold extends Exception {

        private static final long serialVersionUID = 1L;

        private final int status;
        private final String german;
        private final String english;

        NotTold(String german, String english) {
            this(Command.UNKNOWN, german, english);
        }

        NotTold(int status, String german, String english) {
            super(english);
            this.status = status;
            this.german = german;
            this.english = english;
        }
    }

    private static final class NoHub extends NotTold {

        private static final long serialVersionUID = 1L;

        NoHub(String where) {
            super(
                    "Kein Hub antwortet: " + where
                            + ". Niemand wurde gefragt. Läuft er, und stimmen --home, --data oder --hub?",
                    "No hub answers: " + where
                            + ". Nobody was asked. Does it run, and are --home, --data or --hub right?");
        }
    }
}
