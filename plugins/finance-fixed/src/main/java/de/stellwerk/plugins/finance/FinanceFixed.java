package de.stellwerk.plugins.finance;

import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.Connector;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.DeliveryResult.Rejected;
import de.stellwerk.hub.spi.DropFolder;
import de.stellwerk.hub.spi.Form.Type;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Setting;
import de.stellwerk.hub.spi.Settings;
import de.stellwerk.hub.spi.Sink;
import java.io.ByteArrayInputStream;
import java.io.IOException;

/**
 * Writes one {@link BookingFile} a booking, {@code BU<belegNr>.dat}, and its marker {@code BU<belegNr>.dat.ok} into the folder the
 * finance system reads.
 *
 * <p>The belegNr is the delivery's number modulo 100,000,000. The finance system books a belegNr once: a repeat replaces a file that
 * still lies there with the same bytes, and one that the system has taken away already is recognised by its belegNr and not booked
 * again. The connector keeps no memory of its own.
 */
public final class FinanceFixed implements ConnectorFactory {

    @Override
    public ConnectorDescriptor descriptor() {
        return ConnectorDescriptor.of("finance-fixed", "Finance system, fixed-length booking records")
                .channels(Channel.out("bookings", "booking"))
                .settings(
                        Setting.required("folder", "Folder the finance system reads")
                                .as(Type.PATH)
                                .help("Ordner, den das Finanzverfahren liest.", "Folder the finance system reads."),
                        Setting.required("budget-line", "Budget line of the bookings, 1 to 10 characters")
                                .as(Type.TEXT, ".{1,10}")
                                .help(
                                        "Haushaltsstelle der Buchungen, 1 bis 10 Zeichen.",
                                        "Budget line of the bookings, 1 to 10 characters."))
                .recognisingRepeats();
    }

    @Override
    public Connector create(Settings settings, HubContext hub) {
        var folder = new DropFolder(settings.path("folder"));
        var budgetLine = settings.text("budget-line");
        if (!BookingFile.isBudgetLine(budgetLine)) {
            throw new IllegalArgumentException(
                    "setting 'budget-line' has 1 to 10 letters, digits, dots, dashes or slashes");
        }
        return (Sink) delivery -> deliver(delivery, folder, budgetLine);
    }

    private static DeliveryResult deliver(Delivery delivery, DropFolder folder, String budgetLine) throws IOException {
        if (!delivery.attachments().isEmpty()) {
            return new Rejected("a booking has no attachments, this one has "
                    + delivery.attachments().size());
        }
        BookingFile file;
        try {
            file = new BookingFile(delivery.number() % 100_000_000, BookingXml.read(delivery.body()), budgetLine);
        } catch (NotBookable e) {
            return new Rejected(e.reason());
        }
        folder.put(file.name(), ".ok", new ByteArrayInputStream(file.bytes()));
        return new Delivered(file.number());
    }
}
