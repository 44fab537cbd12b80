package de.stellwerk.hub.plugin;

import de.stellwerk.hub.plugin.Checks.Line;
import de.stellwerk.hub.plugin.LoadedPlugin.Offer;
import de.stellwerk.hub.settings.SettingRule;
import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Setting;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The first time a plugin's own code runs: its factories are made and describe what they offer. Nothing is opened. */
final class Trial {

    private static final Logger LOG = LoggerFactory.getLogger(Trial.class);
    private static final int MOST = 200;

    private Trial() {}

    /**
     * What the plugin offers.
     *
     * @throws Refused if it offers nothing, fails, hangs, or describes something that cannot be
     */
    static List<Offer> of(LoadedPlugin plugin) throws Refused {
        List<Offer> offers;
        try {
            offers = plugin.crew().call("trial", Calls.LIMIT, Crew.Book.none(), () -> offers(plugin), Trial::tooLate);
        } catch (ConnectorFailed e) {
            throw failed(e);
        }
        try {
            if (offers.isEmpty()) {
                throw new Refused(
                        "plugin.no-connector",
                        "The jar names no connector factory in META-INF/services/" + ConnectorFactory.class.getName()
                                + ". Name its class there and build the jar again.",
                        "Das Archiv nennt keine Konnektor-Fabrik in META-INF/services/"
                                + ConnectorFactory.class.getName()
                                + ". Dort seine Klasse nennen und das Archiv neu bauen.");
            }
            check(offers);
            promised(plugin, offers);
        } catch (Refused e) {
            close(offers);
            throw e;
        }
        return offers;
    }

    /** Nothing of it has seen any content, so what it threw may be told. */
    private static Refused failed(ConnectorFailed e) {
        if (e.code().equals("plugin.hangs")) {
            return new Refused(
                    "plugin.hangs",
                    "Making its connector factory, or what that says of itself, does not come to an end: "
                            + e.getMessage() + ". Leave out what it waits for there, and build the jar again.",
                    "Seine Konnektor-Fabrik zu erzeugen, oder was sie von sich sagt, nimmt kein Ende: " + e.getMessage()
                            + ". Dort weglassen, worauf sie wartet, und das Archiv neu bauen.");
        }
        var said = e.said().replaceAll("\\p{Cntrl}+", " ").strip();
        var what = e.getMessage()
                + (said.isEmpty() || said.equals("null") ? "" : " (" + said + ")")
                + Stream.of(e.getStackTrace())
                        .filter(frame -> !frame.getClassName().startsWith("java."))
                        .findFirst()
                        .map(frame -> " at " + frame)
                        .orElse("");
        return new Refused(
                "plugin.factory",
                "Its connector factory cannot be made or does not describe itself: " + what
                        + ". Correct the class and build the jar again.",
                "Seine Konnektor-Fabrik kann nicht erzeugt werden oder beschreibt sich nicht: " + what
                        + ". Die Klasse berichtigen und das Archiv neu bauen.");
    }

    private static List<Offer> offers(LoadedPlugin plugin) throws ConnectorFailed {
        var offers = new ArrayList<Offer>();
        var made = new ArrayList<ConnectorFactory>();
        boolean complete = false;
        try {
            for (var factory : plugin.dwelling().factories()) {
                made.add(factory);
                offers.add(new Offer(plugin, factory, Objects.requireNonNull(factory.descriptor(), "descriptor")));
            }
            complete = true;
            return offers;
        } finally {
            if (!complete) {
                made.forEach(factory -> Versions.close(plugin, factory));
            }
        }
    }

    /** Nobody waits any more, and the plugin's threads take no more calls: they are closed on the thread that made them. */
    private static void tooLate(List<Offer> offers) {
        for (var offer : offers) {
            try {
                Calls.inside(offer.plugin().dwelling().loader(), () -> {
                    offer.factory().close();
                    return true;
                });
            } catch (ConnectorFailed e) {
                LOG.warn("a factory that was made too late could not be closed: {}", e.getMessage());
            }
        }
    }

