package de.stellwerk.hub.plugin;

import de.stellwerk.hub.spi.ConnectorFactory;
import java.io.File;
import java.net.URISyntaxException;

/** Which build of the hub this is, and on which Java: what was found out about a jar by another one may not be so here. */
final class HubBuild {

    static final String ID = PluginJar.API + " java " + Runtime.version() + " " + stamp(HubBuild.class) + " "
            + stamp(ConnectorFactory.class);

    private HubBuild() {}

    /** Size and time of the jar a class comes from. */
    private static String stamp(Class<?> type) {
        var source = type.getProtectionDomain().getCodeSource();
        if (source == null || source.getLocation() == null) {
            return "?";
        }
        try {
            var file = new File(source.getLocation().toURI());
            return file.length() + "-" + file.lastModified();
        } catch (URISyntaxException | IllegalArgumentException e) {
            return "?"; // a class that does not come from a file
        }
    }
}
