package de.stellwerk.samples.crash;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** All senders of all channels. They send without a pause while their channel is open, and hold on while the hub is away. */
final class Traffic implements AutoCloseable {

    /** More may not be under way on one channel: what piles up is not killed more often, only later finished. */
    private static final int MOST_UNDER_WAY = 400;

    private final Map<Channel, Channel.Ends> ends;
    private final Set<Channel> open = new HashSet<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile String trouble = "";
    private int sending;
    private boolean ended;

    Traffic(Map<Channel, Channel.Ends> ends) {
        this.ends = ends;
        ends.forEach((channel, both) -> {
            var next = new AtomicInteger();
            for (var i = 0; i < channel.senders(); i++) {
                var thread = new Thread(() -> send(channel, both, next), "sender-" + channel.name());
                thread.setDaemon(true);
                threads.add(thread);
            }
        });
        threads.forEach(Thread::start);
    }

    private void send(Channel channel, Channel.Ends both, AtomicInteger next) {
        try {
            while (begin(channel, both)) {
                try {
                    both.send(next.getAndIncrement());
                } finally {
                    end();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException e) {
            trouble = "a sender of " + channel.name() + " failed: " + e;
        }
    }

    private synchronized boolean begin(Channel channel, Channel.Ends both) throws InterruptedException {
        while (!ended && (!open.contains(channel) || both.books().get(0).open() > MOST_UNDER_WAY)) {
            wait(50);
        }
        sending++;
        return !ended;
    }

    private synchronized void end() {
        sending--;
        notifyAll();
    }

    /** From now on these channels send, and no others; what is being sent is finished. */
    synchronized void only(Set<Channel> channels) {
        open.clear();
        open.addAll(channels);
        notifyAll();
    }

    /** Whether nobody is sending. */
    synchronized boolean quiet() {
        return sending == 0;
    }

    /** Why a sender has given up; empty if none has. */
    String trouble() {
        return trouble;
    }

    @Override
    public void close() throws IOException {
        synchronized (this) {
            ended = true;
            notifyAll();
        }
        threads.forEach(Thread::interrupt);
        for (var both : ends.values()) {
            both.close();
        }
    }
}
