package de.stellwerk.samples.town;

import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/**
 * Leipzig's trade register: takes CSV lines, and before each its attachments, from a queue on the hub's broker. The column {@code id} is
 * the key: a line with a known one makes no second entry. It comes back by itself when the hub was away.
 */
final class LeipzigRegister implements AutoCloseable {

    private static final long AGAIN_MILLIS = 300;

    private final String queue;
    private final String user;
    private final String password;
    private final Journal journal;
    private final Set<String> known = new HashSet<>();
    private final Set<String> attachments = new HashSet<>();
    private final ActiveMQConnectionFactory factory;

    LeipzigRegister(
            String url, String queue, String user, String password, Journal journal, List<Journal.Line> before) {
        this.queue = queue;
        this.user = user;
        this.password = password;
        this.journal = journal;
        // A short check, so that a killed hub is noticed; the connection is made anew by us, not by the client library.
        this.factory = new ActiveMQConnectionFactory(
                url + "?reconnectAttempts=0&initialConnectAttempts=1&clientFailureCheckPeriod=2000&connectionTTL=10000"
                        + "&callTimeout=5000&consumerWindowSize=65536");
        for (var line : before) {
            if (line.event().equals("entry")) {
                known.add(line.text("key"));
            } else if (line.event().equals("attachment")) {
                attachments.add(line.text("key"));
            }
        }
    }

    /** Consumes until the process is ended. */
    void work() {
        while (!Thread.currentThread().isInterrupted()) {
            try (var connection = factory.createConnection(user, password)) {
                consume(connection);
            } catch (JMSException e) {
                // The hub is away or restarting: come back, as a local system does.
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(AGAIN_MILLIS));
            }
        }
    }

    private void consume(Connection connection) throws JMSException {
        try (var session = connection.createSession(true, Session.SESSION_TRANSACTED);
                var consumer = session.createConsumer(session.createQueue(queue))) {
            connection.start();
            journal.note("connected");
            while (!Thread.currentThread().isInterrupted()) {
                var message = consumer.receive(1_000);
                if (message == null) {
                    // receive() also returns nothing when the connection is gone: this call tells the two apart.
                    session.commit();
                } else {
                    take(message);
                    session.commit();
                }
            }
        }
    }

    private void take(Message message) throws JMSException {
        if (message instanceof TextMessage text) {
            take(text.getText());
        } else if (message instanceof BytesMessage bytes) {
            attachment(bytes);
        } else {
            journal.note("unreadable", "why", "neither text nor bytes");
        }
    }

    /** An attachment comes before its line, and names the delivery it belongs to. */
    private void attachment(BytesMessage message) throws JMSException {
        var key = message.getStringProperty("deliveryId") + "/" + message.getIntProperty("index");
        var hash = Journal.sha256(message.getBody(byte[].class));
        journal.note(attachments.add(key) ? "attachment" : "repeated attachment", "key", key, "sha256", hash);
    }

    private void take(String csv) {
        var lines = csv.strip().split("\\R");
        var header = columns(lines[0]);
        var id = header.indexOf("id");
        if (id < 0 || lines.length < 2) {
            journal.note("unreadable", "sha256", Journal.sha256(csv.getBytes(StandardCharsets.UTF_8)));
            return;
        }
        var caseColumn = header.indexOf("vorgang");
        for (var i = 1; i < lines.length; i++) {
            var values = columns(lines[i]);
            var hash = Journal.sha256(lines[i].getBytes(StandardCharsets.UTF_8));
            if (values.size() != header.size() || caseColumn < 0) {
                journal.note("unreadable", "key", values.get(0), "sha256", hash);
                continue;
            }
            var key = values.get(id);
            journal.note(
                    known.add(key) ? "entry" : "repeated",
                    "key",
                    key,
                    "case",
                    values.get(caseColumn),
                    "sha256",
                    hash,
                    "columns",
                    values.size());
        }
    }

    /** One CSV line with semicolons; a value may stand in double quotes, a double quote in it is doubled. */
    static List<String> columns(String line) {
        var values = new ArrayList<String>();
        var value = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < line.length(); i++) {
            var c = line.charAt(i);
            if (quoted) {
                if (c != '"') {
                    value.append(c);
                } else if (i + 1 < line.length() && line.charAt(i + 1) == '"') {
                    value.append('"');
                    i++;
                } else {
                    quoted = false;
                }
            } else if (c == '"') {
                quoted = true;
            } else if (c == ';') {
                values.add(value.toString());
                value.setLength(0);
            } else {
                value.append(c);
            }
        }
        values.add(value.toString());
        return values;
    }

    @Override
    public void close() {
        factory.close();
    }

    public static void main(String[] words) throws Exception {
        var options = new Options(List.of(words), Set.of("url", "queue", "user", "password-file", "journal"), Set.of());
        var path = options.path("journal");
        var before = Journal.read(path);
        var password = Files.readString(Path.of(options.text("password-file"))).strip();
        try (var journal = new Journal(path, Clock.systemUTC());
                var register = new LeipzigRegister(
                        options.text("url"),
                        options.text("queue", "14713000.trade-register"),
                        options.text("user", "leipzig"),
                        password,
                        journal,
                        before)) {
            journal.note("ready");
            register.work();
        }
    }
}
