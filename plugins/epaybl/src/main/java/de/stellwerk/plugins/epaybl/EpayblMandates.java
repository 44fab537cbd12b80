package de.stellwerk.plugins.epaybl;

import de.stellwerk.hub.camel.CamelConnector;
import de.stellwerk.hub.camel.CamelConnectorFactory;
import de.stellwerk.hub.camel.Messages;
import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Form.Type;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Setting;
import de.stellwerk.hub.spi.Settings;
import java.time.ZoneId;
import java.util.stream.Stream;

/** Makes connections that keep the SEPA mandates which the platform administers. */
public final class EpayblMandates extends CamelConnectorFactory {

    private static final ZoneId GERMANY = ZoneId.of("Europe/Berlin");

    private final Messages soap = Messages.of(
            Envelope.class,
            Envelope.Fault.class,
            SepaMandat.Anlegen.class,
            SepaMandat.Angelegt.class,
            SepaMandat.Lesen.class,
            SepaMandat.Gelesen.class,
            SepaMandat.Vervollstaendigen.class,
            SepaMandat.Vervollstaendigt.class,
            SepaMandat.Deaktivieren.class,
            SepaMandat.Deaktiviert.class,
            IsAlive.class,
            IsAlive.Response.class);

    private final Messages payments = Messages.of(PaymentMandate.class);

    @Override
    public ConnectorDescriptor descriptor() {
        return ConnectorDescriptor.of(
                        "epaybl-mandates", "SEPA-Mandate der Zahlungsverkehrsplattform (ePayBL, SOAP 1.1)")
                .channels(Channel.out("mandates", "payment.mandate"))
                .settings(Stream.concat(
                                Stream.of(Epaybl.line()),
                                Stream.of(
                                        Epaybl.bewirtschafter(),
                                        Setting.required("glaeubiger-id", "Gläubiger-Identifikationsnummer der Kommune")
                                                .as(Type.TEXT, ".{8,35}")
                                                .help(
                                                        "Gläubiger-Identifikationsnummer der Kommune, ohne Leerzeichen.",
                                                        "The municipality's creditor identifier (SEPA), without blanks.")))
                        .toArray(Setting[]::new))
                .recognisingRepeats();
    }

    @Override
    protected CamelConnector open(Settings settings, HubContext hub) {
        var creditor = settings.text("glaeubiger-id");
        if (!Fields.isCreditor(creditor)) {
            throw new IllegalArgumentException(
                    "setting 'glaeubiger-id' is no creditor identifier of SEPA: its check digits are wrong");
        }
        return new Mandates(
                hub,
                soap,
                payments,
                Epaybl.line(settings),
                settings.text("mandant"),
                settings.text("bewirtschafter"),
                creditor,
                hub.clock().withZone(GERMANY));
    }
}
