package de.stellwerk.plugins.epaybl;

import de.stellwerk.hub.camel.CamelConnector;
import de.stellwerk.hub.camel.CamelConnectorFactory;
import de.stellwerk.hub.camel.Messages;
import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Settings;

/**
 * Makes connections that keep the platform's customers. Apart from {@link Epaybl}: an order is answered by its payment, and a customer by
 * nothing.
 */
public final class EpayblCustomers extends CamelConnectorFactory {

    private final Messages soap = Messages.of(
            Envelope.class,
            Envelope.Fault.class,
            Kunden.AnlegenKunde.class,
            Kunden.Angelegt.class,
            Kunden.AendernKunde.class,
            Kunden.Geaendert.class,
            Kunden.LesenKunde.class,
            Kunden.Gelesen.class,
            Kunden.LoeschenKunde.class,
            Kunden.Geloescht.class,
            IsAlive.class,
            IsAlive.Response.class);

    private final Messages payments = Messages.of(PaymentCustomer.class);

    @Override
    public ConnectorDescriptor descriptor() {
        return ConnectorDescriptor.of("epaybl-customers", "Kunden der Zahlungsverkehrsplattform (ePayBL, SOAP 1.1)")
                .channels(Channel.out("customers", "payment.customer"))
                .settings(Epaybl.line())
                .recognisingRepeats();
    }

    @Override
    protected CamelConnector open(Settings settings, HubContext hub) {
        return new Customers(hub, soap, payments, Epaybl.line(settings), settings.text("mandant"));
    }
}
