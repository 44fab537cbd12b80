package de.stellwerk.hub.camel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.Enumeration;
import java.util.Set;
import org.apache.camel.impl.engine.DefaultClassResolver;
import org.apache.camel.support.scan.DefaultPackageScanClassResolver;
import org.jspecify.annotations.Nullable;

/**
 * Finds classes and resources through the plugin's class loader only. Camel's own resolver asks the loader Camel came from first, and
 * the thread's as well: both would show a plugin the classes of the hub, past the wall.
 */
final class PluginClasses extends DefaultClassResolver {

    private final ClassLoader plugin;

    PluginClasses(ClassLoader plugin) {
        this.plugin = plugin;
    }

    @Override
    public @Nullable Class<?> resolveClass(String name) {
        // A name without a dot is a primitive, an array of one, or a short name of Camel's.
        return name.indexOf('.') < 0 ? super.resolveClass(name) : loadClass(name, plugin);
    }

    @Override
    protected @Nullable Class<?> loadClass(String name, ClassLoader loader) {
        if (name.indexOf('.') < 0) {
            return super.loadClass(name, loader);
        }
        try {
            return plugin.loadClass(name);
        } catch (ClassNotFoundException e) {
            return null; // Camel's way to ask whether there is one
        }
    }

    @Override
    public @Nullable InputStream loadResourceAsStream(String name) {
        return plugin.getResourceAsStream(name);
    }

    @Override
    public @Nullable URL loadResourceAsURL(String name) {
        return plugin.getResource(name);
    }

    @Override
    public Enumeration<URL> loadResourcesAsURL(String name) {
        return loadAllResourcesAsURL(name);
    }

    @Override
    public Enumeration<URL> loadAllResourcesAsURL(String name) {
        try {
            return plugin.getResources(name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same for type converters and whatever else Camel looks for by scanning. */
    static final class Scan extends DefaultPackageScanClassResolver {

        private final ClassLoader plugin;

        Scan(ClassLoader plugin) {
            this.plugin = plugin;
        }

        @Override
        public Set<ClassLoader> getClassLoaders() {
            return Set.of(plugin);
        }
    }
}
