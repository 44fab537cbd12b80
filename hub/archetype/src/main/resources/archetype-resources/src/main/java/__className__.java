package ${package};

import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.Connector;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.ConnectorFactory;
#if($kind == "source")
import de.stellwerk.hub.spi.Content;
#else
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
#end
import de.stellwerk.hub.spi.DropFolder;
import de.stellwerk.hub.spi.Form;
import de.stellwerk.hub.spi.HubContext;
#if($kind == "source")
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Receipt.Outcome;
#end
import de.stellwerk.hub.spi.Setting;
import de.stellwerk.hub.spi.Settings;
#if($kind == "source")
import de.stellwerk.hub.spi.Source;
import java.nio.file.Path;
#else
import de.stellwerk.hub.spi.Sink;
#end

#if($kind == "source")
/** Takes XML files from a folder; what the hub has taken moves to {@code done}, what it rejects to {@code rejected}. */
#else
/** Lays each delivery into a folder. A repeat writes the same name again, so it makes one effect. */
#end
public final class ${className} implements ConnectorFactory {

    @Override
    public ConnectorDescriptor descriptor() {
#if($kind == "source")
        return ConnectorDescriptor.of("${artifactId}", "Files of a local system")
                .channels(Channel.in("files", "form.submission"))
                .settings(Setting.required("folder", "Folder the files come in")
                        .as(Form.Type.PATH)
                        .help("Ordner, in den das Fachverfahren schreibt.", "Folder the local system writes to."));
#else
        return ConnectorDescriptor.of("${artifactId}", "Folder of a local system")
                .channels(Channel.out("files"))
                .settings(Setting.required("folder", "Folder the local system reads")
                        .as(Form.Type.PATH)
                        .help("Ordner, den das Fachverfahren liest.", "Folder the local system reads."))
                .recognisingRepeats();
#end
    }

    @Override
    public Connector create(Settings settings, HubContext hub) {
        var folder = new DropFolder(settings.path("folder"));
#if($kind == "source")
        var done = new DropFolder(settings.path("folder").resolve("done"));
        var rejected = new DropFolder(settings.path("folder").resolve("rejected"));
        return (Source) inbox -> {
            for (Path file : folder.list("*.xml", 50)) {
                var name = file.getFileName().toString();
                var receipt = inbox.accept(
                        "files", Message.of(name, "form.submission", Content.of(name, "application/xml", file)));
                // Only now is the message the hub's; before this line the file must stay where it is.
                folder.moveTo(receipt.outcome() == Outcome.REJECTED ? rejected : done, file);
            }
        };
#else
        return (Sink) delivery -> {
            // Names a sender chose are not used. Attachments first: when the body is there, all is there.
            var number = 0;
            for (var attachment : delivery.attachments()) {
                try (var bytes = attachment.open()) {
                    folder.put(delivery.id() + "-" + ++number + ".bin", bytes);
                }
            }
            try (var bytes = delivery.body().open()) {
                folder.put(delivery.id() + ".xml", bytes);
            }
            return new Delivered(delivery.id() + ".xml");
        };
#end
    }
}
