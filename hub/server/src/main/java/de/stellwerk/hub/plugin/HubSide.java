package de.stellwerk.hub.plugin;

import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Receipt;
import de.stellwerk.hub.spi.Receiver;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;

/**
 * What the hub gives into a plugin's hands. When the plugin calls back, the hub's own code must run with the hub's class loader, and an
 * inbox must not be used after the call it was given to.
 */
final class HubSide {

    private HubSide() {}

    static Delivery delivery(Delivery delivery) {
        return new Delivery(
                delivery.id(),
                delivery.number(),
                delivery.municipality(),
                delivery.channel(),
                delivery.kind(),
                delivery.caseId(),
                delivery.headers(),
                new HubContent(delivery.body()),
                delivery.attachments().stream().<Content>map(HubContent::new).toList(),
                delivery.attempt());
    }

    static Receiver.Request request(Receiver.Request request) {
        return new Receiver.Request(
                request.method(), request.path(), request.headers(), new HubContent(request.body()));
    }

    private record HubContent(Content content) implements Content {

        @Override
        public String name() {
            return content.name();
        }

        @Override
        public String mediaType() {
            return content.mediaType();
        }

        @Override
        public InputStream open() throws IOException {
            try {
                return Calls.outside(content::open);
            } catch (IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException("content cannot be opened", e);
            }
        }

        @Override
        public String toString() {
            return "Content[" + mediaType() + "]";
        }
    }

    /** An inbox for one call. */
    static final class Lent implements Inbox, AutoCloseable {

        /** What no outside system has waiting at once; a source that hands over more in one call is not to be stopped otherwise. */
        private static final int MOST = 10_000;

        private final Inbox inbox;
        private final LongConsumer allocated;
        private final AtomicInteger handed = new AtomicInteger();
        private volatile boolean over;

        /** @param allocated is told how many bytes the hub itself has allocated on the plugin's thread */
        Lent(Inbox inbox, LongConsumer allocated) {
            this.inbox = inbox;
            this.allocated = allocated;
        }

        @Override
        public Receipt accept(String channel, Message message) {
            if (handed.incrementAndGet() > MOST) {
                throw new IllegalStateException("plugin.flood: more than " + MOST + " messages in one call");
            }
            return called(() -> inbox.accept(channel, message));
        }

        /** Whether the plugin has tried to hand over more than one call may. */
        boolean flooded() {
            return handed.get() > MOST;
        }

        @Override
        public List<Awaited> awaited(String channel, int limit) {
            return called(() -> inbox.awaited(channel, limit));
        }

        @Override
        public void close() {
            over = true;
        }

        private <T> T called(Calls.Call<T> call) {
            if (over) {
                throw new IllegalStateException("an inbox is valid only during the call it was given to");
            }
            long before = Crew.allocatedHere();
            try {
                return Calls.outside(call);
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            } finally {
                allocated.accept(Crew.allocatedHere() - before);
            }
        }
    }
}
