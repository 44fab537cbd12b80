package de.stellwerk.hub.plugin;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plugin versions that were closed and whose class loader has not been collected yet. One that stays is a leak: a little memory with each
 * swap, given back by nothing but a restart. What holds it is named.
 */
final class Leftovers {

    private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);

    /** A version that went so long ago is looked for: only a collection tells whether it is gone, so one is asked for. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** So long after the collection it is called held. */
    private static final Duration AFTER = Duration.ofSeconds(5);

    /**
     * A version that is held.
     *
     * @param by what holds it, in English; empty if nothing was found that does
     */
    record Held(PluginJar jar, List<String> by) {

        PluginStatus status() {
            var reason = reason();
            return new PluginStatus(
                    jar.id(),
                    jar.version(),
                    Dropped.shown(jar.file()),
                    jar.sha256(),
                    PluginStatus.State.HELD,
                    reason.code(),
                    reason.english(),
                    reason.german(),
                    List.of(),
                    List.of());
        }

        Reason reason() {
            var holders = by.isEmpty()
                    ? "nothing that can be seen from inside; a heap dump tells: jcmd PID GC.heap_dump FILE, then the paths to "
                            + Wall.class.getName()
                    : String.join("; ", by);
            return new Reason(
                    "plugin.held",
                    "It is unloaded, but its classes stay in memory. Held by: " + holders
                            + ". Calls are not affected; a restart gives the memory back. Tell the plugin's author.",
                    "Es ist entladen, aber seine Klassen bleiben im Speicher. Gehalten von: " + holders
                            + ". Aufrufe sind nicht betroffen; ein Neustart gibt den Speicher frei. Den Autor des Plugins"
                            + " benachrichtigen.");
        }
    }

    private static final class Gone {

        private final PluginJar jar;
        private final WeakReference<Wall> wall;
        private final List<WeakReference<Thread>> going;
        private final long closed = System.nanoTime();
        private long collected;
        private boolean told;
        private List<String> holders = List.of();

        Gone(PluginJar jar, Wall wall, List<WeakReference<Thread>> going) {
            this.jar = jar;
            this.wall = new WeakReference<>(wall);
            this.going = going;
        }
    }

    private final List<Gone> all = new ArrayList<>();

    synchronized void add(PluginJar jar, Wall wall, List<WeakReference<Thread>> going) {
        all.add(new Gone(jar, wall, going));
    }

    synchronized void look() {
        all.removeIf(gone -> gone.wall.get() == null);
        boolean ask = false;
        for (var gone : all) {
            if (gone.collected == 0 && age(gone.closed).compareTo(PATIENCE) > 0) {
                gone.collected = System.nanoTime();
                ask = true;
            } else if (gone.collected != 0 && age(gone.collected).compareTo(AFTER) > 0) {
                tell(gone);
            }
        }
        if (ask) {
            System.gc(); // once for each version that went: nothing else unloads classes on a hub at rest
        }
    }

    private static void tell(Gone gone) {
        var wall = gone.wall.get();
        if (wall != null) {
            gone.holders = Remains.holders(wall, gone.going);
            if (!gone.told) {
                gone.told = true;
                LOG.warn(
                        "plugin {} {}: {}",
                        gone.jar.id(),
                        gone.jar.version(),
                        new Held(gone.jar, gone.holders).reason().english());
            }
        }
    }

    synchronized List<Held> held() {
        return all.stream()
                .filter(gone -> gone.told && gone.wall.get() != null)
                .map(gone -> new Held(gone.jar, gone.holders))
                .toList();
    }

    private static Duration age(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
