package de.stellwerk.plugins.filedrop;

import de.stellwerk.hub.spi.*;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import java.io.IOException;
import java.util.ArrayList;
import java.util.regex.Pattern;

/**
 * Lays each delivery into a folder that a local system reads: attachments first, the body last. A repeat replaces its own files. Several that
 * come together are forced to disk together.
 */
public final class FileDrop implements ConnectorFactory {
    private static final Pattern KNOWN = Pattern.compile("\\b(xml|pdf|json)\\b");

    @Override
    public ConnectorDescriptor descriptor() {
        return ConnectorDescriptor.of("file-drop", "Folder of a local system")
                .channels(Channel.out("files"))
                .settings(Setting.required("folder", "Folder the local system reads")
                        .as(Form.Type.PATH))
                .recognisingRepeats();
    }

    @Override
    public Connector create(Settings settings, HubContext hub) {
        var folder = new DropFolder(settings.path("folder"));
        return (BatchSink) batch -> {
            try (var attachments = folder.together();
                    var bodies = folder.together()) {
                var results = new ArrayList<DeliveryResult>();
                for (var delivery : batch) {
                    var number = 0;
                    for (var each : delivery.attachments()) add(attachments, delivery.id() + "-" + ++number, each);
                    results.add(new Delivered(add(bodies, delivery.id(), delivery.body())));
                }
                attachments.handOver();
                bodies.handOver();
                return results;
            }
        };
    }

    private static String add(DropFolder.Together files, String name, Content content) throws IOException {
        var type = KNOWN.matcher(content.mediaType());
        var file = name + "." + (type.find() ? type.group() : "bin");
        try (var bytes = content.open()) {
            files.add(file, bytes);
        }
        return file;
    }
}
