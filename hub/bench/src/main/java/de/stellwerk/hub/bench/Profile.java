package de.stellwerk.hub.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;

/**
 * Where the hub's Java code was when the flight recorder looked, and where it made objects: by library, by room of the hub, by thread,
 * by method. Native code, such as writing to a socket, is not in it.
 */
final class Profile {

    private static final String HUB = "de.stellwerk.hub.";
    private static final int MOST = 30;

    private final Table running = new Table("CPU");
    private final Table allocating = new Table("allocation");

    private Profile() {}

    /** The first that fits a frame, from the top of the stack downwards; frames that fit none are the caller's work. */
    private static final List<Map.Entry<String, List<String>>> LIBRARIES = List.of(
            Map.entry(
                    "crypto",
                    List.of(
                            "sun.security.",
                            "com.sun.crypto.",
                            "javax.crypto.",
                            "java.security.",
                            "org.bouncycastle.")),
            Map.entry(
                    "xalan, xerces",
                    List.of(
                            "com.sun.org.apache.",
                            "org.apache.xalan.",
                            "org.apache.xerces.",
                            "die.verwandlung.",
                            "translet",
                            "jdk.xml.")),
            Map.entry("tomcat", List.of("org.apache.catalina.", "org.apache.coyote.", "org.apache.tomcat.")),
            Map.entry("spring", List.of("org.springframework.")),
            Map.entry("jackson", List.of("tools.jackson.", "com.fasterxml.")),
            Map.entry("pgjdbc", List.of("org.postgresql.")),
            Map.entry("hikari", List.of("com.zaxxer.")),
            Map.entry("artemis", List.of("org.apache.activemq.")),
            Map.entry("netty", List.of("io.netty.")),
            Map.entry("camel", List.of("org.apache.camel.")),
            Map.entry("logback", List.of("ch.qos.", "org.slf4j.")),
            Map.entry("hub", List.of(HUB)),
            Map.entry("plugins", List.of("de.stellwerk.plugins.", "de.siegmar.")));

    /** @param from what came earlier is left out: the start and the warm-up */
    static Profile of(Path recording, Instant from) throws IOException {
        var profile = new Profile();
        try (var events = new RecordingFile(recording)) {
            while (events.hasMoreEvents()) {
                var event = events.readEvent();
                var stack = event.getStackTrace();
                if (stack == null
                        || stack.getFrames().isEmpty()
                        || event.getStartTime().isBefore(from)) {
                    continue;
                }
                switch (event.getEventType().getName()) {
                    case "jdk.ExecutionSample" ->
                        profile.running.add(1, stack.getFrames(), event.getThread("sampledThread"));
                    case "jdk.ObjectAllocationSample" ->
                        profile.allocating.add(event.getLong("weight"), stack.getFrames(), event.getThread());
                    default -> {
                        // of no interest here
                    }
                }
            }
        }
        return profile;
    }

    String text() {
        return running.text() + allocating.text();
    }

    /** Shares of one kind of event. */
    private static final class Table {

        private final String name;
        private final Map<String, Long> libraries = new HashMap<>();
        private final Map<String, Long> rooms = new HashMap<>();
        private final Map<String, Long> threads = new HashMap<>();
        private final Map<String, Long> methods = new HashMap<>();
        private long events;
        private long weight;

        Table(String name) {
            this.name = name;
        }

        void add(long weightOfOne, List<RecordedFrame> frames, @Nullable RecordedThread thread) {
            events++;
            weight += weightOfOne;
            libraries.merge(library(frames), weightOfOne, Long::sum);
            rooms.merge(room(frames), weightOfOne, Long::sum);
            threads.merge(
                    thread == null || thread.getJavaName() == null
                            ? "(none)"
                            : thread.getJavaName().replaceAll("[0-9]+", "N"),
                    weightOfOne,
                    Long::sum);
            methods.merge(method(frames), weightOfOne, Long::sum);
        }

        String text() {
            return "\n" + name + ": " + events + " samples after the warm-up\n" + part("by library", libraries)
                    + part("by the room nearest to the top of the stack", rooms) + part("by thread", threads)
                    + part("by method", methods);
        }

        private String part(String title, Map<String, Long> counts) {
            return "\n" + name + " " + title + "\n"
                    + counts.entrySet().stream()
                            .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                            .limit(MOST)
                            .map(entry -> String.format(
                                    Locale.ROOT, "%6.1f %%  %s%n", 100.0 * entry.getValue() / weight, entry.getKey()))
                            .collect(Collectors.joining());
        }
    }

    private static String method(List<RecordedFrame> frames) {
        return type(frames.get(0)) + "." + frames.get(0).getMethod().getName();
    }

    private static String room(List<RecordedFrame> frames) {
        return frames.stream()
                .map(Profile::type)
                .filter(type -> type.startsWith(HUB))
                .findFirst()
                .map(type -> {
                    var rest = type.substring(HUB.length());
                    return rest.contains(".") ? rest.substring(0, rest.indexOf('.')) : "(house)";
                })
                .orElse("(none)");
    }

    private static String library(List<RecordedFrame> frames) {
        for (var frame : frames) {
            for (var library : LIBRARIES) {
                if (library.getValue().stream().anyMatch(type(frame)::startsWith)) {
                    return library.getKey();
                }
            }
        }
        return "jdk only";
    }

    private static String type(RecordedFrame frame) {
        return frame.getMethod().getType().getName();
    }
}
