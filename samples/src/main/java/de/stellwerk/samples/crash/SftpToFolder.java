package de.stellwerk.samples.crash;

import de.stellwerk.samples.Program;
import de.stellwerk.samples.town.HubClient;
import de.stellwerk.samples.town.Journal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Files on a municipality's SFTP server, renamed when they are complete; the hub says yes by moving a file to {@code erledigt}. */
record SftpToFolder() implements Channel {

    private static final String SERVER = "sftp-in";
    private static final long PAUSE_MILLIS = 15;

    @Override
    public String name() {
        return "sftp";
    }

    @Override
    public boolean passes(String point) {
        return !Matrix.ofASwap(point);
    }

    @Override
    public boolean handsOverFiles() {
        return true;
    }

    @Override
    public int senders() {
        return 8;
    }

    @Override
    public void furnish(Scratch scratch) throws IOException {
        for (var tenant : Scratch.TENANTS) {
            Files.createDirectories(folder(scratch, tenant));
        }
        new SftpTown(scratch, SERVER).furnish("sftp-provider", """
                in: ausgang
                kind: crash.sftp
                pattern: "*.xml"
                """);
        scratch.shelf("sftp-store", name());
        scratch.route("crash.sftp", "- to: hub:deliver/sftp-store");
    }

    private static Path folder(Scratch scratch, String tenant) throws IOException {
        return new SftpTown(scratch, SERVER).root().resolve(tenant).resolve("ausgang");
    }

    @Override
    public Ends open(Scratch scratch, HubClient hub) throws IOException {
        return new SftpEnds(scratch);
    }

    private final class SftpEnds implements Ends {

        private final Scratch scratch;
        private final Numbered numbered;
        private final Program server;
        private final Journal journal;
        private final Shelf shelf;
        private final Tail told;
        private final Book book = new Book(name(), true);

        SftpEnds(Scratch scratch) throws IOException {
            this.scratch = scratch;
            numbered = new Numbered(scratch.seed(), name());
            journal = new Journal(scratch.journal("sftp-told"), Clock.systemUTC());
            shelf = Shelf.open(scratch, name());
            told = new Tail(scratch.journal("sftp-told"));
            server = new SftpTown(scratch, SERVER).start();
        }

        /** Whoever sends sits beside the server and sees its folder as one of this machine. */
        @Override
        public void send(int number) throws IOException, InterruptedException {
            var out = folder(scratch, Scratch.tenant(number));
            var name = "sendung-" + number + ".xml";
            var temporary = out.resolve(name + ".tmp");
            Files.write(temporary, numbered.xml(number));
            Files.move(temporary, out.resolve(name));
            var done = out.resolve("erledigt").resolve(name);
            while (!Files.exists(done)) {
                if (Files.exists(out.resolve("fehler").resolve(name))) {
                    journal.note("told", "n", number, "yes", false);
                    return;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS));
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
            journal.note("told", "n", number, "yes", true);
            Files.delete(done);
        }

        @Override
        public void read() throws IOException {
            for (var line : told.more()) {
                if (line.flag("yes")) {
                    book.told((int) line.number("n"));
                } else {
                    book.wrong("message " + line.number("n") + " was refused");
                }
            }
            shelf.read(book, numbered::is);
        }

        @Override
        public List<Book> books() {
            return List.of(book);
        }

        @Override
        public void close() throws IOException {
            server.close();
            shelf.close();
            journal.close();
        }
    }
}
