package de.stellwerk.hub.bench.isolation;

import com.sun.management.OperatingSystemMXBean;
import de.stellwerk.hub.config.ConnectionConfig;
import de.stellwerk.hub.config.Isolation;
import de.stellwerk.hub.config.Municipality;
import de.stellwerk.hub.config.PluginsConfig;
import de.stellwerk.hub.config.Retry;
import de.stellwerk.hub.plugin.Connections;
import de.stellwerk.hub.plugin.PluginStatus;
import de.stellwerk.hub.plugin.SwapReport;
import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Settings;
import de.stellwerk.hub.spi.Sink;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Delivers the same forms to a folder in three ways, by turns: through the connector itself, through the hub's room of plugins with the
 * connector in its process, and with the connector in a process of its own. Run {@code bin/bench --isolation} after a build; arguments:
 * the folder to work in (best in memory: the disk is not what is measured), deliveries a round (3000), bytes of a form (2048).
 */
public final class IsolationBench {

    private static final String AGS = "14628270";
    private static final int ROUNDS = 7;
    private static final int THREADS = 4;
    private static final double PER_MICRO = 1_000.0;

    private interface Way {
        DeliveryResult deliver(Delivery delivery) throws Exception;
    }

    /** What one round of one way has given: microseconds a delivery, alone and four at a time, and CPU of both processes. */
    private record Round(double median, double p99, double perDelivery, double cpu) {}

    private final Path work;
    private final int deliveries;
    private final byte[] form;

    private IsolationBench(Path work, int deliveries, int bytes) {
        this.work = work;
        this.deliveries = deliveries;
        this.form = new byte[bytes];
        Arrays.fill(form, (byte) 'x');
    }

    public static void main(String[] arguments) throws Exception {
        var work = Files.createDirectories(Path.of(arguments.length > 0 ? arguments[0] : "target/bench-isolation"));
        int deliveries = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3_000;
        int bytes = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 2_048;
        new IsolationBench(work.toAbsolutePath(), deliveries, bytes).run();
    }

