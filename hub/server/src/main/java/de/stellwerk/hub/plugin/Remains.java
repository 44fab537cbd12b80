package de.stellwerk.hub.plugin;

import java.beans.Introspector;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.ResourceBundle;
import java.util.Set;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a plugin version leaves behind in the process when all of it is closed: threads, shutdown hooks, MBeans, JDBC drivers. What
 * can be taken away is; what still holds its class loader is named. Thread locals need no care: its code runs on the threads of its
 * {@link Crew}, which end with it.
 */
final class Remains {

    private static final Logger LOG = LoggerFactory.getLogger(Remains.class);

    private static final int SHOWN_FRAMES = 3;
    private static final String DRIVERS = DriversOfALoader.class.getName();

    private static final @Nullable Field HOOKS = opened("java.lang.ApplicationShutdownHooks", "hooks");

    private Remains() {}

    /** A private field of the JDK; null unless the process was started with {@code java.base/java.lang} opened, as the hub's jar asks. */
    private static @Nullable Field opened(String owner, String name) {
        try {
            var field = Class.forName(owner).getDeclaredField(name);
            field.setAccessible(true);
            return field;
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.debug("{}.{} cannot be looked at", owner, name, e);
            return null;
        }
    }

    /**
     * Takes away what the closed version has left. Its own threads, which still run its code with its class loader as their context's, are
     * interrupted: nobody of the hub is inside any more.
     *
     * @return threads that were started while the plugin was on the stack and go on
     */
    static List<WeakReference<Thread>> clear(Wall wall) {
        var going = new ArrayList<WeakReference<Thread>>();
        for (var each : Thread.getAllStackTraces().entrySet()) {
            var thread = each.getKey();
            if (thread.getContextClassLoader() == wall) {
                going.add(new WeakReference<>(thread));
                if (runs(wall, each.getValue())) {
                    thread.interrupt();
                } else {
                    // Of the JDK or of a shared library; should others use it as well, nothing else need hold the
                    // plugin.
                    thread.setContextClassLoader(Remains.class.getClassLoader());
                }
            }
        }
        for (var hook : hooks(wall)) {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
        for (var bean : beans(wall)) {
            try {
                ManagementFactory.getPlatformMBeanServer().unregisterMBean(bean);
            } catch (InstanceNotFoundException e) {
                LOG.debug("{} has just gone", bean);
            } catch (JMException e) {
                LOG.warn("plugin {} has left the MBean {}, which cannot be unregistered", wall.id(), bean, e);
            }
        }
        dropDrivers(wall);
        Introspector.flushCaches();
        ResourceBundle.clearCache(wall);
        return List.copyOf(going);
    }

    /**
     * What still holds the loader, each in words for an operator; empty if nothing that can be seen does.
     *
     * @param going what {@link #clear} has said
     */
    static List<String> holders(Wall wall, List<WeakReference<Thread>> going) {
        var found = new ArrayList<String>();
        for (var each : going) {
            var thread = each.get();
            if (thread != null && thread.isAlive()) {
                found.add(
                        "thread '" + thread.getName() + "', started by it, goes on at " + top(thread.getStackTrace()));
            }
        }
        hooks(wall).forEach(hook -> found.add("shutdown hook '" + hook.getName() + "'"));
        beans(wall).forEach(bean -> found.add("MBean " + bean));
        return List.copyOf(found);
    }

    private static boolean runs(Wall wall, StackTraceElement[] stack) {
        return Arrays.stream(stack).map(StackTraceElement::getClassName).anyMatch(wall::hasDefined);
    }

    private static String top(StackTraceElement[] stack) {
        var frames =
                Arrays.stream(stack).limit(SHOWN_FRAMES).map(String::valueOf).toList();
        return frames.isEmpty() ? "no frame" : String.join(", ", frames);
    }

    private static List<Thread> hooks(Wall wall) {
        if (HOOKS == null) {
            return List.of();
        }
        try {
            var all = HOOKS.get(null);
            return all instanceof Map<?, ?> map
                    ? map.keySet().stream()
                            .filter(Thread.class::isInstance)
                            .map(Thread.class::cast)
                            .filter(hook ->
                                    hook.getClass().getClassLoader() == wall || hook.getContextClassLoader() == wall)
                            .toList()
                    : List.of();
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("it was made accessible", e);
        }
    }

    private static List<ObjectName> beans(Wall wall) {
        var server = ManagementFactory.getPlatformMBeanServer();
        var found = new ArrayList<ObjectName>();
        for (var name : Set.copyOf(server.queryNames(null, null))) {
            try {
                if (server.getClassLoaderFor(name) == wall) {
                    found.add(name);
                }
            } catch (InstanceNotFoundException e) {
                LOG.debug("{} has just gone", name);
            }
        }
        return found;
    }

    /** The driver manager shows a driver only to the loader it came with, so somebody of that loader has to ask. */
    private static void dropDrivers(Wall wall) {
        try {
            var drop = wall.helper(DriversOfALoader.class).getDeclaredMethod("drop");
            drop.setAccessible(true); // the copy is of another package than this class
            drop.invoke(null);
        } catch (ReflectiveOperationException | LinkageError e) {
            LOG.warn("whether plugin {} has left JDBC drivers could not be looked at ({})", wall.id(), DRIVERS, e);
        }
    }
}
