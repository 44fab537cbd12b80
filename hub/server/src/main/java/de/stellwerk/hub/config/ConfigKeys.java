package de.stellwerk.hub.config;

import java.util.Set;

/** The keys the reader knows, section by section. The JSON Schemas in {@code config/schema} name the same ones. */
final class ConfigKeys {

    static final Set<String> HUB = Set.of("web", "broker", "database", "content", "seal", "limits", "plugins");
    static final Set<String> WEB = Set.of("address", "port", "certificate");
    static final Set<String> BROKER = Set.of("address", "port", "doors", "url", "user", "password");
    static final Set<String> DOOR = Set.of("queue", "user", "password");
    static final Set<String> DATABASE = Set.of("url", "user", "password");
    static final Set<String> CONTENT = Set.of("folder");
    static final Set<String> SEAL = Set.of("folder", "time-stamps");
    static final Set<String> TIME_STAMPS = Set.of("url", "trust", "time-limit");
    static final Set<String> LIMITS =
            Set.of("part", "xml", "inline", "attachments", "disk-reserve", "requests", "requests-per-key", "pushes");
    static final Set<String> PLUGINS = Set.of(
            "unsigned", "keys", "directory", "isolated", "isolated-heap", "threads", "canary", "watch", "return-after");
    static final Set<String> PLUGIN_KEY = Set.of("name", "key");
    static final Set<String> MUNICIPALITY = Set.of("municipality", "ars", "name", "connections");
    static final Set<String> CONNECTION = Set.of(
            "connector",
            "version",
            "poll",
            "order",
            "retry",
            "calls",
            "time-limit",
            "push-size",
            "authorities",
            "settings");
    static final Set<String> RETRY = Set.of("attempts", "first", "longest");
    static final Set<String> SECRET = Set.of("secret");

    private ConfigKeys() {}
}
