package de.stellwerk.plugins.forms;

import static de.stellwerk.hub.spi.Setting.optional;

import de.stellwerk.hub.spi.Form.Type;
import de.stellwerk.hub.spi.Setting;
import de.stellwerk.hub.spi.Settings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The settings that say what a form is, wherever it comes from. */
final class Common {

    private static final String ENDINGS = "\\s*[A-Za-z0-9]{1,10}(\\s*,\\s*[A-Za-z0-9]{1,10})*\\s*";
    private static final String PAIR = "\\s*[A-Za-z0-9][A-Za-z0-9._]{0,39}\\s*=\\s*[0-9]{14}\\s*";

    private Common() {}

    static Setting[] with(Setting... own) {
        return Stream.concat(
                        Stream.of(own),
                        Stream.of(
                                optional("required", "Endungen, die zu einem Formular gehören müssen", "xml")
                                        .as(Type.TEXT, ENDINGS)
                                        .help(
                                                "Endungen, die jedes Formular haben muss, etwa xml,pdf; die erste ist sein Inhalt, alles andere sind Anlagen.",
                                                "Endings each form must have, such as xml,pdf; the first one is its body, all else are attachments."),
                                optional("kind", "Art der Nachrichten", "form.submission")
                                        .as(Type.TEXT, "[a-z][a-z0-9-]*(\\.[a-z][a-z0-9-]*)*")
                                        .help(
                                                "Art der Nachrichten, die aus vollständigen Formularen werden.",
                                                "Kind of the messages that complete forms become."),
                                optional("service", "Leistung (LeiKa-Schlüssel)", "")
                                        .as(Type.TEXT, "([0-9]{14})?")
                                        .help(
                                                "LeiKa-Schlüssel der Formulare, die services nicht nennt; 14 Ziffern.",
                                                "LeiKa key of forms that services does not name; 14 digits."),
                                optional("services", "Leistung je Formularnummer", "")
                                        .as(Type.TEXT, "(" + PAIR + "(," + PAIR + ")*)?")
                                        .help(
                                                "LeiKa-Schlüssel je Formularnummer, etwa 010040=99050012104000, mehrere mit Komma.",
                                                "LeiKa key by number of the form, such as 010040=99050012104000, several with commas."),
                                optional("max-size", "Größte Sendung in MiB", "50")
                                        .as(Type.NUMBER, "1", "1024")
                                        .help(
                                                "Größte Mail oder größter Satz von Dateien, in MiB, gepackt und entpackt.",
                                                "Largest mail or set of files, in MiB, packed and unpacked.")))
                .toArray(Setting[]::new);
    }

    static Labels labels(Settings settings) {
        var services = new HashMap<String, String>();
        for (var pair : list(settings.text("services"))) {
            var both = pair.split("=", 2);
            services.put(both[0].strip(), both[1].strip());
        }
        return new Labels(settings.text("kind"), settings.text("service"), services);
    }

    static List<String> required(Settings settings) {
        return list(settings.text("required").toLowerCase(Locale.ROOT));
    }

    static long maxSize(Settings settings) {
        return settings.number("max-size") * 1024L * 1024L;
    }

    static List<String> list(String text) {
        var all = new ArrayList<String>();
        for (var each : text.split(",", -1)) {
            if (!each.isBlank()) {
                all.add(each.strip());
            }
        }
        return List.copyOf(all);
    }

    /** What the descriptor alone does not show, all of it at once. */
    static void refuse(List<String> problems) {
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
    }
}
