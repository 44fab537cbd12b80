package de.stellwerk.hub.plugin;

import static de.stellwerk.hub.plugin.House.delivery;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A version that was replaced leaves nothing. {@code -Dstellwerk.reloads=500} is the long form.
 *
 * <p>A young process still opens a handle or starts a pool's thread now and then, once. What is left behind by a reload
 * is left by every reload: so there are up to three rounds, and one of them has to end where it began.
 */
class ReloadsIT {

    private static final int RELOADS = Integer.getInteger("stellwerk.reloads", 60);
    private static final int WARM_UP = 10;
    private static final int ROUNDS = 3;

    @TempDir
    private Path home;

    @Test
    void reloadsOfAPluginOfEachLevelLeaveNoLoaderNoThreadNoHandleAndNoMetaspace() throws Exception {
        // As in the hub, the threads that call plugins live longer than any of them.
        var callers = Executors.newFixedThreadPool(2);
        try (var house = new House(home)) {
            var loaders = new ArrayList<WeakReference<ClassLoader>>();
            for (int i = 0; i < WARM_UP; i++) {
                loaders.addAll(reload(house, callers, i));
            }
            awaitCollected(house, loaders);

            int number = WARM_UP;
            for (int round = 1; ; round++) {
                var before = Mark.now();
                for (int end = number + RELOADS; number < end; number++) {
                    loaders.addAll(reload(house, callers, number));
                }
                awaitCollected(house, loaders);
                var after = Mark.now();
                System.out.printf("%d reloads of two plugins: %s -> %s%n", RELOADS, before, after);
                assertThat(after.metaspace() - before.metaspace()).isLessThan(5L << 20);
                if (round == ROUNDS || after.holdsNoMoreThan(before)) {
                    assertThat(after.threads())
                            .as("threads")
                            .hasSizeLessThanOrEqualTo(before.threads().size());
                    assertThat(after.handles()).as("handles").isLessThanOrEqualTo(before.handles());
                    assertThat(after.beans()).as("beans").isEqualTo(before.beans());
                    return;
                }
            }
        } finally {
            callers.shutdownNow();
        }
    }

    private static List<WeakReference<ClassLoader>> reload(House house, ExecutorService callers, int number)
            throws Exception {
        var version = "1.0." + number;
        house.drop("demo.jar", TestJar.demo("demo", version));
        house.drop("letters.jar", TestJar.letters(version));
        house.awaitActive("demo.jar", version);
        house.awaitActive("letters.jar", version);
        assertThat(callers.submit(() -> house.ask("version")).get()).isEqualTo(version);
        assertThat(callers.submit(() -> House.reference(house.other().deliver(delivery("out"))))
                        .get())
                .isEqualTo(version);
        return List.of(PluginSwapIT.loaderOf(house));
    }

    /** All of them but the last, which is in use. The hub itself names what is held of the other plugin. */
    private static void awaitCollected(House house, List<WeakReference<ClassLoader>> loaders) {
        var gone = loaders.subList(0, loaders.size() - 1);
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            System.gc();
            assertThat(gone).isNotEmpty().allSatisfy(each -> assertThat(each.get())
                    .isNull());
            assertThat(house.status()).extracting(PluginStatus::state).containsOnly(PluginStatus.State.ACTIVE);
        });
    }

    private record Mark(long metaspace, long handles, List<String> threads, int beans, long classes) {

        static Mark now() throws Exception {
            var system = (com.sun.management.UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            return new Mark(
                    ManagementFactory.getMemoryPoolMXBeans().stream()
                            .filter(pool -> pool.getName().equals("Metaspace"))
                            .map(MemoryPoolMXBean::getUsage)
                            .mapToLong(usage -> usage.getUsed())
                            .sum(),
                    system.getOpenFileDescriptorCount(),
                    Thread.getAllStackTraces().keySet().stream()
                            .map(Thread::getName)
                            .sorted()
                            .toList(),
                    ManagementFactory.getPlatformMBeanServer().getMBeanCount(),
                    ManagementFactory.getClassLoadingMXBean().getLoadedClassCount());
        }

        boolean holdsNoMoreThan(Mark before) {
            return handles <= before.handles && threads.size() <= before.threads.size() && beans == before.beans;
        }
    }
}
