package de.stellwerk.hub.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.hub.settings.SettingRule;
import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.Channel.Direction;
import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Setting;
import java.util.ServiceLoader;

/** What every connector promises, whichever way its messages go. */
final class ContractChecks {

    private ContractChecks() {}

    static void descriptorIsStableAndComplete(ConnectorFactory factory, ConnectorFactory another, Direction direction) {
        var descriptor = factory.descriptor();
        assertThat(descriptor).as("a descriptor is the same every time").isEqualTo(factory.descriptor());
        assertThat(descriptor)
                .as("a descriptor is the same from every factory object")
                .isEqualTo(another.descriptor());
        assertThat(descriptor.title())
                .as("the title says to people what this is")
                .isNotBlank();
        assertThat(descriptor.channels())
                .as("there is a channel for this direction")
                .extracting(Channel::direction)
                .contains(direction);
        assertThat(descriptor.channels())
                .as("channel names are plain and differ")
                .extracting(Channel::name)
                .doesNotHaveDuplicates()
                .allMatch(name -> name.matches("[a-z][a-z0-9-]{0,62}"));
        assertThat(descriptor.settings())
                .as("setting names are plain and differ")
                .extracting(Setting::name)
                .doesNotHaveDuplicates()
                .allMatch(name -> name.matches("[a-z][a-z0-9-]{0,62}"));
        assertThat(descriptor.settings())
                .as("a setting that may be left out has a fallback")
                .allMatch(setting -> setting.required() != setting.fallback().isPresent());
        assertThat(descriptor.settings())
                .as("limits and fallback of a setting are of its form")
                .allSatisfy(setting -> assertThat(SettingRule.defect(setting)).isEmpty());
        assertThat(descriptor.settings())
                .as("every setting has a title, and no secret is written into the plugin")
                .allMatch(setting -> !setting.title().isBlank()
                        && !(setting.secret() && !setting.fallback().orElse("").isEmpty()));
    }

    /** The line most easily forgotten: without it the hub loads the jar and finds nothing in it. */
    static void factoryIsNamedInTheServiceFile(ConnectorFactory factory) {
        var found = ServiceLoader.load(ConnectorFactory.class).stream()
                .map(ServiceLoader.Provider::type)
                .toList();
        assertThat(found)
                .as("META-INF/services/" + ConnectorFactory.class.getName() + " names the factory")
                .anyMatch(type -> type.equals(factory.getClass()));
    }
}