    private void run() throws Exception {
        var jar = Path.of("plugins/file-drop/target/file-drop-0.1.0.jar");
        start("direct", Set.of(), jar).close();
        start("isolated", Set.of("file-drop"), jar).close();
        try (var loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, ConnectorFactory.class.getClassLoader());
                var bare = bare(loader)) {
            long began = System.nanoTime();
            try (var direct = start("direct", Set.of(), jar)) {
                var directStart = Duration.ofNanos(System.nanoTime() - began);
                began = System.nanoTime();
                try (var isolated = start("isolated", Set.of("file-drop"), jar)) {
                    var isolatedStart = Duration.ofNanos(System.nanoTime() - began);
                    var child = child(isolated);
                    compare(bare, direct, isolated, child);
                    say(
                            "start with the plugin known: direct %d ms, isolated %d ms; the process: %.0f MiB resident, %.0f MiB of its own",
                            directStart.toMillis(), isolatedStart.toMillis(), memory(child, "Rss"), own(child));
                }
            }
        }
    }

    private void compare(Sink bare, Connections direct, Connections isolated, ProcessHandle child) throws Exception {
        var inHub = direct.find(AGS, "folder").orElseThrow();
        var apart = isolated.find(AGS, "folder").orElseThrow();
        var names = List.of("the connector alone", "in the hub", "isolated");
        List<Way> ways = List.of(bare::deliver, inHub::deliver, apart::deliver);
        var rounds = new ArrayList<List<Round>>();
        for (int way = 0; way < ways.size(); way++) {
            rounds.add(new ArrayList<>());
        }
        for (int round = 0; round < ROUNDS; round++) {
            for (int way = 0; way < ways.size(); way++) {
                var done = round(ways.get(way), child);
                if (round > 1) { // the first two warm up
                    rounds.get(way).add(done);
                }
            }
        }
        say("%d deliveries of %d bytes a round, %d rounds by turns, medians:", deliveries, form.length, ROUNDS - 2);
        for (int way = 0; way < ways.size(); way++) {
            var all = rounds.get(way);
            say(
                    "%-20s alone: median %6.1f us, p99 %7.1f us; %d at a time: %6.1f us a delivery; CPU %6.1f us",
                    names.get(way),
                    median(all.stream().map(Round::median).toList()),
                    median(all.stream().map(Round::p99).toList()),
                    THREADS,
                    median(all.stream().map(Round::perDelivery).toList()),
                    median(all.stream().map(Round::cpu).toList()));
        }
    }

    private Round round(Way way, ProcessHandle child) throws Exception {
        var took = new double[deliveries];
        long cpu = cpu(child);
        for (int i = 0; i < deliveries; i++) {
            long begun = System.nanoTime();
            check(way.deliver(delivery(0, i)));
            took[i] = (System.nanoTime() - begun) / PER_MICRO;
        }
        long used = cpu(child) - cpu;
        Arrays.sort(took);
        var next = new AtomicInteger();
        var failed = new AtomicInteger();
        var threads = new ArrayList<Thread>();
        long begun = System.nanoTime();
        for (int i = 0; i < THREADS; i++) {
            int mine = i;
            var thread = new Thread(() -> {
                for (int number = next.getAndIncrement(); number < deliveries; number = next.getAndIncrement()) {
                    try {
                        check(way.deliver(delivery(mine, number)));
                    } catch (Exception e) {
                        say("%s", e);
                        failed.incrementAndGet();
                    }
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (var thread : threads) {
            thread.join();
        }
        double perDelivery = (System.nanoTime() - begun) / PER_MICRO / deliveries;
        if (failed.get() > 0) {
            throw new IOException(failed.get() + " deliveries have failed");
        }
        return new Round(
                took[deliveries / 2], took[(int) (deliveries * 0.99)], perDelivery, used / PER_MICRO / deliveries);
    }

    private static void check(@Nullable DeliveryResult result) throws IOException {
        if (!(result instanceof DeliveryResult.Delivered)) {
            throw new IOException("not delivered: " + result);
        }
    }

    /** Each thread writes some dozen files again and again, and none of another's. */
    private Delivery delivery(int thread, int number) {
        return new Delivery(
                String.format(Locale.ROOT, "%d%063x", thread, number % 50),
                number + 1L,
                AGS,
                "files",
                "form.submission",
                "case",
                Map.of("sender", "portal"),
                Content.of("form.xml", "application/xml", form),
                List.of(),
                1);
    }

    private static long cpu(ProcessHandle child) {
        var own = ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
        return own + child.info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
    }

    private Sink bare(ClassLoader loader) throws Exception {
        var factory = ServiceLoader.load(ConnectorFactory.class, loader).stream()
                .map(ServiceLoader.Provider::get)
                .filter(each -> each.descriptor().name().equals("file-drop"))
                .findFirst()
                .orElseThrow();
        var folder = Files.createDirectories(work.resolve("bare"));
        return (Sink) factory.create(new Folder(folder), new Alone(work));
    }

    private record Folder(Path folder) implements Settings {

        @Override
        public String text(String name) {
            return folder.toString();
        }

        @Override
        public Path path(String name) {
            return folder;
        }

        @Override
        public Duration duration(String name) {
            throw new IllegalArgumentException(name);
        }
    }

    private record Alone(Path directory) implements HubContext {

        @Override
        public String connection() {
            return "folder";
        }

        @Override
        public String municipality() {
            return AGS;
        }

        @Override
        public Clock clock() {
            return Clock.systemUTC();
        }
    }

    private Connections start(String name, Set<String> isolated, Path jar) throws Exception {
        var home = work.resolve(name);
        var inbox = Files.createDirectories(home.resolve("plugins/inbox"));
        Files.createDirectories(home.resolve("folder"));
        if (!Files.exists(inbox.resolve("file-drop.jar"))) {
            Files.copy(jar, inbox.resolve("file-drop.jar"), StandardCopyOption.REPLACE_EXISTING);
        }
        var config = new ConnectionConfig(
                "folder",
                "file-drop",
                Duration.ofSeconds(5),
                Optional.empty(),
                Retry.defaults(),
                Map.of("folder", "folder"),
                Set.of());
        var plugins = new PluginsConfig(
                true,
                Map.of(),
                Optional.empty(),
                new Isolation(isolated, 64L << 20, Isolation.defaults().threads()),
                Optional.empty(),
                PluginsConfig.WATCH,
                PluginsConfig.RETURN_AFTER);
        var connections = new Connections(
                home.resolve("plugins"),
                home.resolve("data"),
                home,
                List.of(new Municipality(AGS, "146285229270", "Pirna", Map.of("folder", config))),
                plugins,
                (names, begun, switched, ended) -> new SwapReport.Book.Count(0, 0, 0),
                Clock.systemUTC());
        connections.start();
        while (connections.plugins().stream().noneMatch(each -> each.state() == PluginStatus.State.ACTIVE)) {
            LockSupport.parkNanos(1_000_000);
        }
        return connections;
    }

    private static ProcessHandle child(Connections isolated) throws IOException {
        var text = isolated.plugins().stream()
                .filter(each -> each.state() == PluginStatus.State.ACTIVE)
                .findFirst()
                .map(PluginStatus::text)
                .orElse("");
        return ProcessHandle.of(Long.parseLong(text.replaceFirst("^[^0-9]*([0-9]+).*$", "$1")))
                .orElseThrow(() -> new IOException("no process: " + text));
    }

    /** MiB, as the system counts them. */
    private static double memory(ProcessHandle process, String... lines) throws IOException {
        double kib = 0;
        for (var line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/smaps_rollup"))) {
            for (var name : lines) {
                if (line.startsWith(name + ":")) {
                    kib += Double.parseDouble(line.replaceAll("[^0-9]", ""));
                }
            }
        }
        return kib / 1_024;
    }

    private static double own(ProcessHandle process) throws IOException {
        return memory(process, "Private_Clean", "Private_Dirty");
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private static void say(String text, Object... values) {
        System.out.println(String.format(Locale.ROOT, text, values));
    }
}
