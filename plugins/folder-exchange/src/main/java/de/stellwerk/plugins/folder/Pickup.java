package de.stellwerk.plugins.folder;

import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Receipt;
import de.stellwerk.hub.spi.Source;
import de.stellwerk.hub.spi.Tested;
import de.stellwerk.plugins.folder.Arrivals.Found;
import de.stellwerk.plugins.folder.Arrivals.Odd;
import de.stellwerk.plugins.folder.Arrivals.Stamp;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Takes files from the folder. A file is copied to the connection's own folder first: so its hash, which is part of the message's id, is
 * that of the very bytes the hub reads, and a line that breaks has cost nothing. Only after the hub has taken it, it moves to the
 * archive; what the hub rejects moves to the error folder, with a note for the people of the other system.
 */
final class Pickup implements Source, Tested {

    static final String CHANNEL = "in";
    static final int FILES_A_POLL = 50;

    private static final Logger LOG = System.getLogger(Pickup.class.getName());
    private static final String COPY = "eingang";
    /** A file that could not be read so many times is put aside. */
    private static final int TRIES = 3;
    /** So many files in a row that the hub could not take: it cannot take any now. */
    private static final int REFUSALS = 3;

    private static final int REMEMBERED = 1_000;
    private static final int BUFFER = 64 * 1024;

    /**
     * What becomes of a file.
     *
     * @param folder the one that is read, below the shared one; {@code archive} and {@code errors} lie below this one
     * @param mediaType empty: it follows from the file's ending
     */
    record Rules(String folder, String archive, String errors, String kind, String mediaType, long maxSize) {}

    /** A file's bytes in the connection's own folder. */
    private record Copy(Path file, String sha256) implements AutoCloseable {

