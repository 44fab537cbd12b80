package de.stellwerk.hub.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Every sort of problem the reader reports, with its words; {@code {0}} is what was found, {@code {1}} what was expected. */
enum ProblemCode {
    UNREADABLE(
            "config.unreadable",
            "Die Datei kann nicht gelesen werden ({0}). Rechte und Ablageort prüfen.",
            "The file cannot be read ({0}). Check its permissions and place."),
    TOO_LARGE("config.too-large", "Die Datei ist größer als {1}.", "The file is larger than {1}."),
    ENCODING(
            "config.encoding",
            "Die Datei ist kein {1}. In dieser Kodierung speichern.",
            "The file is not {1}. Save it so."),
    YAML("config.yaml", "Hier ist das YAML fehlerhaft: {0}.", "The YAML is broken here: {0}."),
    DOCUMENTS(
            "config.documents",
            "Die Datei enthält mehr als ein YAML-Dokument. Erwartet wird genau eines, ohne weitere Zeile „---“.",
            "The file holds more than one YAML document. Expected is one, without a further '---' line."),
    ALIAS(
            "config.alias",
            "YAML-Anker und -Verweise („&“, „*“) sind hier nicht erlaubt. Den Wert ausschreiben.",
            "YAML anchors and aliases ('&', '*') are not allowed here. Write the value out."),
    TAG(
            "config.tag",
            "YAML-Typangaben wie „{0}“ sind hier nicht erlaubt. Die Angabe weglassen: jeder Wert ist Text.",
            "YAML tags such as '{0}' are not allowed here. Leave it out: every value is text."),
    DEPTH("config.depth", "Tiefer als {1} Ebenen wird nicht gelesen.", "Nothing is read below {1} levels."),
    SHAPE("config.shape", "Bei „{0}“ wird etwas anderes erwartet: {1}.", "Something else is expected at '{0}': {1}."),
    UNKNOWN_KEY("config.unknown-key", "Den Schlüssel „{0}“ gibt es hier nicht.", "There is no key '{0}' here."),
    DUPLICATE_KEY(
            "config.duplicate-key",
            "Der Schlüssel „{0}“ steht hier schon in Zeile {1}. Einen der beiden entfernen.",
            "The key '{0}' stands here already, in line {1}. Remove one of them."),
    MISSING_KEY("config.missing-key", "Hier fehlt der Schlüssel „{1}“.", "The key '{1}' is missing here."),
    EMPTY("config.empty", "„{0}“ hat keinen Wert.", "'{0}' has no value."),
    NAME("config.name", "„{0}“ ist kein gültiger Name. Erwartet werden {1}.", "'{0}' is not a name. Expected: {1}."),
    NUMBER(
            "config.number",
            "„{0}“ ist keine passende Zahl. Erwartet wird {1}.",
            "'{0}' is not a number that fits. Expected: {1}."),
    DURATION(
            "config.duration",
            "„{0}“ ist keine passende Dauer. Erwartet wird {1}.",
            "'{0}' is not a duration that fits. Expected: {1}."),
    SIZE(
            "config.size",
            "„{0}“ ist keine passende Größe. Erwartet wird {1}.",
            "'{0}' is not a size that fits. Expected: {1}."),
    AGS("config.ags", "„{0}“ ist kein AGS. Erwartet werden {1}.", "'{0}' is not an AGS. Expected: {1}."),
    ARS("config.ars", "„{0}“ ist kein ARS. Erwartet werden {1}.", "'{0}' is not an ARS. Expected: {1}."),
    ARS_OF_AGS(
            "config.ars-of-ags",
            "Der ARS „{0}“ gehört zu einer anderen Kommune: seine Stellen 1 bis 5 und 10 bis 12 ergeben nicht den AGS {1}.",
            "The ARS '{0}' belongs to another municipality: its digits 1 to 5 and 10 to 12 do not make the AGS {1}."),
    FILE_NAME(
            "config.file-name",
            "Die Datei heißt „{0}“. Erwartet wird {1}.",
            "The file is called '{0}'. Expected: {1}."),
    DUPLICATE_MUNICIPALITY(
            "config.duplicate-municipality",
            "Die Kommune {0} steht schon in {1}.",
            "The municipality {0} stands already in {1}."),
    DUPLICATE_ARS("config.duplicate-ars", "Der ARS {0} steht schon in {1}.", "The ARS {0} stands already in {1}."),
    DUPLICATE_DOOR(
            "config.duplicate-door",
            "„{0}“ hat schon eine andere JMS-Tür. Jede Tür braucht eine eigene Warteschlange und einen eigenen Benutzer.",
            "Another JMS door has '{0}' already. Each door needs a queue and a user of its own."),
    EXTERNAL_DOORS(
            "config.external-doors",
            "Ein eigenständiger Broker verwaltet seine Türen selbst. „{0}“ hier entfernen und dort anlegen.",
            "A broker of its own keeps its doors itself. Remove '{0}' here and make them there."),
    SHARED_FOLDER(
            "config.shared-folder",
            "Broker und Datenbank teilt sich dieser Hub mit anderen Knoten; dann brauchen sie auch einen gemeinsamen Ordner bei „{0}“.",
            "This hub shares broker and database with other nodes; then they need a folder in common at '{0}' too."),
    DATABASE_URL(
            "config.database-url",
            "Das ist keine Adresse einer PostgreSQL-Datenbank. Erwartet wird {1}.",
            "This is not the address of a PostgreSQL database. Expected: {1}."),
    CHOICE("config.choice", "„{0}“ gibt es hier nicht. Erwartet wird {1}.", "There is no '{0}' here. Expected: {1}."),
    PLUGIN_KEY(
            "config.plugin-key",
            "Das ist kein Schlüssel. Erwartet wird ein öffentlicher Ed25519-Schlüssel oder ein Zertifikat als PEM-Datei, oder der Schlüssel selbst in Base64.",
            "This is not a key. Expected: a PEM file with an Ed25519 public key or a certificate, or the key itself in base64."),
    DUPLICATE_PLUGIN_KEY(
            "config.duplicate-plugin-key",
            "Ein Schlüssel „{0}“ steht hier schon. Jeder braucht einen eigenen Namen.",
            "There is a key '{0}' here already. Each needs a name of its own."),
    FILE_MISSING("config.file-missing", "Die Datei „{0}“ gibt es nicht.", "There is no file '{0}'."),
    VALUE("config.value", "„{0}“ passt hier nicht. Erwartet wird {1}.", "'{0}' does not fit here. Expected is {1}."),
    UNKNOWN_CONNECTOR(
            "config.unknown-connector",
            "Keines der geladenen Plugins hat einen Konnektor „{0}“.",
            "None of the loaded plugins has a connector '{0}'."),
    NOT_PERMITTED(
            "plugin.not-permitted",
            "„{0}“ hat das Plugin nicht verlangt; sein Manifest verlangt {1}. Die Einstellung berichtigen, oder ein Plugin verwenden, dessen Manifest es verlangt.",
            "The plugin did not ask for '{0}'; its manifest asks for {1}. Correct the setting, or get a plugin whose manifest asks for it."),
    VARIABLE_MISSING(
            "config.variable-missing",
            "Die Umgebungsvariable „{0}“ ist nicht gesetzt. Setzen, oder einen Ersatzwert angeben: {1}.",
            "The environment variable '{0}' is not set. Set it, or give a default: {1}."),
    VARIABLE_FORM(
            "config.variable-form",
            "Die Umgebungsvariable ist falsch geschrieben. Erwartet wird {1}.",
            "The environment variable is not written correctly. Expected: {1}."),
    SECRET_LITERAL(
            "config.secret-literal",
            "Bei „{0}“ steht ein Geheimnis im Klartext oder in falscher Form. Erwartet wird {1}; das steht in config/secrets.",
            "'{0}' is a secret and must not stand here itself. Expected: {1}, which lies in config/secrets."),
    SECRET_NAME(
            "config.secret-name",
            "„{0}“ ist kein Name eines Geheimnisses. Erwartet werden {1}.",
            "'{0}' is not a name of a secret. Expected: {1}."),
    SECRET_MISSING(
            "config.secret-missing",
            "Das Geheimnis „{0}“ fehlt. Anlegen als Datei {1}, nur für den Hub lesbar (Rechte 0600).",
            "The secret '{0}' is missing. Put it into the file {1}, readable by the hub only (mode 0600)."),
    SECRET_OPEN(
            "config.secret-open",
            "Die Datei des Geheimnisses „{0}“ ist auch für andere zugänglich ({1}). Rechte auf 0600 setzen.",
            "The file of the secret '{0}' is open to others ({1}). Set its mode to 0600."),
    SECRET_UNREADABLE(
            "config.secret-unreadable",
            "Das Geheimnis „{0}“ kann nicht gelesen werden. Erwartet wird {1}.",
            "The secret '{0}' cannot be read. Expected: {1}.");

    final String id;
    private final String german;
    private final String english;

    ProblemCode(String id, String german, String english) {
        this.id = id;
        this.german = german;
        this.english = english;
    }

    static ProblemCode of(String id) {
        return Arrays.stream(values())
                .filter(code -> code.id.equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no such problem code: " + id));
    }

    String text(Locale locale, String found, String expected) {
        boolean inGerman = locale.getLanguage().equals("de");
        var text = (inGerman ? german : english).replace("{1}", expected).replace("{0}", found);
        return this == UNKNOWN_KEY || this == UNKNOWN_CONNECTOR
                ? text + known(inGerman, found, List.of(expected.split(", ")))
                : text;
    }

    private static String known(boolean inGerman, String found, List<String> names) {
        var meant = Nearest.to(found, names);
        if (meant.isPresent()) {
            return inGerman ? " Meinten Sie „" + meant.get() + "“?" : " Did you mean '" + meant.get() + "'?";
        }
        if (names.stream().allMatch(String::isEmpty)) {
            return inGerman ? " Es ist keiner bekannt." : " None is known.";
        }
        return (inGerman ? " Bekannt sind: " : " Known here: ") + String.join(", ", names) + ".";
    }
}
