package de.stellwerk.plugins.fitconnect;

import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.Connector;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Form.Type;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Setting;
import de.stellwerk.hub.spi.Settings;
import java.io.IOException;
import java.util.Optional;

/** Makes connections that send submissions to one destination, or to the one the routing API names. */
public final class FitConnectSender implements ConnectorFactory {

    @Override
    public ConnectorDescriptor descriptor() {
        return ConnectorDescriptor.of("fit-connect-sender", "FIT-Connect, submissions out")
                .channels(Channel.out("submissions"))
                .settings(Common.with(
                        Setting.optional("destination", "Id of the destination; empty asks the routing API", "")
                                .as(Type.TEXT, Common.UUID)
                                .help(
                                        "Zustellpunkt; leer heißt: die Routing-API nennt ihn.",
                                        "Destination; empty means: the routing API names it."),
                        Setting.optional("area", "Area for the routing API (ARS)", "")
                                .as(Type.TEXT, "[0-9]{12}")
                                .help(
                                        "Regionalschlüssel (ARS) mit zwölf Ziffern.",
                                        "Regional key (ARS) of twelve digits."),
                        Setting.optional("service", "Key of the service, if the message names none", "")
                                .as(Type.TEXT, "[0-9]{14}")
                                .help(
                                        "LeiKa-Schlüssel, wenn die Nachricht keinen nennt (Kopf service).",
                                        "LeiKa key, if the message names none (header service)."),
                        Setting.required("schema", "URI of the data's schema")
                                .as(Type.URI, "https", "urn")
                                .help("Schema der Fachdaten.", "Schema of the data."),
                        Setting.optional("routing-url", "Routing API with its version", "")
                                .as(Type.URI, "https", "http")
                                .help("Adresse der Routing-API mit /v1.", "Address of the routing API with /v1."),
                        Setting.optional("routing-issuer", "Whose keys sign routes", "")
                                .as(Type.URI, "https", "http")
                                .help(
                                        "Adresse, unter der /.well-known/jwks.json die Schlüssel der Routen liegen.",
                                        "Address whose /.well-known/jwks.json holds the keys of routes.")));
    }

    @Override
    public Connector create(Settings settings, HubContext hub) throws IOException {
        var api = Common.api(settings, hub.clock());
        var destination = settings.text("destination");
        if (destination.isEmpty()
                && (settings.text("area").isEmpty()
                        || settings.text("routing-url").isEmpty()
                        || settings.text("routing-issuer").isEmpty())) {
            throw new IllegalArgumentException(
                    "setting 'destination' is empty: then 'area', 'routing-url' and 'routing-issuer' are needed");
        }
        Optional<Routing> routing = destination.isEmpty()
                ? Optional.of(new Routing(
                        Common.http(settings),
                        settings.uri("routing-url"),
                        settings.text("routing-issuer"),
                        api,
                        hub.clock()))
                : Optional.empty();
        return new Sender(
                api,
                Common.events(settings, api),
                routing,
                new Sender.Card(
                        destination,
                        settings.text("area"),
                        settings.text("service"),
                        settings.text("schema"),
                        Common.largest(settings)),
                hub.directory(),
                hub.clock());
    }
}
