package de.stellwerk.hub.config;

import java.nio.file.Path;
import java.util.Map;

/**
 * Everything the hub was told, sealed.
 *
 * @param home the folder that holds {@code config/}, {@code routes/}, {@code plugins/} and {@code data/}
 * @param municipalities by AGS
 */
public record HubConfig(
        Path home,
        WebConfig web,
        BrokerConfig broker,
        DatabaseConfig database,
        Limits limits,
        Map<String, Municipality> municipalities) {}
