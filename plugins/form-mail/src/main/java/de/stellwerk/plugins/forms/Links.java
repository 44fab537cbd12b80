package de.stellwerk.plugins.forms;

import de.stellwerk.hub.spi.Content;
import de.stellwerk.plugins.mail.MailPickup.Deferred;
import de.stellwerk.plugins.mail.PlainName;
import de.stellwerk.plugins.mail.Spool;
import de.stellwerk.plugins.mail.TooLarge;
import de.stellwerk.plugins.mail.Unreadable;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocketFactory;

/**
 * Files that a mail only points to. They are fetched by HTTPS with HTTP Basic (RFC 7617), and only from hosts that the settings name:
 * whoever can send a mail must not choose whom the hub calls, nor who gets its password.
 *
 * @param hosts in small letters, with a port
 * @param user empty for none
 * @param trust for hosts whose certificates Java does not know
 */
record Links(Set<String> hosts, String user, String password, Optional<SSLSocketFactory> trust, Clock clock) {

    static final int MOST = 20;
    static final int REDIRECTS = 3;

    private static final int TIMEOUT_MILLIS = 20_000;
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final int LONGEST_TEXT = 1 << 20;
    private static final Pattern LINK = Pattern.compile("https?://[^\\s\"'<>()\\[\\]\\\\^`{|}]{1,2000}");
    private static final Set<String> ENDINGS = Set.of("xml", "pdf", "zip", "fdf", "json");

    /**
     * Links to files, with the file's name, in order; the same link twice counts once.
     *
     * @throws Unreadable if there is more to look through than anybody means to send
     */
    static Map<URI, String> in(List<Content> texts) throws IOException, Unreadable {
        var found = new LinkedHashMap<URI, String>();
        for (var text : texts) {
            try (var in = text.open()) {
                var bytes = in.readNBytes(LONGEST_TEXT + 1);
                if (bytes.length > LONGEST_TEXT) {
                    throw new Unreadable("its text has more than " + LONGEST_TEXT + " bytes");
                }
                LINK.matcher(new String(bytes, StandardCharsets.UTF_8).replace("&amp;", "&"))
                        .results()
                        .forEach(match -> add(match.group(), found));
            }
        }
        if (found.size() > MOST) {
            throw new Unreadable("it has more than " + MOST + " links to files");
        }
        return found;
    }

    private static void add(String link, Map<URI, String> found) {
        try {
            var uri = new URI(link.replaceFirst("[.,;:!?]+$", ""));
            var path = String.valueOf(uri.getPath());
            var name = PlainName.of(path.substring(path.lastIndexOf('/') + 1), "");
            if (ENDINGS.contains(FormFile.ending(name))) {
                found.put(uri, name);
            }
        } catch (URISyntaxException e) {
            return; // text that only looks like a link
        }
    }

    /** False for what is never fetched. */
    boolean allows(URI uri) {
        return "https".equalsIgnoreCase(uri.getScheme())
                && uri.getHost() != null
                && uri.getRawUserInfo() == null
                && hosts.contains(host(uri));
    }

    private static String host(URI uri) {
        return String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT) + ":" + (uri.getPort() < 0 ? 443 : uri.getPort());
    }

    /**
     * @throws Deferred if it cannot be fetched now
     * @throws IOException if the disk fails
     */
    FormFile fetch(String name, URI uri, Spool spool) throws Deferred, IOException {
        var from = uri;
        for (var hop = 0; hop <= REDIRECTS; hop++) {
            var connection = connection(from);
            try {
                var status = status(connection, from);
                if (status == 200) {
                    return kept(name, connection, from, spool);
                }
                var to = Optional.ofNullable(connection.getHeaderField("Location"));
                if (!Set.of(301, 302, 303, 307, 308).contains(status) || to.isEmpty()) {
                    throw trouble(from, "answers " + status);
                }
                from = redirected(from, to.get());
            } finally {
                connection.disconnect();
            }
        }
        throw trouble(uri, "redirects more than " + REDIRECTS + " times");
    }

    private URI redirected(URI from, String location) throws Deferred {
        try {
            var to = from.resolve(new URI(location));
            if (!allows(to)) {
                throw trouble(from, "redirects to a place that the setting 'link-hosts' does not name");
            }
            return to;
        } catch (URISyntaxException e) {
            throw trouble(from, "redirects to something that is no address");
        }
    }

    private HttpsURLConnection connection(URI uri) throws IOException {
        var connection = (HttpsURLConnection) uri.toURL().openConnection();
        trust.ifPresent(connection::setSSLSocketFactory);
        connection.setUseCaches(false);
        connection.setInstanceFollowRedirects(false);
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        connection.setRequestProperty("User-Agent", "Stellwerk/0.1");
        if (!user.isEmpty()) {
            var pair = Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
            connection.setRequestProperty("Authorization", "Basic " + pair);
        }
        return connection;
    }

    private static int status(HttpsURLConnection connection, URI uri) throws Deferred {
        try {
            return connection.getResponseCode();
        } catch (IOException e) {
            throw trouble(uri, "gives no answer (" + e.getClass().getSimpleName() + ")");
        }
    }

    private FormFile kept(String name, HttpsURLConnection connection, URI uri, Spool spool)
            throws Deferred, IOException {
        if (String.valueOf(connection.getContentType()).startsWith("text/html")) {
            throw trouble(uri, "shows a page instead of the file; perhaps it wants another login");
        }
        var until = clock.instant().plus(LONGEST);
        try (var in = opened(connection, uri)) {
            var kept = spool.keep(out -> {
                var buffer = new byte[16 * 1024];
                for (var read = read(in, buffer); read >= 0; read = read(in, buffer)) {
                    if (clock.instant().isAfter(until)) {
                        throw new Broken("takes longer than " + LONGEST.toSeconds() + " seconds");
                    }
                    out.write(buffer, 0, read);
                }
            });
            var size = Files.size(kept.file());
            if (connection.getContentLengthLong() >= 0 && connection.getContentLengthLong() != size) {
                throw trouble(uri, "broke off");
            }
            return FormFile.of(name, kept.file());
        } catch (Broken e) {
            throw trouble(uri, String.valueOf(e.getMessage()));
        } catch (TooLarge e) {
            throw trouble(uri, "has more than the setting 'max-size' allows");
        }
    }

    private static InputStream opened(HttpsURLConnection connection, URI uri) throws Deferred {
        try {
            return connection.getInputStream();
        } catch (IOException e) {
            throw trouble(uri, "gives no answer (" + e.getClass().getSimpleName() + ")");
        }
    }

    private static int read(InputStream in, byte[] buffer) throws Broken {
        try {
            return in.read(buffer);
        } catch (IOException e) {
            throw new Broken("broke off (" + e.getClass().getSimpleName() + ")");
        }
    }

    private static final class Broken extends IOException {

        private static final long serialVersionUID = 1L;

        Broken(String what) {
            super(what);
        }
    }

    /** The path of a link is a key to somebody's form: only the host is shown. */
    private static Deferred trouble(URI uri, String what) {
        return new Deferred(
                "form.link: " + host(uri) + " " + what
                        + ". The mail stays in the mailbox. Check link-user and link-password, or ask whoever runs that server");
    }

    @Override
    public String toString() {
        return "Links" + hosts;
    }
}
