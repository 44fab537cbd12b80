package de.stellwerk.hub.validation;

import de.stellwerk.hub.config.ConfigProblems;
import de.stellwerk.hub.config.RecordProfile;
import de.stellwerk.hub.signature.TokenKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The kinds of messages by name.
 *
 * @param home where {@code routes} has the schemas of forms, and {@code config/profiles} the profiles of record files
 * @param schemas a folder of schemas that may not be carried along, with everything they include beside them
 * @param keys public keys for tokens
 */
public record MessageKinds(Path home, Optional<Path> schemas, TokenKeys keys) {

    public static final List<String> NAMES = List.of(
            "xml",
            "form",
            "camt",
            "pain",
            "xrechnung",
            "xrechnung-public",
            "fit-connect-metadata",
            "fit-connect-set",
            "xzufi",
            "mail",
            "fixed:PROFILE",
            "csv:PROFILE");

    /**
     * The kind of that name; empty where there is none.
     *
     * @throws ConfigProblems when a profile is wrong
     * @throws IOException when what belongs to the kind cannot be read
     */
    public Optional<MessageKind> of(String kind) throws ConfigProblems, IOException {
        var name = kind.replaceFirst(":.*", "");
        var profile = kind.substring(Math.min(kind.length(), name.length() + 1));
        if (profile.isEmpty() == (name.equals("fixed") || name.equals("csv"))) return Optional.empty();
        return Optional.ofNullable(
                switch (name) {
                    case "xml" -> XmlKinds.any(given());
                    case "form" -> XmlKinds.form(forms());
                    case "camt", "pain" -> PaymentKind.of(name, given());
                    case "xrechnung" -> InvoiceKind.create();
                    case "xrechnung-public" -> InvoiceKind.toPublicBody();
                    case "fit-connect-metadata" -> FitConnectKinds.metadata(schemas);
                    case "fit-connect-set" -> FitConnectKinds.token(keys);
                    case "xzufi" -> XmlKinds.xzufi(given());
                    case "mail" -> MailKind.create();
                    case "fixed" -> RecordKinds.fixed(RecordProfile.read(file(profile)), stem(profile));
                    case "csv" -> RecordKinds.csv(RecordProfile.read(file(profile)), stem(profile));
                    default -> null;
                });
    }

    private Schemas given() throws IOException {
        return schemas.isEmpty() ? Schemas.none() : Schemas.in(List.of(schemas.get()));
    }

    private Schemas forms() throws IOException {
        var folders = new ArrayList<Path>();
        schemas.ifPresent(folders::add);
        folders.add(home.resolve("routes"));
        return Schemas.in(folders);
    }

    private static String stem(String profile) {
        return profile.replaceFirst(".*/", "").replaceFirst("\\.ya?ml$", "");
    }

    /** A profile is a file, or the name of one in the home. */
    private Path file(String profile) throws IOException {
        var given = Path.of(profile);
        if (Files.isRegularFile(given)) return given;
        var named = home.resolve("config/profiles").resolve(profile + ".yaml");
        if (profile.matches("[a-z][a-z0-9-]{0,62}") && Files.isRegularFile(named)) return named;
        throw new IOException("there is neither a file " + given + " nor " + named);
    }
}