        @Override
        public void close() {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                LOG.log(
                        Level.WARNING,
                        "A copy stays in the connection''s folder: {0}",
                        e.getClass().getSimpleName());
            }
        }
    }

    /** The file is larger than the connection takes. */
    private static final class TooLarge extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /** Reading failed; whether that is the file's fault or the line's is not known yet. */
    private static final class Unreadable extends IOException {
        private static final long serialVersionUID = 1L;

        Unreadable(Exception why) {
            super("folder.unreadable", why);
        }
    }

    private final Place place;
    private final Arrivals arrivals;
    private final Rules rules;
    private final Path own;
    /** Files that gave trouble, and how often they could not be read. */
    private final Map<FileName, Integer> troubled = remembering();

    private final Map<FileName, Integer> noted = remembering();

    Pickup(Place place, Arrivals arrivals, Rules rules, Path own) throws IOException {
        this.place = place;
        this.arrivals = arrivals;
        this.rules = rules;
        this.own = own;
        try (var left = Files.newDirectoryStream(own, COPY + "*")) {
            for (var copy : left) {
                Files.deleteIfExists(copy); // of a hub that was killed
            }
        }
    }

    private static Map<FileName, Integer> remembering() {
        return new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<FileName, Integer> eldest) {
                return size() > REMEMBERED;
            }
        };
    }

    /** A file that gives trouble does not hold up the ones behind it; its trouble is told when all have been looked at. */
    @Override
    public List<Check> test() {
        return FolderTest.of(place, "in", rules.folder());
    }

    @Override
    public void poll(Inbox inbox) throws Exception {
        try {
            new Round(place.folder(rules.folder()), inbox).go();
        } catch (IOException | RuntimeException e) {
            place.answers(); // a broken line is noticed here, and made anew at the next poll
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        place.close();
    }

    /** One poll. */
    private final class Round {

        private final Path folder;
        private final Inbox inbox;
        private Optional<Exception> trouble = Optional.empty();
        private int refusals;

        Round(Path folder, Inbox inbox) {
            this.folder = folder;
            this.inbox = inbox;
        }

        void go() throws Exception {
            var look = arrivals.at(folder, FILES_A_POLL, troubled::containsKey);
            for (var found : look.ready()) {
                if (refusals < REFUSALS) {
                    take(found);
                }
            }
            for (var odd : look.odd()) {
                see(odd);
            }
            if (trouble.isPresent()) {
                throw trouble.get();
            }
        }

        private void take(Found found) throws IOException {
            try (var copy = copy(found)) {
                if (Stamp.of(found.file()).equals(found.stamp())
                        && Files.size(copy.file()) == found.stamp().size()) {
                    settle(found, copy.sha256(), accept(found, copy));
                    troubled.remove(found.name());
                    refusals = 0;
                } // else somebody writes it at this moment; it is not ready after all
            } catch (TooLarge e) {
                putAside(found, "folder.too-large", "Die Datei ist größer, als diese Verbindung annimmt.", "");
            } catch (Unreadable e) {
                unreadable(found, e);
            } catch (NoSuchFileException e) {
                goesOn(e); // somebody has taken it away again
            } catch (IOException e) {
                // Perhaps the hub has it, and it could not be moved: then it comes again, as a duplicate.
                goesOn(e);
                remember(found, e);
            } catch (RuntimeException e) {
                refusals++;
                remember(found, e);
            }
        }

        private Receipt accept(Found found, Copy copy) {
            var name = found.name();
            var type = rules.mediaType().isEmpty() ? Endings.mediaType(name) : rules.mediaType();
            var content = Content.of(name.shown(), type, copy.file());
            return inbox.accept(
                    CHANNEL,
                    Message.of(name.id(copy.sha256()), rules.kind(), content).header("file-name", name.escaped()));
        }

        private void settle(Found found, String sha256, Receipt receipt) throws IOException {
            if (receipt.outcome() == Receipt.Outcome.REJECTED) {
                putAside(found, receipt.code(), "Die Datei wurde nicht angenommen. " + receipt.text(), sha256);
            } else {
                move(found.file(), found.name(), subfolder(rules.archive()), sha256);
                forgetMarker(found);
            }
        }

        private void unreadable(Found found, Unreadable e) throws IOException {
            goesOn(e);
            if (troubled.merge(found.name(), 1, Integer::sum) >= TRIES) {
                putAside(found, "folder.unreadable", "Die Datei ließ sich mehrmals nicht lesen.", "");
            }
        }

        /** The note first: a file that lies in the error folder without one tells nobody anything. */
        private void putAside(Found found, String code, String german, String sha256) throws IOException {
            try {
                var errors = subfolder(rules.errors());
                write(errors, found.name().with(Arrivals.NOTE), Notes.of(code, german));
                move(found.file(), found.name(), errors, sha256);
                forgetMarker(found);
                troubled.remove(found.name());
            } catch (IOException e) {
                goesOn(e);
                remember(found, e);
            }
        }

        private void remember(Found found, Exception e) {
            troubled.merge(found.name(), 0, Integer::sum);
            trouble = trouble.or(() -> Optional.of(e));
        }

        /** @throws E if it is not this file's trouble: the whole place is away */
        private <E extends IOException> void goesOn(E e) throws E {
            if (!place.answers()) {
                throw e;
            }
        }

        /** After the file: a marker without a file is put right at a later poll, a file without a marker would lie there for ever. */
        private void forgetMarker(Found found) throws IOException {
            if (found.marker().isPresent()) {
                Files.deleteIfExists(found.marker().get());
            }
        }

        private void see(Odd odd) throws IOException {
            try {
                if (odd.why() == Odd.Why.NOT_A_FILE) {
                    if (noted.put(odd.name(), 1) == null) {
                        write(subfolder(rules.errors()), odd.name().with(Arrivals.NOTE), Notes.NOT_A_FILE);
                    }
                } else if (isSettled(odd.name().without(Arrivals.MARKER))) {
                    Files.deleteIfExists(odd.file());
                } else if (odd.why() == Odd.Why.MARKER_ALONE_FOR_LONG) {
                    var errors = subfolder(rules.errors());
                    write(errors, odd.name().with(Arrivals.NOTE), Notes.MARKER_ALONE);
                    move(odd.file(), odd.name(), errors, "");
                }
            } catch (IOException e) {
                goesOn(e);
                trouble = trouble.or(() -> Optional.of(e));
            }
        }

        /** The hub died after it had moved the file and before it deleted the marker. */
        private boolean isSettled(FileName name) throws IOException {
            return Files.exists(place.file(subfolder(rules.archive()), name), LinkOption.NOFOLLOW_LINKS)
                    || Files.exists(place.file(subfolder(rules.errors()), name), LinkOption.NOFOLLOW_LINKS);
        }

        private Path subfolder(String name) throws IOException {
            var sub = place.resolve(folder, name);
            if (!Files.isDirectory(sub)) {
                Files.createDirectory(sub);
            }
            return sub;
        }

        private void write(Path to, FileName name, String text) throws IOException {
            var note = place.file(to, name);
            Files.deleteIfExists(note);
            Files.writeString(note, text, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        }

        /** Not forced to disk: a move that is lost with the power makes a duplicate and no second message. */
        private void move(Path file, FileName name, Path to, String sha256) throws IOException {
            var target = place.file(to, name);
            if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                var other = sha256.isEmpty()
                        ? String.valueOf(Stamp.of(file).modified().toMillis())
                        : sha256.substring(0, 16);
                target = place.file(to, name.with("." + other));
            }
            Files.move(file, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private Copy copy(Found found) throws IOException {
        if (found.stamp().size() > rules.maxSize()) {
            throw new TooLarge();
        }
        var file = Files.createTempFile(own, COPY, "");
        try (var in = open(found.file());
                var out = Files.newOutputStream(file)) {
            var digest = FileName.sha256();
            var buffer = new byte[BUFFER];
            var left = rules.maxSize();
            for (var read = read(in, buffer); read >= 0; read = read(in, buffer)) {
                left -= read;
                if (left < 0) {
                    throw new TooLarge();
                }
                digest.update(buffer, 0, read);
                out.write(buffer, 0, read);
            }
            return new Copy(file, HexFormat.of().formatHex(digest.digest()));
        } catch (IOException | RuntimeException e) {
            new Copy(file, "").close();
            throw e;
        }
    }

    private InputStream open(Path file) throws IOException {
        try {
            return place.open(file);
        } catch (NoSuchFileException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new Unreadable(e);
        }
    }

    private static int read(InputStream in, byte[] buffer) throws Unreadable {
        try {
            return in.read(buffer);
        } catch (IOException | RuntimeException e) {
            throw new Unreadable(e);
        }
    }
}
