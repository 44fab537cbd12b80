package de.stellwerk.hub.plugin;

import de.stellwerk.hub.plugin.Line.Op;
import de.stellwerk.hub.spi.Connector;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Settings;
import java.util.LinkedHashMap;
import java.util.List;

/** Stands in for a factory of an isolated plugin. */
final class RemoteFactory implements ConnectorFactory {

    private final Isolated plugin;
    private final int number;
    private final ConnectorDescriptor card;

    RemoteFactory(Isolated plugin, int number, ConnectorDescriptor card) {
        this.plugin = plugin;
        this.number = number;
        this.card = card;
    }

    @Override
    public ConnectorDescriptor descriptor() {
        return card;
    }

    @Override
    public Connector create(Settings settings, HubContext hub) throws ConnectorFailed {
        var given = given(settings, hub);
        return RemoteConnector.open(plugin, (writer, op) -> given.to(writer.number(number), op));
    }

    @Override
    public List<String> choices(String setting, Settings settings, HubContext hub) throws ConnectorFailed {
        var given = given(settings, hub);
        return plugin.ask(
                plugin.life(),
                Op.CHOICES,
                Isolated.NOTHING_BACK,
                (writer, op) -> given.to(writer.number(number).text(setting), op),
                reader -> reader.list(Wire.Reader::text));
    }

    /** What a connector is opened with; it is looked up now, and can be given over again later. */
    private Wire.Put<Op> given(Settings settings, HubContext hub) {
        var values = new LinkedHashMap<String, String>();
        var paths = new LinkedHashMap<String, String>();
        for (var setting : card.settings()) {
            values.put(setting.name(), settings.text(setting.name()));
            try {
                paths.put(setting.name(), settings.path(setting.name()).toString());
            } catch (IllegalArgumentException e) {
                continue; // not a path: whoever takes it for one is told so over there
            }
        }
        return (writer, op) -> writer.text(hub.connection())
                .text(hub.municipality())
                .text(hub.clock().getZone().getId())
                .text(hub.directory().toString())
                .texts(values)
                .texts(paths);
    }

    @Override
    public void close() throws ConnectorFailed {
        if (plugin.isRunning()) {
            plugin.ask(
                    plugin.life(),
                    Op.CLOSE_FACTORY,
                    Isolated.NOTHING_BACK,
                    (writer, op) -> writer.number(number),
                    reader -> true);
        }
    }
}
