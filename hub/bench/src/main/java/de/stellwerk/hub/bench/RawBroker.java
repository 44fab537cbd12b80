package de.stellwerk.hub.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.api.core.client.ActiveMQClient;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ServerLocator;
import org.apache.activemq.artemis.core.config.CoreAddressConfiguration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.remoting.impl.invm.InVMAcceptorFactory;
import org.apache.activemq.artemis.core.remoting.impl.invm.InVMConnectorFactory;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.impl.ActiveMQServerImpl;

/**
 * What the broker itself can do: durable sends of 2 KiB, each waited for, on an embedded Artemis with the hub's settings of the journal
 * (NIO, data sync, buffer time-out 0.2 ms) and its data on the same disk.
 */
final class RawBroker implements AutoCloseable {

    private static final String QUEUE = "raw";
    private static final int CONTENT = 2048;

    private final Path folder;
    private final ActiveMQServer server;
    private final ServerLocator locator;

    private RawBroker(Path folder, ActiveMQServer server, ServerLocator locator) {
        this.folder = folder;
        this.server = server;
        this.locator = locator;
    }

    static RawBroker start(Path folder) throws Exception {
        var told = new ConfigurationImpl();
        told.setName("raw");
        told.setBindingsDirectory(folder.resolve("bindings").toString());
        told.setJournalDirectory(folder.resolve("journal").toString());
        told.setLargeMessagesDirectory(folder.resolve("large-messages").toString());
        told.setPagingDirectory(folder.resolve("paging").toString());
        told.setPersistenceEnabled(true);
        told.setJournalType(JournalType.NIO);
        told.setJournalBufferTimeout_NIO(200_000);
        told.setJournalSyncTransactional(true);
        told.setJournalSyncNonTransactional(true);
        told.setJournalDatasync(true);
        told.setSecurityEnabled(false);
        told.setJMXManagementEnabled(false);
        told.addAddressConfiguration(new CoreAddressConfiguration()
                .setName(QUEUE)
                .addRoutingType(RoutingType.ANYCAST)
                .addQueueConfig(QueueConfiguration.of(QUEUE)
                        .setAddress(QUEUE)
                        .setRoutingType(RoutingType.ANYCAST)
                        .setDurable(true)));
        told.addAcceptorConfiguration(new TransportConfiguration(InVMAcceptorFactory.class.getName()));
        var server = new ActiveMQServerImpl(told);
        server.start();
        var locator = ActiveMQClient.createServerLocatorWithoutHA(
                new TransportConfiguration(InVMConnectorFactory.class.getName()));
        locator.setBlockOnDurableSend(true);
        return new RawBroker(folder, server, locator);
    }

    /** Durable sends a second. */
    double measure(int threads, Duration time) throws Exception {
        clear();
        var pool = Executors.newFixedThreadPool(threads);
        try (var factory = locator.createSessionFactory()) {
            var go = new CountDownLatch(1);
            var end = new long[1];
            var counts = new ArrayList<Future<Long>>();
            for (var i = 0; i < threads; i++) {
                counts.add(pool.submit(() -> {
                    try (var session = factory.createSession(true, true)) {
                        go.await();
                        return send(session, end);
                    }
                }));
            }
            Receivers.pause(200);
            var begin = System.nanoTime();
            end[0] = begin + time.toNanos();
            go.countDown();
            var sum = 0L;
            for (var count : counts) {
                sum += count.get();
            }
            return sum / ((System.nanoTime() - begin) / 1e9);
        } finally {
            pool.shutdownNow();
        }
    }

    /** Throws away what the measurement before has sent; the broker does so in the background. */
    private void clear() throws Exception {
        var queue = server.locateQueue(SimpleString.of(QUEUE));
        if (queue != null && queue.getMessageCount() > 0) {
            queue.deleteAllReferences();
            Receivers.pause(1_000);
        }
    }

    private static long send(ClientSession session, long[] end) throws Exception {
        var content = new byte[CONTENT];
        var count = 0L;
        try (var producer = session.createProducer(QUEUE)) {
            while (System.nanoTime() < end[0]) {
                var message = session.createMessage(true);
                message.getBodyBuffer().writeBytes(content);
                producer.send(message);
                count++;
            }
        }
        return count;
    }

    @Override
    public void close() throws IOException {
        locator.close();
        try {
            server.stop();
        } catch (Exception e) {
            throw new IOException("the raw broker did not stop", e);
        }
        BenchHome.delete(folder);
    }
}
