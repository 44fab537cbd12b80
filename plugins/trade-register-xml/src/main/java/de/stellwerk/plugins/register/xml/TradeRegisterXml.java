package de.stellwerk.plugins.register.xml;

import de.stellwerk.hub.camel.CamelConnector;
import de.stellwerk.hub.camel.CamelConnectorFactory;
import de.stellwerk.hub.camel.Messages;
import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Form.Type;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Setting;
import de.stellwerk.hub.spi.Settings;

/** Makes connections to a trade register that exchanges XML files by two folders. */
public final class TradeRegisterXml extends CamelConnectorFactory {

    private final Messages messages = Messages.of(Gewerbeanzeige.class, Antwort.class);

    @Override
    public ConnectorDescriptor descriptor() {
        return ConnectorDescriptor.of("trade-register-xml", "Gewerberegister, XML-Dateien über zwei Ordner")
                .channels(
                        Channel.answered("out"),
                        Channel.in("answers", RegisterFolders.ANSWER, RegisterFolders.UNREADABLE))
                .settings(
                        Setting.required("folder-in", "Ordner, den das Register liest")
                                .as(Type.PATH)
                                .help("Ordner, den das Register liest.", "Folder the register reads."),
                        Setting.required("folder-out", "Ordner, in den das Register seine Antworten legt")
                                .as(Type.PATH)
                                .help(
                                        "Ordner, in den das Register seine Antworten legt.",
                                        "Folder the register puts its answers into."))
                .recognisingRepeats();
    }

    @Override
    protected CamelConnector open(Settings settings, HubContext hub) {
        return new RegisterFolders(hub, messages, settings.path("folder-in"), settings.path("folder-out"));
    }
}
