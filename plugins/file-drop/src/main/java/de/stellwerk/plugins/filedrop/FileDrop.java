package de.stellwerk.plugins.filedrop;

import de.stellwerk.hub.spi.*;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Lays each delivery into a folder that a local system reads: attachments first, the body last. A repeat replaces its own files. Bodies that
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
            var bodies = new LinkedHashMap<String, Content>();
            for (var delivery : batch) {
                var number = 0;
                for (var attachment : delivery.attachments())
                    folder.put(Map.of(name(delivery.id() + "-" + ++number, attachment), attachment));
                bodies.put(name(delivery.id(), delivery.body()), delivery.body());
            }
            folder.put(bodies);
            return bodies.keySet().stream().<DeliveryResult>map(Delivered::new).toList();
        };
    }

    private static String name(String stem, Content content) {
        var type = KNOWN.matcher(content.mediaType());
        return stem + "." + (type.find() ? type.group() : "bin");
    }
}
