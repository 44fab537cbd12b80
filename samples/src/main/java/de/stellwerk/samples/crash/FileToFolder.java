package de.stellwerk.samples.crash;

import de.stellwerk.samples.town.HubClient;
import de.stellwerk.samples.town.Journal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Answers of a trade register as files, with a marker beside each; the hub says yes by moving a file to {@code erledigt}. */
record FileToFolder() implements Channel {

    private static final long PAUSE_MILLIS = 15;

    @Override
    public String name() {
        return "file";
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
            scratch.connection(tenant, "file-register", """
                    connector: trade-register-xml
                    settings:
                      folder-in: %s
                      folder-out: %s
                    """.formatted(
                            scratch.folder("file-in", tenant), scratch.folder("file-out", tenant)));
        }
        scratch.shelf("file-store", name());
        scratch.route("register.answer", "- to: hub:deliver/file-store");
    }

    @Override
    public Ends open(Scratch scratch, HubClient hub) throws IOException {
        return new FileEnds(scratch);
    }

    private final class FileEnds implements Ends {

        private final Numbered numbered;
        private final Path town;
        private final Journal journal;
        private final Shelf shelf;
        private final Tail told;
        private final Book book = new Book(name(), true);

        FileEnds(Scratch scratch) throws IOException {
            numbered = new Numbered(scratch.seed(), name());
            town = scratch.home().town();
            journal = new Journal(scratch.journal("file-told"), Clock.systemUTC());
            shelf = Shelf.open(scratch, name());
            told = new Tail(scratch.journal("file-told"));
        }

        @Override
        public void send(int number) throws IOException, InterruptedException {
            var out = town.resolve("file-out").resolve(Scratch.tenant(number));
            var name = "GA" + Scratch.tenant(number) + "_" + number + ".antwort.xml";
            var temporary = out.resolve(name + ".tmp");
            Files.write(temporary, answer(number));
            Files.move(temporary, out.resolve(name));
            Files.createFile(out.resolve(name + ".ok"));
            var done = out.resolve("erledigt");
            while (!Files.exists(done.resolve(name))) {
                if (Files.exists(out.resolve("fehler").resolve(name))) {
                    journal.note("told", "n", number, "yes", false);
                    return;
                }
                pause();
            }
            journal.note("told", "n", number, "yes", true);
            // The hub is done with it when the marker has followed.
            while (!Files.exists(done.resolve(name + ".ok"))) {
                pause();
            }
            Files.delete(done.resolve(name));
            Files.delete(done.resolve(name + ".ok"));
        }

        private byte[] answer(int number) {
            return ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                            + "<antwort xmlns=\"urn:stellwerk:sample:pirna-register:2\"><datei>" + number
                            + "</datei><status>ANGENOMMEN</status><gebuehrCent>2600</gebuehrCent><grund>"
                            + numbered.text(number) + "</grund></antwort>\n")
                    .getBytes(StandardCharsets.UTF_8);
        }

        private static void pause() throws InterruptedException {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS));
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
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
            shelf.read(book, this::is);
        }

        private boolean is(int number, String sha256) {
            return Journal.sha256(answer(number)).equals(sha256);
        }

        @Override
        public List<Book> books() {
            return List.of(book);
        }

        @Override
        public void close() throws IOException {
            shelf.close();
            journal.close();
        }
    }
}
