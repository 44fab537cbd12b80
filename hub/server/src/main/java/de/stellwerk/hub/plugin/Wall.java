package de.stellwerk.hub.plugin;

import de.stellwerk.hub.spi.ConnectorFactory;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.pf4j.PluginClassLoader;
import org.pf4j.PluginDescriptor;
import org.pf4j.PluginManager;

/**
 * The class loader of one plugin version: it sees the JDK, its own jar, and of the hub only what is named here. Everything else of the
 * hub does not exist for it. The rules hold for classes and for resources alike: Camel, JAXB and mail find their parts by resources.
 */
final class Wall extends PluginClassLoader {

    /** The hub's, never the plugin's own: a copy in the jar is ignored. Otherwise the hub would not know its own types again. */
    private static final List<String> HUB_ONLY =
            List.of("de.stellwerk.hub.spi.", "de.stellwerk.hub.camel.", "org.jspecify.");

    /**
     * The hub's if it has them, otherwise the plugin's own: Camel, and the types that stand in signatures of Camel components. A plugin
     * may so bring a Camel component the hub lacks.
     */
    private static final List<String> HUB_FIRST = List.of(
            "org.apache.camel.",
            "org.slf4j.",
            // JAXB and SOAP with their runtime, which writes accessor classes beside the plugin's own beans
            "jakarta.xml.",
            "jakarta.jws.",
            "jakarta.activation.",
            "org.glassfish.jaxb.",
            "org.eclipse.angus.activation.",
            "org.jvnet.staxex.",
            "com.sun.istack.",
            "com.sun.xml.txw2.",
            "com.sun.xml.messaging.saaj.",
            // JMS
            "jakarta.jms.",
            "org.apache.activemq.artemis.jms.client.",
            "org.apache.activemq.artemis.api.",
            "org.springframework.jms.",
            "org.springframework.jdbc.",
            "org.springframework.transaction.",
            "org.springframework.core.task.",
            // HTTP
            "org.apache.hc.");

    /**
     * Mail: the hub's, unless the plugin brings mail itself. Then nothing of the hub's, because half of one and half of the other do not
     * work together.
     */
    private static final List<String> MAIL = List.of(
            "jakarta.mail.", "org.eclipse.angus.mail.", "META-INF.services.jakarta.mail.", "META-INF.javamail.");

    /** A jar that has this entry brings mail itself. */
    static final String MAIL_CLASS = "jakarta/mail/Session.class";

    /** Resources by which shared libraries find their parts: the hub's, and the plugin's own as well. */
    private static final List<String> RESOURCES = List.of(
            "META-INF.services.org.apache.camel.",
            "META-INF.org.apache.camel.",
            "META-INF.services.jakarta.xml.",
            "META-INF.services.jakarta.activation.",
            "META-INF.jakarta.mailcap.default",
            "META-INF.jakarta.mimetypes.default");

    /** Whose class or resource it is. */
    enum Shared {
        NO,
        HUB_ONLY,
        HUB_FIRST
    }

    private final ClassLoader hub = ConnectorFactory.class.getClassLoader();
    private final ClassLoader platform = ClassLoader.getPlatformClassLoader();

    private final String id;

    Wall(PluginManager manager, PluginDescriptor descriptor) {
        super(manager, descriptor, ClassLoader.getPlatformClassLoader());
        this.id = descriptor.getPluginId();
    }

    /** What PF4J calls it. */
    String id() {
        return id;
    }

    /** Whether this loader has defined a class of this name. */
    boolean hasDefined(String name) {
        // Also finds what it was only asked for, such as the JDK's.
        var found = findLoadedClass(name);
        return found != null && found.getClassLoader() == this;
    }

    /** A copy of one of the hub's classes that belongs to this loader. */
    Class<?> helper(Class<?> original) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(original.getName())) {
            var there = findLoadedClass(original.getName());
            if (there != null) {
                return there;
            }
            try (var in = original.getResourceAsStream(original.getSimpleName() + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(original.getName());
                }
                var bytes = in.readAllBytes();
                return defineClass(original.getName(), bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(original.getName(), e);
            }
        }
    }

    @Override
    public Class<?> loadClass(String name) throws ClassNotFoundException {
        var shared = shared(name);
        if (shared == Shared.HUB_ONLY) {
            return hub.loadClass(name);
        }
        if (shared == Shared.HUB_FIRST) {
            try {
                return hub.loadClass(name);
            } catch (ClassNotFoundException e) {
                return own(name);
            }
        }
        try {
            return platform.loadClass(name);
        } catch (ClassNotFoundException e) {
            return own(name);
        }
    }

    private Class<?> own(String name) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            var loaded = findLoadedClass(name);
            return loaded != null ? loaded : findClass(name);
        }
    }

    @Override
    public @Nullable URL getResource(String name) {
        var shared = shared(dotted(name));
        var first = (shared == Shared.NO ? platform : hub).getResource(name);
        return first != null || shared == Shared.HUB_ONLY ? first : findResource(name);
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
        var shared = shared(dotted(name));
        var all = new ArrayList<>(Collections.list((shared == Shared.NO ? platform : hub).getResources(name)));
        if (shared != Shared.HUB_ONLY) {
            all.addAll(Collections.list(findResources(name)));
        }
        return Collections.enumeration(all);
    }

    /** Opens what {@link #getResource} finds; never through the cache of jar files, which would outlive this loader. */
    @Override
    public @Nullable InputStream getResourceAsStream(String name) {
        var shared = shared(dotted(name));
        var first = (shared == Shared.NO ? platform : hub).getResourceAsStream(name);
        if (first != null || shared == Shared.HUB_ONLY) {
            return first;
        }
        var found = findResource(name);
        if (found == null) {
            return null;
        }
        try {
            var connection = found.openConnection();
            connection.setUseCaches(false);
            return connection.getInputStream();
        } catch (IOException e) {
            return null; // as the method's contract says: a resource that cannot be opened is not there
        }
    }

    private Shared shared(String name) {
        return shared(name, () -> findResource(MAIL_CLASS) != null);
    }

    /**
     * The rule for every wall.
     *
     * @param name of a class, or of a resource with dots for slashes
     */
    static Shared shared(String name, BooleanSupplier bringsMail) {
        if (starts(name, HUB_ONLY)) {
            return Shared.HUB_ONLY;
        }
        if (starts(name, HUB_FIRST) || starts(name, RESOURCES)) {
            return Shared.HUB_FIRST;
        }
        return starts(name, MAIL) && !bringsMail.getAsBoolean() ? Shared.HUB_FIRST : Shared.NO;
    }

    private static boolean starts(String name, List<String> prefixes) {
        for (var prefix : prefixes) {
            if (name.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    private static String dotted(String resource) {
        return resource.replace('/', '.');
    }
}
