package de.stellwerk.hub.security;

import de.stellwerk.hub.ledger.Search;
import java.util.List;
import java.util.Set;

/**
 * Who is calling.
 *
 * @param municipalities AGS, or {@code *} for all
 */
public record Caller(String id, String name, Set<String> municipalities, Set<Right> rights) {

    public boolean serves(String municipality) {
        return municipalities.contains("*") || municipalities.contains(municipality);
    }

    public Search.Sight sight() {
        return new Search.Sight(municipalities.contains("*"), List.copyOf(municipalities));
    }

    /** How the ledger names this caller. */
    public String actor() {
        return "key/" + name;
    }
}
