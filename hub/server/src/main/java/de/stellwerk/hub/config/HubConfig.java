package de.stellwerk.hub.config;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Everything the hub was told, sealed.
 *
 * @param home the folder that holds {@code config/}, {@code routes/} and {@code plugins/}; several nodes may share it
 * @param data the folder that belongs to this hub alone, by default {@code data/} in the home
 * @param content where large parts lie; on several nodes a folder they share
 * @param seals holds the seal's key in {@code keys/} and the ledger's checkpoints in {@code checkpoints/}; on several nodes a folder they
 *     share, so that they speak with one key and continue one row of checkpoints
 * @param timeStamps who stamps the seals; empty for nobody
 * @param municipalities by AGS
 */
public record HubConfig(
        Path home,
        Path data,
        WebConfig web,
        BrokerConfig broker,
        DatabaseConfig database,
        Path content,
        Path seals,
        Optional<TimeStampConfig> timeStamps,
        Limits limits,
        Capacity capacity,
        PluginsConfig plugins,
        Map<String, Municipality> municipalities) {}
