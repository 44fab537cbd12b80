package de.stellwerk.hub.config;

import java.util.Optional;

/**
 * The database.
 *
 * @param url a PostgreSQL JDBC URL; without one the hub runs a private PostgreSQL in its data folder
 */
public record DatabaseConfig(Optional<String> url, String user, String password) {

    @Override
    public String toString() {
        return "DatabaseConfig[" + url + "]";
    }
}
