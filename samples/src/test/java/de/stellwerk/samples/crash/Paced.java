package de.stellwerk.samples.crash;

import de.stellwerk.samples.town.HubClient;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** A channel whose senders take a breath after each message: what is tried here are nodes that come and go, not their speed. */
record Paced(Channel channel, int senders, Duration breath) implements Channel {

    @Override
    public String name() {
        return channel.name();
    }

    @Override
    public boolean passes(String point) {
        return channel.passes(point);
    }

    @Override
    public boolean handsOverFiles() {
        return channel.handsOverFiles();
    }

    @Override
    public void furnish(Scratch scratch) throws IOException {
        channel.furnish(scratch);
    }

    @Override
    public Ends open(Scratch scratch, HubClient hub) throws IOException {
        var ends = channel.open(scratch, hub);
        return new Ends() {

            @Override
            public void send(int number) throws IOException, InterruptedException {
                ends.send(number);
                LockSupport.parkNanos(breath.toNanos());
            }

            @Override
            public void read() throws IOException {
                ends.read();
            }

            @Override
            public List<Book> books() {
                return ends.books();
            }

            @Override
            public Optional<String> uneven() {
                return ends.uneven();
            }

            @Override
            public void close() throws IOException {
                ends.close();
            }
        };
    }
}
