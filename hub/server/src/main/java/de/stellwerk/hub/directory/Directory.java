package de.stellwerk.hub.directory;

import de.stellwerk.hub.config.Municipality;
import de.stellwerk.hub.ledger.DirectoryEntry;
import de.stellwerk.hub.ledger.DirectoryEntry.Kind;
import de.stellwerk.hub.ledger.ServiceDirectory;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Who is competent for a service in a municipality, and by which of the municipality's connections that authority is reached. */
public final class Directory {

    private static final ZoneId GERMANY = ZoneId.of("Europe/Berlin");

    /** The competent authority; not in the published standard, but in exports. Others, such as a point of contact, are not routed to. */
    private static final Set<String> COMPETENT = Set.of("", "01");

    private final ServiceDirectory book;
    private final Map<String, Municipality> municipalities;
    private final Clock clock;

    /** @param municipalities by AGS */
    public Directory(ServiceDirectory book, Map<String, Municipality> municipalities, Clock clock) {
        this.book = book;
        this.municipalities = municipalities;
        this.clock = clock;
    }

    /**
     * Where a message for a service goes.
     *
     * @param connection empty if that cannot be said; then code and text say why
     */
    public record Way(Optional<String> connection, String code, String text) {}

    public LocalDate today() {
        return LocalDate.now(clock.withZone(GERMANY));
    }

    public static boolean isService(String key) {
        return key.matches("99[0-9]{12}");
    }

    public static boolean isMunicipality(String key) {
        return key.matches("[0-9]{8}|[0-9]{12}");
    }

    /**
     * The authorities and the online services of the nearest area that has any: that of the municipality itself before those of
     * the county, the state and the country.
     *
     * @param municipality AGS or ARS
     * @param version of the directory; empty for the newest
     */
    public List<DirectoryEntry> nearest(String service, String municipality, LocalDate day, Optional<Long> version) {
        var given = municipality.length() == 12;
        var ags = given ? Area.ags(municipality) : municipality;
        var ars = given
                ? Optional.of(municipality)
                : Optional.ofNullable(municipalities.get(ags)).map(Municipality::ars);
        var found = book.find(service, Area.around(ags, ars), day, version);
        var nearest = new EnumMap<Kind, String>(Kind.class);
        found.forEach(entry -> nearest.putIfAbsent(entry.kind(), entry.area()));
        return found.stream()
                .filter(entry -> entry.area().equals(nearest.get(entry.kind())))
                .toList();
    }

    /** The one connection of the municipality that says it is an authority's which is competent today. */
    public Way way(String municipality, String service) {
        var authorities = isService(service)
                ? nearest(service, municipality, today(), Optional.empty()).stream()
                        .filter(entry -> entry.kind() == Kind.AUTHORITY && COMPETENT.contains(entry.role()))
                        .map(DirectoryEntry::owner)
                        .collect(Collectors.toSet())
                : Set.<String>of();
        if (authorities.isEmpty())
            return no(
                    "directory.none",
                    "The service directory names no competent authority for this service in municipality "
                            + municipality
                            + " today. Nothing was forwarded. Import a newer export, or name a connection in the route.");
        var town = Optional.ofNullable(municipalities.get(municipality));
        var connections = town.stream()
                .flatMap(each -> each.connections().values().stream())
                .filter(connection -> connection.authorities().stream().anyMatch(authorities::contains))
                .map(connection -> connection.name())
                .sorted()
                .toList();
        if (connections.isEmpty())
            return no(
                    "directory.connection",
                    "No connection of municipality " + municipality + " is that of the competent authority ("
                            + authorities.stream().sorted().collect(Collectors.joining(", "))
                            + "). Nothing was forwarded. Name the authority in 'authorities' of its connection.");
        if (connections.size() > 1)
            return no(
                    "directory.several",
                    "The service directory leads to several connections: " + String.join(", ", connections)
                            + ". Nothing was forwarded. Name one of them in the route, or have the export corrected.");
        return new Way(Optional.of(connections.get(0)), "", "");
    }

    private static Way no(String code, String text) {
        return new Way(Optional.empty(), code, text);
    }
}
