package de.stellwerk.hub.config;

import java.util.Map;

/**
 * A municipality and its connections.
 *
 * @param ags eight digits, as text
 * @param ars twelve digits, as text; it cannot be computed from the AGS
 * @param connections by name
 */
public record Municipality(String ags, String ars, String name, Map<String, ConnectionConfig> connections) {}