    private static void close(List<Offer> offers) {
        offers.forEach(offer -> Versions.close(offer.plugin(), offer.factory()));
    }

    private static void promised(LoadedPlugin plugin, List<Offer> offers) throws Refused {
        var promised = new TreeSet<>(plugin.jar().connectors());
        var offered =
                offers.stream().map(offer -> offer.descriptor().name()).collect(Collectors.toCollection(TreeSet::new));
        if (!promised.isEmpty() && !promised.equals(offered)) {
            throw new Refused(
                    "plugin.connectors",
                    "The manifest's line 'Plugin-Connectors' names " + promised + ", the jar offers " + offered
                            + ". Correct the line and build the jar again.",
                    "Die Zeile „Plugin-Connectors“ des Manifests nennt " + promised + ", das Archiv bietet " + offered
                            + ". Die Zeile berichtigen und das Archiv neu bauen.");
        }
        var names = String.join(", ", offered);
        plugin.checks().passed(Line.CONNECTORS, "It offers " + names + ".", "Es bietet an: " + names + ".");
    }

    private static void check(List<Offer> offers) throws Refused {
        var names = new HashSet<String>();
        for (var offer : offers) {
            var descriptor = offer.descriptor();
            if (!names.add(descriptor.name())) {
                throw wrong(descriptor.name(), "two factories offer it", "zwei Fabriken bieten ihn an");
            }
            check(descriptor);
        }
    }

    private static void check(ConnectorDescriptor descriptor) throws Refused {
        var name = descriptor.name();
        if (isMissing(descriptor.title())) {
            throw wrong(name, "it has no title", "er hat keinen Titel");
        }
        if (descriptor.channels().size() > MOST || descriptor.settings().size() > MOST) {
            throw wrong(
                    name,
                    "more than " + MOST + " channels or settings",
                    "mehr als " + MOST + " Kanäle oder Einstellungen");
        }
        var channels = new HashSet<String>();
        for (Channel channel : descriptor.channels()) {
            if (!isName(channel.name()) || !channels.add(channel.name()) || isMissing(channel.direction())) {
                throw wrong(
                        name,
                        "a channel's name is twice there or not made of a-z, 0-9 and dashes",
                        "ein Kanalname ist doppelt oder besteht nicht aus a-z, 0-9 und Bindestrichen");
            }
        }
        var settings = new HashSet<String>();
        for (Setting setting : descriptor.settings()) {
            if (!isName(setting.name())
                    || !settings.add(setting.name())
                    || isMissing(setting.title())
                    || isMissing(setting.fallback())) {
                throw wrong(
                        name,
                        "a setting's name is twice there or not made of a-z, 0-9 and dashes, or it has no title",
                        "ein Einstellungsname ist doppelt oder besteht nicht aus a-z, 0-9 und Bindestrichen, oder der"
                                + " Titel fehlt");
            }
            var defect = isMissing(setting.form()) ? Optional.of("it has no form") : SettingRule.defect(setting);
            if (defect.isPresent()) {
                throw wrong(
                        name,
                        "the setting '" + setting.name() + "' contradicts itself: " + defect.get(),
                        "die Einstellung „" + setting.name() + "“ widerspricht sich: " + defect.get());
            }
        }
    }

    /** A plugin is not checked by our compiler: what may not be null may be null. */
    private static boolean isMissing(Object value) {
        return Objects.isNull(value);
    }

    private static boolean isName(String name) {
        return !isMissing(name) && name.matches("[a-z][a-z0-9-]{0,62}");
    }

    private static Refused wrong(String connector, String english, String german) {
        return new Refused(
                "plugin.descriptor",
                "The descriptor of the connector '" + connector + "' is wrong: " + english
                        + ". Correct it and build the jar again.",
                "Die Beschreibung des Konnektors „" + connector + "“ ist falsch: " + german
                        + ". Berichtigen und das Archiv neu bauen.");
    }
}
