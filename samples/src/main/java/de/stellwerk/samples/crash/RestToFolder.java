package de.stellwerk.samples.crash;

import de.stellwerk.samples.letters.Letter;
import de.stellwerk.samples.letters.Part;
import de.stellwerk.samples.town.HubClient;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Forms by REST, into folders whose reader knows a repeat by the file's name. */
record RestToFolder() implements Channel {

    @Override
    public String name() {
        return "rest";
    }

    @Override
    public boolean passes(String point) {
        return !point.startsWith("SOURCE_") && !Matrix.ofASwap(point);
    }

    @Override
    public boolean handsOverFiles() {
        return true;
    }

    @Override
    public int senders() {
        return 32;
    }

    @Override
    public void furnish(Scratch scratch) throws IOException {
        scratch.shelf("rest-store", name());
        scratch.route("crash.rest", "- to: hub:deliver/rest-store");
    }

    @Override
    public Ends open(Scratch scratch, HubClient hub) throws IOException {
        return new RestEnds(scratch, hub);
    }

    private final class RestEnds implements Ends {

        private final Numbered numbered;
        private final Courier courier;
        private final Shelf shelf;
        private final Book book = new Book(name(), true);

        RestEnds(Scratch scratch, HubClient hub) throws IOException {
            numbered = new Numbered(scratch.seed(), name());
            courier = new Courier(scratch, hub, name());
            shelf = Shelf.open(scratch, name());
        }

        @Override
        public void send(int number) throws InterruptedException {
            courier.send(
                    number,
                    new Letter(
                            "rest-" + number,
                            Scratch.tenant(number),
                            "crash.rest",
                            "",
                            "rest-" + number,
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
            shelf.close();
            courier.close();
        }
    }
}
