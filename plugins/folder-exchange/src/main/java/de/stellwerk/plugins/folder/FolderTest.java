package de.stellwerk.plugins.folder;

import de.stellwerk.hub.spi.Tested.Check;
import de.stellwerk.hub.spi.Tested.Outcome;
import de.stellwerk.hub.spi.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;

/** Whether a folder is there and may be used. The login, if there is one, was tried when the place was opened. */
final class FolderTest {

    private static final int MOST = 1_000;
    private static final Text NOTHING = new Text("", "");

    private FolderTest() {}

    /** @param setting which setting names the folder */
    static List<Check> of(Place place, String setting, String name) {
        var checks = new ArrayList<Check>();
        try {
            var folder = place.folder(name);
            checks.add(new Check(
                    "folder " + setting,
                    Outcome.PASSED,
                    new Text("Der Ordner ist da.", "The folder is there."),
                    NOTHING));
            checks.add(rights(setting, folder));
        } catch (IOException | RuntimeException e) {
            checks.add(new Check(
                    "folder " + setting,
                    Outcome.FAILED,
                    new Text(
                            "Den Ordner gibt es nicht, oder er ist nicht lesbar.",
                            "The folder is not there, or cannot be read."),
                    new Text(
                            "Den Ordner anlegen lassen, oder bei '" + setting + "' einen anderen nennen.",
                            "Have the folder made, or name another one at '" + setting + "'.")));
            checks.add(new Check("rights " + setting, Outcome.SKIPPED, NOTHING, NOTHING));
        }
        return checks;
    }

    /** Taking a file away needs the right to write as well. */
    private static Check rights(String setting, Path folder) throws IOException {
        try (var all = Files.newDirectoryStream(folder)) {
            boolean any = all.iterator().hasNext();
            if (Files.isWritable(folder)) {
                return new Check(
                        "rights " + setting,
                        Outcome.PASSED,
                        new Text(
                                any
                                        ? "Lesbar und beschreibbar; es liegt etwas darin."
                                        : "Lesbar und beschreibbar; er ist leer.",
                                any
                                        ? "Can be read and written; there is something in it."
                                        : "Can be read and written; it is empty."),
                        NOTHING);
            }
        }
        return new Check(
                "rights " + setting,
                Outcome.FAILED,
                new Text("Der Ordner ist nicht beschreibbar.", "The folder cannot be written."),
                new Text(
                        "Dem Benutzer des Hubs das Recht geben, darin zu schreiben und zu löschen.",
                        "Give the hub's user the right to write and delete in it."));
    }

    /** The folders in the shared one. */
    static List<String> folders(Place place) throws IOException {
        var found = new ArrayList<String>();
        found.add(".");
        try (var all = Files.newDirectoryStream(place.folder("."))) {
            StreamSupport.stream(all.spliterator(), false)
                    .filter(Files::isDirectory)
                    .limit(MOST)
                    .map(place::name)
                    .map(FileName::shown)
                    .filter(name -> !name.startsWith("."))
                    .sorted()
                    .forEach(found::add);
        }
        return found;
    }
}
