package de.stellwerk.hub.directory;

import de.stellwerk.hub.config.Limits;
import de.stellwerk.hub.gate.BadInput;
import de.stellwerk.hub.gate.SafeXml;
import de.stellwerk.hub.ledger.DirectoryEntry;
import de.stellwerk.hub.ledger.DirectoryEntry.Kind;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.xml.stream.Location;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Reads a whole export of XZuFi 2.1.0 or 2.2.0 (XÖV standard of FITKO) as a stream: services and their specialisations, and for authorities
 * and online services which of them they are responsible for, where and when. Element names are those of public parsers of such exports;
 * where {@code gueltigkeit} stands is taken from the standard's model and not from a published schema.
 */
public final class Xzufi {

    /** So many lines fit the memory of the command. */
    static final int MOST = 1_000_000;

    private static final String NAMESPACE = "http://xoev.de/schemata/xzufi/";
    private static final Map<String, String> VERSIONS = Map.of("2_1_0", "2.1.0", "2_2_0", "2.2.0");
    private static final Pattern LEIKA = Pattern.compile("99[0-9]{12}");
    private static final Pattern AREA_SCHEME =
            Pattern.compile("|.*[:/](rs|ars|ags|regionalschluessel|gemeindeschluessel)", Pattern.CASE_INSENSITIVE);
    private static final Pattern LINK = Pattern.compile("https?://[^\\s\"<>]{1,1990}");
    private static final Limits LARGE = new Limits(1L << 32, 1L << 32, 0, 0);

    /**
     * What an export says.
     *
     * @param digest SHA-256 of the file
     * @param leftOut responsibilities that name a service which is not in the export, an area that is not an AGS or ARS, or no day
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Extract(String standard, byte[] digest, Collection<DirectoryEntry> entries, int leftOut) {}

    private record Id(String text, String agency, String data) {}

    private record Days(Optional<LocalDate> first, Optional<LocalDate> last) {

        static final Days ALL = new Days(Optional.empty(), Optional.empty());

        boolean none() {
            return first.isPresent() && last.isPresent() && last.get().isBefore(first.get());
        }

        Days and(Days other) {
            var later =
                    first.isEmpty() || other.first.filter(first.get()::isBefore).isPresent() ? other.first : first;
            var earlier =
                    last.isEmpty() || other.last.filter(last.get()::isAfter).isPresent() ? other.last : last;
            return new Days(later, earlier);
        }
    }

    /** A service, or a specialisation of another one. */
    private record Service(Optional<String> leika, Optional<Id> of, List<Days> days) {}

    private record Duty(Id service, List<String> areas, String role, List<Days> days, Location at) {}

    private record Owner(Kind kind, String id, String name, String link, List<Days> days, List<Duty> duties) {}

    private record Key(Kind kind, String service, String area, String role, String owner, Optional<LocalDate> first) {}

    private interface Child {
        void named(String name) throws XMLStreamException, BadInput;
    }

    private final XMLStreamReader reader;
    private final Map<Id, Service> services = new HashMap<>();
    private final List<Owner> owners = new ArrayList<>();
    private int duties;
    private int leftOut;
    private int written;

    private Xzufi(XMLStreamReader reader) {
        this.reader = reader;
    }

