package de.stellwerk.hub.spi;

import java.util.List;

/**
 * A connector's card: everything the hub must know before it opens one.
 *
 * @param name what configuration files call it: lower-case letters, digits and dashes
 * @param title one line for people
 * @param recognisesRepeats true if the target makes one effect of a delivery that comes twice; then an attempt of unknown outcome is
 *     repeated, otherwise the delivery becomes <em>in doubt</em> and waits for a {@link Probe} or a person
 */
public record ConnectorDescriptor(
        String name, String title, List<Channel> channels, List<Setting> settings, boolean recognisesRepeats) {

    public ConnectorDescriptor {
        if (!name.matches("[a-z][a-z0-9-]{0,62}")) {
            throw new IllegalArgumentException("'" + name + "' is not lower-case letters, digits and dashes");
        }
        channels = List.copyOf(channels);
        settings = List.copyOf(settings);
    }

    /** A connector whose target does not recognise repeats, without channels and settings; the methods below add them. */
    public static ConnectorDescriptor of(String name, String title) {
        return new ConnectorDescriptor(name, title, List.of(), List.of(), false);
    }

    public ConnectorDescriptor channels(Channel... all) {
        return new ConnectorDescriptor(name, title, List.of(all), settings, recognisesRepeats);
    }

    public ConnectorDescriptor settings(Setting... all) {
        return new ConnectorDescriptor(name, title, channels, List.of(all), recognisesRepeats);
    }

    /** The target makes one effect of a delivery that comes twice. */
    public ConnectorDescriptor recognisingRepeats() {
        return new ConnectorDescriptor(name, title, channels, settings, true);
    }
}
