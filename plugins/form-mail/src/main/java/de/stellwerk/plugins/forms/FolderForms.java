package de.stellwerk.plugins.forms;

import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.DropFolder;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Receipt;
import de.stellwerk.hub.spi.Source;
import de.stellwerk.hub.spi.Tested;
import de.stellwerk.hub.spi.Text;
import de.stellwerk.plugins.mail.PlainName;
import de.stellwerk.plugins.mail.ReadFailed;
import de.stellwerk.plugins.mail.Spool;
import de.stellwerk.plugins.mail.TooLarge;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Forms from a folder. A set of files is taken when it is complete and none of them has changed for a while, by the hub's clock; one that
 * does not become complete is handed over as such after a longer while. The files move away together, and only after the hub has answered.
 */
final class FolderForms implements Source, Tested {

    static final String CHANNEL = "folder";
    static final int SETS_A_POLL = 50;

    private static final int MOST_FILES = 10_000;
    /** So many sets in a row that the hub could not take: it cannot take any now. */
    private static final int REFUSALS = 3;
    /** What is being moved, in the folder for what was taken: a hub that dies in between goes on with it. */
    private static final String MOVING = "umzug.txt";

    private static final String NOTE = "fehler.txt";
    private static final Pattern UNFINISHED =
            Pattern.compile("\\..*|.*\\.(tmp|part|filepart|crdownload)", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    /**
     * @param archive for what the hub has, {@code errors} for what it refused; both below the folder that is read
     * @param quiet how long no file of a set may have changed
     * @param patience after which a set that is not complete is handed over as such
     * @param maxSize of a set, in bytes
     */
    record Rules(
            Path folder,
            String archive,
            String errors,
            List<String> required,
            Duration quiet,
            Duration patience,
            long maxSize) {}

    private record Stamp(long size, long modified) {

        static Stamp of(Path file) throws IOException {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return new Stamp(attributes.size(), attributes.lastModifiedTime().toMillis());
        }
    }

    /** @param since when we first saw it so */
    private record Seen(Path file, Stamp stamp, Instant since) {}

    private final Rules rules;
    private final Labels labels;
    private final Path own;
    private final Clock clock;
    private Map<String, Seen> seen = new HashMap<>();
    /** There is more than is looked at: what a set lacks may lie there. */
    private boolean more;

    FolderForms(Rules rules, Labels labels, Path own, Clock clock) {
        this.rules = rules;
        this.labels = labels;
        this.own = own;
        this.clock = clock;
    }

    @Override
    public List<Check> test() {
        var there = Files.isDirectory(rules.folder());
        var usable = there && Files.isReadable(rules.folder()) && Files.isWritable(rules.folder());
        return List.of(
                new Check(
                        "folder",
                        there ? Outcome.PASSED : Outcome.FAILED,
                        there
                                ? new Text("Der Ordner ist da.", "The folder is there.")
                                : new Text("Den Ordner gibt es nicht.", "There is no such folder."),
                        there
                                ? new Text("", "")
                                : new Text(
                                        "Den Ordner anlegen, oder bei 'folder' einen anderen nennen.",
                                        "Make the folder, or name another one at 'folder'.")),
                new Check(
                        "rights",
                        usable ? Outcome.PASSED : there ? Outcome.FAILED : Outcome.SKIPPED,
                        usable
                                ? new Text("Lesbar und beschreibbar.", "Can be read and written.")
                                : new Text(
                                        "Der Ordner ist nicht lesbar und beschreibbar.",
                                        "The folder cannot be read and written."),
                        usable
                                ? new Text("", "")
                                : new Text(
                                        "Dem Benutzer des Hubs das Recht geben, darin zu lesen, zu schreiben und zu löschen.",
                                        "Give the hub's user the right to read, write and delete in it.")));
    }

    @Override
    public void poll(Inbox inbox) throws Exception {
        if (!Files.isDirectory(rules.folder())) {
            throw new NotDirectoryException("form.folder: the folder of setting 'folder' is not there");
        }
        goOnMoving();
        look();
        var sets = Forms.neighbours(List.copyOf(seen.keySet()), rules.required().get(0));
        var taken = 0;
        var refusals = 0;
        Optional<Exception> trouble = Optional.empty();
        for (var set : sets.entrySet()) {
            var files =
                    set.getValue().stream().sorted().map(name -> seen.get(name)).toList();
            if (taken == SETS_A_POLL || refusals == REFUSALS) {
                break;
            }
            if (isStill(files, rules.quiet())) {
                try {
                    taken += take(set.getKey(), files, inbox) ? 1 : 0;
                    refusals = 0;
                } catch (NoSuchFileException e) {
                    continue; // somebody has taken one away again, or writes it anew
                } catch (IOException e) {
                    trouble = trouble.or(() -> Optional.of(e));
                } catch (RuntimeException e) {
                    refusals++;
                    trouble = trouble.or(() -> Optional.of(e));
                }
            }
        }
        if (trouble.isPresent()) {
            throw trouble.get();
        }
    }

    /** What is no regular file is passed over: a link leads elsewhere, and a pipe blocks whoever reads it. */
    private void look() throws IOException {
        var now = clock.instant();
        var all = new TreeMap<String, Seen>();
        more = false;
        try (var entries = Files.newDirectoryStream(rules.folder())) {
            for (var file : entries) {
                var name = String.valueOf(file.getFileName());
                if (all.size() == MOST_FILES) {
                    more = true;
                    break;
                }
                if (!UNFINISHED.matcher(name).matches() && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    stamp(file).ifPresent(stamp -> {
                        var before = Optional.ofNullable(seen.get(name));
                        var same = before.isPresent() && before.get().stamp().equals(stamp);
                        all.put(name, new Seen(file, stamp, same ? before.get().since() : now));
                    });
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        seen = all;
    }

    private static Optional<Stamp> stamp(Path file) throws IOException {
        try {
            return Optional.of(Stamp.of(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private boolean isStill(List<Seen> files, Duration wait) {
        return files.stream()
                .noneMatch(each -> clock.instant().isBefore(each.since().plus(wait)));
    }

    private boolean isOverdue(List<Seen> files) {
        return !more && isStill(files, rules.patience());
    }

    /** Without reading anything; an archive may hold what seems to lack. */
    private boolean mayBeComplete(List<Seen> files) {
        var named = files.stream()
                .map(each -> FormFile.of(String.valueOf(each.file().getFileName()), each.file()))
                .toList();
        return named.stream().anyMatch(file -> file.ending().equals("zip"))
                || Forms.of(named, rules.required(), false).lacking().isEmpty();
    }

    /** True if the hub was given it. */
    private boolean take(String stem, List<Seen> files, Inbox inbox) throws IOException {
        if (!mayBeComplete(files) && !isOverdue(files)) {
            return false;
        }
        try (var copies = new Spool(own, rules.maxSize());
                var unpacked = new Spool(own, rules.maxSize())) {
            var copied = new ArrayList<FormFile>();
            var hash = Labels.sha256();
            for (var each : files) {
                var name = String.valueOf(each.file().getFileName());
                var kept = copy(each, copies);
                hash.update((name + "\n" + kept.sha256() + "\n").getBytes(StandardCharsets.UTF_8));
                copied.add(FormFile.of(name, kept.file()));
            }
            var sha256 = HexFormat.of().formatHex(hash.digest());
            var messages = messages(copied, sha256, isOverdue(files), unpacked);
            if (messages.isEmpty()) {
                return false;
            }
            var refused = Optional.<Receipt>empty();
            for (var message : messages) {
                var receipt = inbox.accept(CHANNEL, message);
                refused = receipt.outcome() == Receipt.Outcome.REJECTED ? Optional.of(receipt) : refused;
            }
            var name = PlainName.of(stem, "formular") + "_" + sha256.substring(0, 12);
            if (refused.isPresent()) {
                putAside(
                        files,
                        name,
                        refused.get().code(),
                        "Der Hub nimmt das Formular nicht an. " + refused.get().text());
            } else {
                move(files, rules.archive() + "/" + name);
            }
            return true;
        } catch (TooLarge e) {
            putAside(
                    files,
                    PlainName.of(stem, "formular") + "_" + files.get(0).stamp().modified(),
                    "form.too-large",
                    "Die Dateien sind zusammen größer, als die Einstellung max-size erlaubt.");
            return true;
        }
    }

    private static Spool.Kept copy(Seen each, Spool copies) throws IOException {
        try (var in = Files.newInputStream(each.file(), LinkOption.NOFOLLOW_LINKS)) {
            var kept = copies.keep(in);
            if (!Stamp.of(each.file()).equals(each.stamp())
                    || Files.size(kept.file()) != each.stamp().size()) {
                throw new NoSuchFileException("changed while it was read");
            }
            return kept;
        } catch (ReadFailed e) {
            throw new IOException("form.unreadable: a file in the folder cannot be read; it stays there", e);
        }
    }

    /** None if the set is not complete and may become so. */
    private List<Message> messages(List<FormFile> copied, String sha256, boolean overdue, Spool unpacked)
            throws IOException {
        var files = new ArrayList<FormFile>();
        var codes = new ArrayList<String>();
        for (var each : copied) {
            MailForms.add(each, files, codes, unpacked);
        }
        var forms = Forms.of(files, rules.required(), false);
        var lacking = new ArrayList<>(forms.lacking());
        var messages = new ArrayList<Message>();
        for (var form : forms.complete()) {
            if (rules.required().get(0).equals("xml") && !WellFormed.is(form.body())) {
                lacking.add(new Forms.Lack(form.stem(), "not XML"));
            } else {
                messages.add(labels.form("sha256:" + sha256, form));
            }
        }
        if (lacking.isEmpty()) {
            return messages;
        }
        return overdue
                ? List.of(incomplete(copied, sha256, codes.isEmpty() ? Labels.INCOMPLETE : codes.get(0), lacking))
                : List.of();
    }

    /** The files as they are, and without saying what they are: nobody has to be able to read them but a person. */
    private static Message incomplete(List<FormFile> copied, String sha256, String code, List<Forms.Lack> lacking) {
        var list = new StringBuilder(
                "Unvollständiges Formular / incomplete form\n" + code + ": " + Forms.told(lacking) + "\n\n");
        copied.forEach(file -> list.append(file.name().replaceAll("\\p{Cntrl}", "?"))
                .append(file.isEmpty() ? " (leer / empty)\n" : "\n"));
        var message = Labels.incomplete(
                "sha256:" + sha256,
                Content.of("dateien.txt", "text/plain", list.toString().getBytes(StandardCharsets.UTF_8)),
                code,
                Forms.told(lacking));
        for (var file : copied) {
            if (!file.isEmpty()) {
                message = message.attach(Content.of(
                        file.name(), "application/octet-stream", file.file().orElseThrow()));
            }
        }
        return message;
    }

    /** The note first: files that lie in the error folder without one tell nobody anything. */
    private void putAside(List<Seen> files, String name, String code, String german) throws IOException {
        var target =
                Files.createDirectories(rules.folder().resolve(rules.errors()).resolve(name));
        new DropFolder(target)
                .put(NOTE, new ByteArrayInputStream((code + """

                Was geschehen ist: %s
                Was sicher ist: Die Dateien liegen unverändert neben dieser Notiz. Es wurde nichts weitergegeben.
                Was zu tun ist: Den Fehler beheben und alle Dateien des Formulars noch einmal in den Ordner legen.
                """.formatted(german)).getBytes(StandardCharsets.UTF_8)));
        move(files, rules.errors() + "/" + name);
    }

    /** Not one after the other and no more: a hub that died in between would find half a set, and wait for the rest of it. */
    private void move(List<Seen> files, String target) throws IOException {
        var lines = new StringBuilder(target + "\n");
        for (var each : files) {
            lines.append(each.stamp().size())
                    .append(' ')
                    .append(each.stamp().modified())
                    .append(' ')
                    .append(HexFormat.of()
                            .formatHex(String.valueOf(each.file().getFileName()).getBytes(StandardCharsets.UTF_8)))
                    .append('\n');
        }
        archive().put(MOVING, new ByteArrayInputStream(lines.toString().getBytes(StandardCharsets.UTF_8)));
        goOnMoving();
    }

    private void goOnMoving() throws IOException {
        var note = archive().folder().resolve(MOVING);
        if (!Files.exists(note)) {
            return;
        }
        var lines = Files.readAllLines(note);
        var target = Files.createDirectories(rules.folder().resolve(lines.get(0)));
        for (var line : lines.subList(1, lines.size())) {
            var words = line.split(" ", 3);
            var name = new String(HexFormat.of().parseHex(words[2]), StandardCharsets.UTF_8);
            var file = rules.folder().resolve(name);
            var stamp = stamp(file);
            // One that has changed meanwhile is another one; it is looked at anew.
            if (stamp.equals(Optional.of(new Stamp(Long.parseLong(words[0]), Long.parseLong(words[1]))))) {
                Files.move(
                        file,
                        target.resolve(name),
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Files.delete(note);
    }

    private DropFolder archive() throws IOException {
        return new DropFolder(Files.createDirectories(rules.folder().resolve(rules.archive())));
    }
}