    /**
     * Reads it whole, or throws.
     *
     * @throws BadInput with line and column, where there are any
     */
    public static Extract read(Path file) throws BadInput, IOException {
        var digest = sha256();
        try (var in = new DigestInputStream(new BufferedInputStream(Files.newInputStream(file)), digest)) {
            SafeXml.check(in, LARGE); // to the end, so the digest is that of the whole file
        }
        try (var in = new BufferedInputStream(Files.newInputStream(file))) {
            var reader = SafeXml.reader(in);
            try {
                var export = new Xzufi(reader);
                var standard = export.message();
                return new Extract(standard, digest.digest(), export.entries(), export.leftOut);
            } catch (XMLStreamException e) {
                // It was well-formed a moment ago: an element stands where text belongs.
                throw bad("xml.schema", "an element stands where only text belongs", reader.getLocation());
            }
        } catch (XMLStreamException e) {
            throw new IOException("the file changed while it was read", e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static BadInput bad(String code, String what, Location at) {
        return new BadInput(
                code,
                "The export is refused: " + what
                        + ". The directory is as it was. Have the export corrected, then import it again.",
                at.getLineNumber(),
                at.getColumnNumber());
    }

    // --- reading

    private String message() throws XMLStreamException, BadInput {
        while (reader.next() != XMLStreamConstants.START_ELEMENT) {
            // What stands before the root element says nothing.
        }
        var namespace = Optional.ofNullable(reader.getNamespaceURI()).orElse("");
        if (!namespace.startsWith(NAMESPACE))
            throw bad("xml.root", "it is not a message of XZuFi (" + NAMESPACE + "…)", reader.getLocation());
        var version = VERSIONS.get(namespace.substring(NAMESPACE.length()));
        if (version == null)
            throw bad("version.unknown", "its version is not known; known are 2.1.0 and 2.2.0", reader.getLocation());
        if (!version.equals(reader.getAttributeValue(null, "xzufiVersion")))
            throw bad(
                    "version.unknown",
                    "its xzufiVersion is not " + version + ", as its namespace says",
                    reader.getLocation());
        var root = reader.getLocation();
        children(name -> {
            switch (name) {
                case "schreibe" -> {
                    written++;
                    children(this::object);
                }
                case "loesche" ->
                    throw bad(
                            "directory.partial",
                            "it deletes single objects; only a whole export can be imported",
                            reader.getLocation());
                default -> skip();
            }
        });
        if (written == 0) throw bad("directory.empty", "it has no 'schreibe', so it says nothing", root);
        return version;
    }

    private void object(String name) throws XMLStreamException, BadInput {
        switch (name) {
            case "leistung", "spezialisierung" -> service();
            case "organisationseinheit" -> owner(Kind.AUTHORITY, "name");
            case "onlinedienst" -> owner(Kind.ONLINE, "bezeichnung");
            default -> skip();
        }
    }

    private void service() throws XMLStreamException, BadInput {
        var at = reader.getLocation();
        var ids = new ArrayList<Id>();
        var of = new ArrayList<Id>();
        var leika = new ArrayList<String>();
        var days = new ArrayList<Days>();
        children(name -> {
            switch (name) {
                case "id" -> ids.add(id());
                case "leistungID" -> of.add(id());
                case "referenzLeiKa" -> {
                    var place = reader.getLocation();
                    var code = child("code");
                    if (!LEIKA.matcher(code).matches())
                        throw bad("directory.leika", "a LeiKa key is not 14 digits that begin with 99", place);
                    leika.add(code);
                }
                case "gueltigkeit" -> days.add(days());
                default -> skip();
            }
        });
        if (ids.isEmpty()) throw bad("xml.schema", "a service has no id", at);
        services.put(
                ids.get(0),
                new Service(
                        leika.stream().findFirst(),
                        of.stream().findFirst(),
                        days.isEmpty() ? List.of(Days.ALL) : days));
    }

    private void owner(Kind kind, String nameElement) throws XMLStreamException, BadInput {
        var at = reader.getLocation();
        var id = new StringBuilder();
        var names = new ArrayList<String>();
        var links = new ArrayList<String>();
        var days = new ArrayList<Days>();
        var mine = new ArrayList<Duty>();
        children(name -> {
            if (name.equals("id") && id.isEmpty()) id.append(id().text());
            else if (name.equals(nameElement)) names.add(name());
            else if (name.equals("link")) link(links);
            else if (name.equals("gueltigkeit")) days.add(days());
            else if (name.equals("zustaendigkeit")) mine.add(duty());
            else skip();
        });
        if (id.isEmpty() || id.length() > 200)
            throw bad("xml.schema", "an authority or online service has no id of up to 200 characters", at);
        owners.add(new Owner(
                kind,
                id.toString(),
                names.stream().filter(each -> !each.isEmpty()).findFirst().orElse(""),
                links.stream().findFirst().orElse(""),
                days.isEmpty() ? List.of(Days.ALL) : days,
                mine));
    }

    private Duty duty() throws XMLStreamException, BadInput {
        var at = reader.getLocation();
        if (++duties > MOST) throw bad("directory.size", "it has more than " + MOST + " responsibilities", at);
        var services = new ArrayList<Id>();
        var areas = new ArrayList<String>();
        var role = new StringBuilder();
        var days = new ArrayList<Days>();
        children(name -> {
            switch (name) {
                case "leistungID" -> services.add(id());
                case "gebietID" -> area(areas);
                case "rolle" -> role.append(child("code"));
                case "gueltigkeit" -> days.add(days());
                default -> skip();
            }
        });
        if (services.size() != 1) throw bad("xml.schema", "a responsibility does not name exactly one leistungID", at);
        if (role.length() > 50) throw bad("xml.schema", "a role's code is longer than 50 characters", at);
        return new Duty(services.get(0), areas, role.toString(), days.isEmpty() ? List.of(Days.ALL) : days, at);
    }

    private void area(List<String> areas) throws XMLStreamException, BadInput {
        var at = reader.getLocation();
        var id = id();
        if (!AREA_SCHEME.matcher(id.data()).matches()) {
            leftOut++;
            return;
        }
        areas.add(Area.of(id.text()).orElseThrow(() -> bad("directory.area", "an area's key is no AGS or ARS", at)));
    }

    private void link(List<String> links) throws XMLStreamException, BadInput {
        var at = reader.getLocation();
        var typed = new StringBuilder();
        var address = new StringBuilder();
        children(name -> {
            if (name.equals("typ")) typed.append(child("code"));
            else if (name.equals("link")) address.append(text());
            else skip();
        });
        if (!address.isEmpty() && !LINK.matcher(address).matches())
            throw bad("directory.link", "a link is no address that begins with http:// or https://", at);
        // 01 is the way into the service; other types come behind it.
        if (typed.toString().equals("01")) links.add(0, address.toString());
        else links.add(address.toString());
    }

    private Days days() throws XMLStreamException, BadInput {
        var at = reader.getLocation();
        var first = new ArrayList<LocalDate>();
        var last = new ArrayList<LocalDate>();
        children(name -> {
            if (name.equals("beginn")) first.add(day());
            else if (name.equals("ende")) last.add(day());
            else skip();
        });
        var days = new Days(first.stream().findFirst(), last.stream().findFirst());
        if (days.none()) throw bad("directory.validity", "a validity ends before it begins", at);
        return days;
    }

    private LocalDate day() throws XMLStreamException, BadInput {
        var at = reader.getLocation();
        var text = text();
        try {
            return LocalDate.parse(text.substring(0, Math.min(10, text.length())));
        } catch (DateTimeException e) {
            throw bad("directory.date", "a date is not written YYYY-MM-DD", at);
        }
    }

    private Id id() throws XMLStreamException {
        var agency = Optional.ofNullable(reader.getAttributeValue(null, "schemeAgencyID"));
        var data = Optional.ofNullable(reader.getAttributeValue(null, "schemeDataURI"));
        return new Id(text(), agency.orElse(""), data.orElse(""));
    }

    /** A name is text, or an element {@code name} or {@code text} with it. */
    private String name() throws XMLStreamException, BadInput {
        var text = new StringBuilder();
        while (true) {
            switch (reader.next()) {
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> text.append(reader.getText());
                case XMLStreamConstants.START_ELEMENT -> {
                    if (reader.getLocalName().matches("name|text")) text.append(text());
                    else skip();
                }
                case XMLStreamConstants.END_ELEMENT -> {
                    var whole = text.toString().strip().replaceAll("\\s+", " ");
                    return whole.substring(0, Math.min(500, whole.length()));
                }
                default -> {
                    // Comments say nothing.
                }
            }
        }
    }

    private String child(String wanted) throws XMLStreamException, BadInput {
        var found = new StringBuilder();
        children(name -> {
            if (name.equals(wanted)) found.append(text());
            else skip();
        });
        return found.toString();
    }

    private String text() throws XMLStreamException {
        return reader.getElementText().strip();
    }

    /** Each child of the element the parser stands in; it must be read to its end. */
    private void children(Child child) throws XMLStreamException, BadInput {
        for (var event = reader.next(); event != XMLStreamConstants.END_ELEMENT; event = reader.next())
            if (event == XMLStreamConstants.START_ELEMENT) child.named(reader.getLocalName());
    }

    private void skip() throws XMLStreamException {
        for (var depth = 1; depth > 0; ) {
            var event = reader.next();
            if (event == XMLStreamConstants.START_ELEMENT) depth++;
            else if (event == XMLStreamConstants.END_ELEMENT) depth--;
        }
    }

    // --- putting together

    private Collection<DirectoryEntry> entries() throws BadInput {
        var found = new LinkedHashMap<Key, DirectoryEntry>();
        for (var owner : owners) for (var duty : owner.duties()) entries(owner, duty, found);
        if (found.isEmpty())
            throw new BadInput(
                    "directory.empty",
                    "The export is refused: it names no responsibility for a service in an area. The directory is as it was."
                            + " Have services, authorities and responsibilities exported together.");
        return found.values();
    }

    private void entries(Owner owner, Duty duty, Map<Key, DirectoryEntry> found) throws BadInput {
        var service = service(duty.service(), 0);
        if (service.isEmpty() || duty.areas().isEmpty()) {
            leftOut++;
            return;
        }
        for (var area : duty.areas())
            for (var mine : duty.days())
                for (var owners : owner.days())
                    for (var services : service.get().days()) {
                        var days = mine.and(owners).and(services);
                        if (days.none()) leftOut++;
                        else entry(owner, duty, service.get().leika().orElseThrow(), area, days, found);
                    }
    }

    private static void entry(
            Owner owner, Duty duty, String leika, String area, Days days, Map<Key, DirectoryEntry> found)
            throws BadInput {
        var entry = new DirectoryEntry(
                owner.kind(),
                leika,
                area,
                duty.role(),
                owner.id(),
                owner.name(),
                owner.link(),
                days.first(),
                days.last());
        var key = new Key(owner.kind(), leika, area, duty.role(), owner.id(), days.first());
        var other = found.putIfAbsent(key, entry);
        if (other != null && !other.equals(entry))
            throw bad("directory.twice", "a responsibility stands there twice, with different ends", duty.at());
    }

    /** Follows a specialisation to the service it specialises. */
    private Optional<Service> service(Id id, int depth) {
        var known = services.get(id);
        if (known == null)
            return LEIKA.matcher(id.text()).matches()
                    ? Optional.of(new Service(Optional.of(id.text()), Optional.empty(), List.of(Days.ALL)))
                    : Optional.empty();
        if (known.leika().isPresent()) return Optional.of(known);
        return depth > 5
                ? Optional.empty()
                : known.of()
                        .flatMap(other -> service(other, depth + 1))
                        .map(other -> new Service(other.leika(), Optional.empty(), known.days()));
    }
}
