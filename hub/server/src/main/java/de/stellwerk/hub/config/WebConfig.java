package de.stellwerk.hub.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the hub listens for HTTP.
 *
 * @param address the address to bind, by default the loopback only
 * @param port 0 lets the system choose; the chosen one is written to {@code data/port}
 * @param certificate a PKCS#12 file for TLS, if the hub itself ends TLS
 */
public record WebConfig(String address, int port, Optional<Path> certificate) {}
