package de.stellwerk.hub.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.jspecify.annotations.Nullable;

/**
 * The local systems: a JMS consumer on each town's queue, over TCP, and each town's folder. Both write down which case came, under
 * which delivery.
 */
final class Receivers implements AutoCloseable {

    private static final int MOST_IN_ONE_COMMIT = 100;
    private static final int PAUSE_MILLIS = 25;
    private static final Pattern FILE_CASE = Pattern.compile("<vorgang>([0-9]{3}-[0-9]{8})</vorgang>");

    private final BenchHome home;
    private final Map<Integer, Book> books = new ConcurrentHashMap<>();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private final ActiveMQConnectionFactory factory;
    private final List<Connection> connections = new ArrayList<>();
    private volatile boolean closed;
    private volatile int attachmentBytes;
    private final AtomicInteger strangers = new AtomicInteger();

    private Receivers(BenchHome home, ActiveMQConnectionFactory factory) {
        this.home = home;
        this.factory = factory;
    }

    static Receivers start(BenchHome home) throws JMSException {
        var factory = new ActiveMQConnectionFactory(
                "tcp://127.0.0.1:" + home.jmsPort() + "?reconnectAttempts=0&consumerWindowSize=1048576");
        var receivers = new Receivers(home, factory);
        for (var town : BenchHome.towns()) {
            var connection = factory.createConnection(BenchHome.user(town), BenchHome.JMS_PASSWORD);
            receivers.connections.add(connection);
            connection.start();
            var thread = new Thread(() -> receivers.consume(town, connection), "receiver-" + town);
            thread.setDaemon(true);
            receivers.threads.add(thread);
            thread.start();
        }
        return receivers;
    }

    void open(int number, Book book, int expectedAttachmentBytes) {
        attachmentBytes = expectedAttachmentBytes;
        books.put(number, book);
    }

    /** Messages and files that belong to no case the bench has sent, or are not what was sent. */
    int strange() {
        return strangers.get();
    }

    void check() throws IOException {
        var why = failure.get();
        if (why != null) {
            throw new IOException("a JMS receiver failed", why);
        }
    }

    /** As a careful receiver does, it takes some messages and commits them together; none waits for company. */
    private void consume(String town, Connection connection) {
        try (var session = connection.createSession(true, Session.SESSION_TRANSACTED);
                var consumer = session.createConsumer(session.createQueue(BenchHome.queue(town)))) {
            var open = 0;
            while (!closed) {
                // Nothing open: it may wait long. Something open: only until no more is there.
                var message = consumer.receive(open == 0 ? 1_000 : PAUSE_MILLIS);
                if (message != null) {
                    take(message, System.nanoTime());
                    open++;
                }
                if (open > 0 && (message == null || open == MOST_IN_ONE_COMMIT)) {
                    session.commit();
                    open = 0;
                }
            }
        } catch (JMSException | RuntimeException e) {
            if (!closed) {
                failure.compareAndSet(null, e);
            }
        }
    }

    private void take(Message message, long now) throws JMSException {
        if (message instanceof TextMessage text) {
            var caseId = text.getJMSCorrelationID() == null ? "" : text.getJMSCorrelationID();
            var book = books.get(Book.bookOf(caseId));
            if (book == null || !text.getText().contains(";" + caseId + ";")) {
                strangers.incrementAndGet();
            } else {
                book.arrived(Book.indexOf(caseId), text.getStringProperty("deliveryId"), now);
            }
        } else if (message instanceof BytesMessage bytes && bytes.getBodyLength() < attachmentBytes) {
            strangers.incrementAndGet();
        }
    }

    /** How many files have arrived in a town's folder; names only. */
    int fileCount(String town) throws IOException {
        var count = 0;
        try (var files = Files.newDirectoryStream(home.files(town), "*.xml")) {
            for (var file : files) {
                count++;
            }
        }
        return count;
    }

    /**
     * Takes the files away as a local system does, into a folder of its own, and writes down which cases they hold. Nothing is deleted while
     * it is measured: some file systems look for a place for new files much longer then.
     *
     * @return when the last one got its name, or the epoch if there is none
     */
    FileTime collect(String town) throws IOException {
        var last = FileTime.fromMillis(0);
        var taken = Files.createDirectories(home.scratch("taken").resolve(town));
        try (var files = Files.newDirectoryStream(home.files(town))) {
            for (var file : files) {
                if (file.getFileName().toString().endsWith(".xml")) {
                    var named = (FileTime) Files.getAttribute(file, "unix:ctime");
                    last = named.compareTo(last) > 0 ? named : last;
                    note(file);
                }
                Files.move(file, taken.resolve(file.getFileName()));
            }
        }
        return last;
    }

    private void note(Path file) throws IOException {
        var found = FILE_CASE.matcher(Files.readString(file, UTF_8));
        var book = found.find() ? books.get(Book.bookOf(found.group(1))) : null;
        if (book == null) {
            strangers.incrementAndGet();
        } else {
            book.filed(Book.indexOf(found.group(1)));
        }
    }

    static void pause(long millis) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    @Override
    public void close() throws JMSException {
        closed = true;
        try {
            for (var thread : threads) {
                thread.join(2_000);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (var connection : connections) {
            connection.close();
        }
        factory.close();
    }
}
