package de.stellwerk.hub.plugin;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.pf4j.DefaultPluginDescriptor;
import org.pf4j.DefaultPluginManager;
import org.pf4j.Plugin;
import org.pf4j.PluginClassLoader;
import org.pf4j.PluginDescriptor;
import org.pf4j.PluginDescriptorFinder;
import org.pf4j.PluginFactory;
import org.pf4j.PluginLoader;

/**
 * PF4J, as far as we let it: it opens and closes the class loaders of checked jars. Each opened jar is
 * a plugin of its own to PF4J, so that two versions can be loaded side by side; and a plugin needs no class of PF4J.
 */
final class PluginJars extends DefaultPluginManager {

    private int opened;

    PluginJars(Path folder) {
        super(folder);
    }

    synchronized Wall open(Path jar) {
        opened++;
        if (getPluginClassLoader(loadPlugin(jar)) instanceof Wall wall) {
            return wall;
        }
        throw new IllegalStateException("a plugin was loaded without the wall");
    }

    synchronized void close(Wall wall) {
        unloadPlugin(wall.id());
    }

    /** The same bytes may be loaded again while their earlier loading is still being closed. */
    @Override
    protected @Nullable String idForPath(Path path) {
        return null;
    }

    @Override
    protected PluginDescriptorFinder createPluginDescriptorFinder() {
        return new PluginDescriptorFinder() {
            @Override
            public boolean isApplicable(Path path) {
                return true;
            }

            @Override
            public PluginDescriptor find(Path path) {
                // Version and required API have been checked already; PF4J need not know them.
                return new DefaultPluginDescriptor("jar-" + opened, "", Plugin.class.getName(), "0.0.0", "*", "", "");
            }
        };
    }

    @Override
    protected PluginLoader createPluginLoader() {
        return new PluginLoader() {
            @Override
            public boolean isApplicable(Path path) {
                return true;
            }

            @Override
            public ClassLoader loadPlugin(Path path, PluginDescriptor descriptor) {
                PluginClassLoader wall = new Wall(PluginJars.this, descriptor);
                wall.addFile(path.toFile());
                return wall;
            }
        };
    }

    @Override
    protected PluginFactory createPluginFactory() {
        return wrapper -> new Plugin();
    }
}
