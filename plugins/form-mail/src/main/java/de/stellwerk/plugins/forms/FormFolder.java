package de.stellwerk.plugins.forms;

import static de.stellwerk.hub.spi.Setting.optional;
import static de.stellwerk.hub.spi.Setting.required;

import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.Connector;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Form.Type;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Settings;
import java.util.ArrayList;

/** Forms that another system lays into a folder of this machine, each as several files of one stem. */
public final class FormFolder implements ConnectorFactory {

    private static final String PLAIN = "[^/\\\\.][^/\\\\]*";

    @Override
    public ConnectorDescriptor descriptor() {
        return ConnectorDescriptor.of("form-folder", "Formulare aus einem Ordner")
                .channels(Channel.in(FolderForms.CHANNEL))
                .settings(Common.with(
                        required("folder", "Ordner, aus dem gelesen wird")
                                .as(Type.PATH)
                                .help(
                                        "Ordner auf diesem Rechner oder einem eingebundenen Laufwerk.",
                                        "Folder of this computer or of a mounted drive."),
                        optional("quiet", "Ruhezeit", "10s")
                                .as(Type.DURATION, "0s", "1h")
                                .help(
                                        "Wie lange sich keine Datei eines Formulars geändert haben darf, bis es genommen wird.",
                                        "How long no file of a form may have changed before it is taken."),
                        optional("patience", "Geduld mit unvollständigen Formularen", "1h")
                                .as(Type.DURATION, "1s", "30d")
                                .help(
                                        "Nach dieser Zeit ohne Änderung wird ein unvollständiges Formular als form.incomplete übergeben.",
                                        "After this time without a change an incomplete form is handed over as form.incomplete."),
                        optional("archive", "Ordner für Übernommenes, unterhalb von folder", "erledigt")
                                .as(Type.TEXT, PLAIN)
                                .help(
                                        "Ordner für Übernommenes, unterhalb von folder.",
                                        "Folder for what was taken, below folder."),
                        optional("error", "Ordner für Abgelehntes, unterhalb von folder", "fehler")
                                .as(Type.TEXT, PLAIN)
                                .help(
                                        "Ordner für Abgelehntes, unterhalb von folder.",
                                        "Folder for what was refused, below folder.")));
    }

    @Override
    public Connector create(Settings settings, HubContext hub) {
        var problems = new ArrayList<String>();
        if (settings.text("archive").equals(settings.text("error"))) {
            problems.add("settings 'archive' and 'error' name the same folder");
        }
        if (settings.duration("patience").compareTo(settings.duration("quiet")) < 0) {
            problems.add("setting 'patience' is shorter than 'quiet'");
        }
        Common.refuse(problems);
        return new FolderForms(
                new FolderForms.Rules(
                        settings.path("folder"),
                        settings.text("archive"),
                        settings.text("error"),
                        Common.required(settings),
                        settings.duration("quiet"),
                        settings.duration("patience"),
                        Common.maxSize(settings)),
                Common.labels(settings),
                hub.directory(),
                hub.clock());
    }
}
