package de.stellwerk.hub.config;

import java.util.List;
import java.util.Map;

/**
 * Connections that somebody is still writing, read as strictly as those in force.
 *
 * @param ags of the municipality the text names; empty if it names none
 * @param problems all that is wrong, in the order of the text; whether settings fit their connector is another question
 */
public record Draft(String ags, Map<String, ConnectionConfig> connections, List<Problem> problems) {}
