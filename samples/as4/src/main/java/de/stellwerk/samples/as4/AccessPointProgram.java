package de.stellwerk.samples.as4;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.helger.phase4.model.error.EEbmsError;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;

/**
 * The access point as a process of its own: {@code --port N --control N --folder DIR --hub URL}. The folder gets {@code hub.p12} (of the
 * password {@link Identity#PASSWORD}), {@code hub.pem} and {@code partner.pem}; the URL is where the hub takes messages.
 *
 * <p>On the control port, {@code GET /behave?how=NAME}, one of {@link AccessPoint.Mood} or a code such as {@code EBMS:0003}, lasts until
 * the next; {@code GET /arrived} tells a line for each message: MessageId, how often it came, whether it was signed and encrypted, and the
 * SHA-256 of its payloads. {@code GET /send?id=ID&as=HOW&text=TEXT&bytes=N} sends to the hub a payload of this text, and one of N bytes of
 * noise if it is not 0, whose seed is N, and tells the outcome of each: {@code receipt}, {@code no-receipt} with the errors in the answer,
 * or the HTTP status. HOW is {@code encrypted} (signed as well), {@code signed}, {@code unsigned}, {@code stranger} (signed under the access
 * point's name with a key the hub does not know), {@code changed} (a byte of the last payload, after it was signed) or {@code twice}.
 */
public final class AccessPointProgram {

    private static final Pattern ERROR = Pattern.compile("errorCode=\"(EBMS:[0-9]{4})\"");

    private final AccessPoint partner;
    private final URI hub;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private AccessPointProgram(AccessPoint partner, URI hub) {
        this.partner = partner;
        this.hub = hub;
    }

    public static void main(String[] words) throws Exception {
        var given = new HashMap<String, String>();
        for (int i = 0; i + 1 < words.length; i += 2) {
            given.put(words[i], words[i + 1]);
        }
        if (!given.keySet().containsAll(List.of("--port", "--control", "--folder", "--hub"))) {
            throw new IllegalArgumentException("expected: --port N --control N --folder DIR --hub URL");
        }
        var folder = Files.createDirectories(Path.of(given.get("--folder")));
        var own = Identity.selfSigned(Agreement.PARTNER);
        own.pem(folder.resolve("partner.pem"));
        var other = Identity.selfSigned(Agreement.HUB);
        other.pkcs12(folder.resolve("hub.p12"));
        other.pem(folder.resolve("hub.pem"));
        var partner = new AccessPoint(Integer.parseInt(given.get("--port")), own, other.certificate());
        var program = new AccessPointProgram(partner, URI.create(given.get("--hub")));
        var control = HttpServer.create(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(given.get("--control"))), 0);
        control.setExecutor(Executors.newCachedThreadPool());
        control.createContext("/", program::control);
        control.start();
        System.out.println("ready on " + partner.url());
    }

    private void control(HttpExchange exchange) throws IOException {
        try (exchange) {
            var words = words(exchange.getRequestURI().getQuery());
            int status = 200;
            String text;
            try {
                text = switch (exchange.getRequestURI().getPath()) {
                    case "/behave" -> behave(words.getOrDefault("how", ""));
                    case "/arrived" -> arrived();
                    case "/send" -> send(words);
                    default -> throw new IllegalArgumentException("known are /behave, /arrived, /send");
                };
            } catch (Exception e) {
                status = 500;
                text = String.valueOf(e);
            }
            var bytes = text.getBytes(UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private String behave(String how) {
        for (var error : EEbmsError.values()) {
            if (error.getErrorCode().equals(how)) {
                partner.answerWith(error);
                return "";
            }
        }
        partner.behave(AccessPoint.Mood.valueOf(how));
        return "";
    }

    private String arrived() throws Exception {
        var ids = partner.ids();
        var lines = new ArrayList<String>();
        for (var each : partner.arrived()) {
            var line = new StringBuilder(each.id())
                    .append(' ')
                    .append(ids.stream().filter(each.id()::equals).count())
                    .append(each.signed() ? " signed" : " unsigned")
                    .append(each.decrypted() ? " encrypted" : " plain");
            for (var payload : each.payloads()) {
                line.append(' ')
                        .append(HexFormat.of()
                                .formatHex(MessageDigest.getInstance("SHA-256").digest(payload)));
            }
            lines.add(line.toString());
        }
        return String.join("\n", lines);
    }

    private String send(Map<String, String> words) throws Exception {
        var payloads = new ArrayList<byte[]>();
        payloads.add(words.getOrDefault("text", "<form/>").getBytes(UTF_8));
        int length = Integer.parseInt(words.getOrDefault("bytes", "0"));
        if (length > 0) {
            var noise = new byte[length];
            new Random(length).nextBytes(noise);
            payloads.add(noise);
        }
        var how = words.getOrDefault("as", "encrypted");
        var sent = partner.message(
                words.getOrDefault("id", ""),
                how.equals("encrypted"),
                switch (how) {
                    case "unsigned" -> null;
                    case "stranger" -> partner.stranger();
                    default -> partner.own();
                },
                payloads.toArray(new byte[0][]));
        return switch (how) {
            case "encrypted", "signed", "unsigned", "stranger" -> push(sent);
            case "changed" -> {
                // Into the last payload, wherever its packed bytes end.
                sent.bytes()[sent.bytes().length - 200] ^= 1;
                yield push(sent);
            }
            case "twice" -> push(sent) + "\n" + push(sent);
            default -> throw new IllegalArgumentException(how);
        };
    }

    private String push(AccessPoint.Sent sent) throws Exception {
        var answer = http.send(
                HttpRequest.newBuilder(hub)
                        // MIME folds it; HTTP has it in one line.
                        .header("Content-Type", sent.type().replaceAll("\\s*\\R\\s*", " "))
                        .POST(HttpRequest.BodyPublishers.ofByteArray(sent.bytes()))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
        if (answer.statusCode() != 200) {
            return "HTTP " + answer.statusCode();
        }
        var errors = new TreeSet<String>();
        var found = ERROR.matcher(new String(answer.body(), ISO_8859_1));
        while (found.find()) {
            errors.add(found.group(1));
        }
        return errors.isEmpty() && partner.believes(sent, answer.body()) ? "receipt" : "no-receipt " + errors;
    }

    private static Map<String, String> words(@org.jspecify.annotations.Nullable String query) {
        var words = new HashMap<String, String>();
        for (var pair : query == null ? new String[0] : query.split("&")) {
            var both = pair.split("=", 2);
            words.put(both[0], both.length == 2 ? both[1] : "");
        }
        return words;
    }
}
