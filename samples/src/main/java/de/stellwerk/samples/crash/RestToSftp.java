package de.stellwerk.samples.crash;

import de.stellwerk.samples.Program;
import de.stellwerk.samples.letters.Letter;
import de.stellwerk.samples.letters.Part;
import de.stellwerk.samples.town.HubClient;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Forms by REST, into folders of an SFTP server, whose reader knows a repeat by the file's name. */
record RestToSftp() implements Channel {

    @Override
    public String name() {
        return "sftp-out";
    }

    @Override
    public boolean passes(String point) {
        return !point.startsWith("SOURCE_") && !Matrix.ofASwap(point);
    }

    @Override
    public boolean handsOverFiles() {
        return false;
    }

    @Override
    public int senders() {
        return 4;
    }

    @Override
    public void furnish(Scratch scratch) throws IOException {
        for (var tenant : Scratch.TENANTS) {
            scratch.folder(name(), tenant);
        }
        new SftpTown(scratch, name()).furnish("sftp-office", "out: \".\"");
        scratch.route("crash.sftp-out", "- to: hub:deliver/sftp-office");
    }

    @Override
    public Ends open(Scratch scratch, HubClient hub) throws IOException {
        return new SftpEnds(scratch, hub);
    }

    private final class SftpEnds implements Ends {

        private final Numbered numbered;
        private final Courier courier;
        private final Program server;
        private final Shelf shelf;
        private final Book book = new Book(name(), true);

        SftpEnds(Scratch scratch, HubClient hub) throws IOException {
            numbered = new Numbered(scratch.seed(), name());
            courier = new Courier(scratch, hub, name());
            shelf = Shelf.open(scratch, name());
            server = new SftpTown(scratch, name()).start();
        }

        @Override
        public void send(int number) throws InterruptedException {
            courier.send(
                    number,
                    new Letter(
                            "sftp-out-" + number,
                            Scratch.tenant(number),
                            "crash.sftp-out",
                            "",
                            "sftp-out-" + number,
                            Map.of(),
                            new Part("nachricht.xml", "application/xml", numbered.xml(number)),
                            List.of()));
        }

        @Override
        public void read() throws IOException {
            courier.read(book, number -> {});
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
            courier.close();
        }
    }
}
