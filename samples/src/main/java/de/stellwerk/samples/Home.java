package de.stellwerk.samples;

import de.stellwerk.samples.letters.SampleAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** A fresh home folder for a hub, with the sample town beside it. */
public record Home(Path folder) {

    private static final String MARK = ".stellwerk-demo";

    /**
     * Makes it anew; what an earlier demo left there is deleted.
     *
     * @throws IOException if the folder holds something else, or an earlier demo still runs in it
     */
    static Home fresh(Path folder, Checkout checkout, SampleAuthority authority) throws IOException {
        var home = new Home(folder.toAbsolutePath().normalize());
        home.clear();
        home.make(checkout, authority);
        return home;
    }

    /**
     * The same without configuration, routes and a town: only the plugins lie there.
     *
     * @throws IOException as {@link #fresh} does
     */
    public static Home bare(Path folder, Checkout checkout) throws IOException {
        var home = new Home(folder.toAbsolutePath().normalize());
        home.clear();
        home.makeBare(checkout);
        return home;
    }

    public Path town() {
        return folder.resolve("town");
    }

    Path pirna(String name) {
        return town().resolve("pirna").resolve(name);
    }

    Path records() {
        return pirna("ablage");
    }

    public Path logs() {
        return folder.resolve("logs");
    }

    public Journals journals() {
        return new Journals(folder.resolve("journale"));
    }

    Path result() {
        return folder.resolve("ergebnis.csv");
    }

    public Path secret(String name) {
        return folder.resolve("config/secrets").resolve(name);
    }

    /** A secret of the town that is none of the hub's business. */
    public Path townSecret(String name) {
        return town().resolve("geheim").resolve(name);
    }

    public Path firstKey() {
        return folder.resolve("data/first-api-key");
    }

    /** The database that the hub started, if it is still there: it outlives a killed hub. */
    public Optional<ProcessHandle> database() throws IOException {
        var file = folder.resolve("data/postgres/cluster/postmaster.pid");
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        var lines = Files.readAllLines(file);
        return lines.isEmpty() || !lines.get(0).strip().matches("[0-9]{1,10}")
                ? Optional.empty()
                : ProcessHandle.of(Long.parseLong(lines.get(0).strip()))
                        .filter(process -> process.info().command().orElse("").endsWith("postgres"));
    }

    private void clear() throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (var files = Files.list(folder)) {
            if (files.findAny().isEmpty()) {
                return;
            }
        }
        var mark = folder.resolve(MARK);
        if (!Files.exists(mark)) {
            throw new IOException(
                    "Der Ordner " + folder + " ist nicht leer und stammt nicht von der Demo. Es wurde nichts gelöscht. "
                            + "Bitte mit --home einen anderen Ordner angeben.");
        }
        var owner = Files.readString(mark).strip();
        var mine = owner.equals(String.valueOf(ProcessHandle.current().pid()));
        if (!mine
                && owner.matches("[0-9]+")
                && ProcessHandle.of(Long.parseLong(owner)).isPresent()) {
            throw new IOException("In " + folder + " läuft schon eine Demo (Prozess " + owner
                    + "). Bitte dort beenden oder mit --home einen anderen Ordner angeben.");
        }
        database().ifPresent(process -> {
            process.destroy();
            process.onExit().join();
        });
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private void makeBare(Checkout checkout) throws IOException {
        for (var each : List.of(
                logs(),
                journals().folder(),
                town(),
                folder.resolve("plugins/inbox"),
                folder.resolve("config/municipalities"),
                folder.resolve("routes"))) {
            Files.createDirectories(each);
        }
        Files.writeString(
                folder.resolve(MARK), String.valueOf(ProcessHandle.current().pid()));
        for (var jar : checkout.plugins()) {
            Files.copy(jar, folder.resolve("plugins/inbox").resolve(jar.getFileName()));
        }
    }

    private void make(Checkout checkout, SampleAuthority authority) throws IOException {
        makeBare(checkout);
        for (var each : List.of(
                records(),
                pirna("register/eingang"),
                pirna("register/ausgang"),
                pirna("register/archiv"),
                pirna("finanzen/eingang"),
                pirna("finanzen/archiv"),
                folder.resolve("config/trust"))) {
            Files.createDirectories(each);
        }
        for (var name : List.of("config", "routes")) {
            copy(checkout.folder().resolve(name), folder.resolve(name));
        }
        authority.writeTrust(folder.resolve("config/trust"));
        write(secret("pirna-mailbox"), password());
        write(secret("leipzig-jms"), password());
        write(townSecret("kanzlei"), password());
    }

    /** Writes a file that only its owner may read. */
    public static void write(Path file, String text) throws IOException {
        var folder = file.getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, text + "\n");
    }

    public static String password() {
        var bytes = new byte[18];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().encodeToString(bytes);
    }

    private static void copy(Path from, Path to) throws IOException {
        if (!Files.isDirectory(from)) {
            return;
        }
        try (var files = Files.walk(from)) {
            for (var file : files.toList()) {
                var target = to.resolve(from.relativize(file).toString());
                // Secrets of the checkout stay where they are.
                if (from.relativize(file).startsWith("secrets")) {
                    continue;
                }
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }
}
