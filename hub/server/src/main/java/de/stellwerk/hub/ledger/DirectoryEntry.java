package de.stellwerk.hub.ledger;

import java.time.LocalDate;
import java.util.Optional;

/**
 * One line of the service directory: for this service, in this area, there is this authority or online service.
 *
 * @param service key of the service (LeiKa), 14 digits
 * @param area key of a state (2 digits), district (3), county (5), municipal association (9, ARS) or municipality (8, AGS); {@code 00}
 *     for the whole country
 * @param role the code that says in what role, as the export has it; empty if it has none
 * @param owner the export's id of the authority or online service
 * @param link where it is, for an online service; otherwise empty
 * @param first empty: always until {@code last}
 * @param last this day included; empty: no end
 */
public record DirectoryEntry(
        Kind kind,
        String service,
        String area,
        String role,
        String owner,
        String name,
        String link,
        Optional<LocalDate> first,
        Optional<LocalDate> last) {

    public enum Kind {
        AUTHORITY,
        ONLINE
    }
}
