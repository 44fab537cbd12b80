package de.stellwerk.plugins.filedrop;

import de.stellwerk.hub.spi.*;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import java.io.IOException;
import java.util.regex.Pattern;

/** Lays each delivery into a folder that a local system reads: attachments first, the body last. A repeat replaces its own files. */
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
        return (Sink) delivery -> {
            var number = 0;
            for (var attachment : delivery.attachments()) put(folder, delivery.id() + "-" + ++number, attachment);
            return new Delivered(put(folder, delivery.id(), delivery.body()));
        };
    }

    private static String put(DropFolder folder, String name, Content content) throws IOException {
        var type = KNOWN.matcher(content.mediaType());
        var file = name + "." + (type.find() ? type.group() : "bin");
        try (var bytes = content.open()) {
            folder.put(file, bytes);
        }
        return file;
    }
}
