package de.stellwerk.hub.ledger;

import de.stellwerk.hub.content.Part;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads parts. */
final class Parts {

    /** Stands where a part has not been read yet. */
    static final Part NONE = new Part("", "", 0, new byte[0], Optional.empty(), Optional.empty());

    private Parts() {}

    record Numbered(int no, String role, Part part) {}

    /** All parts of messages by their numbers. */
    static Map<UUID, TreeMap<Integer, Numbered>> read(Connection connection, Collection<UUID> messages)
            throws SQLException {
        var found = new HashMap<UUID, TreeMap<Integer, Numbered>>();
        try (var select = connection.prepareStatement("select * from part where message_id = any (?)")) {
            select.setArray(1, connection.createArrayOf("uuid", messages.toArray()));
            collect(select, found);
        }
        return found;
    }

    /** The number of a part of a message. */
    record Place(UUID message, int no) {}

    /** Just these parts: a message has others, such as the form as it came, that a delivery does not need. */
    static Map<UUID, TreeMap<Integer, Numbered>> read(Connection connection, List<Place> places) throws SQLException {
        var found = new HashMap<UUID, TreeMap<Integer, Numbered>>();
        try (var select = connection.prepareStatement("""
                select part.* from unnest(?::uuid[], ?::int[]) as u (message_id, no)
                    join part on part.message_id = u.message_id and part.no = u.no""")) {
            new Columns<>(select, 1, places).uuid(Place::message).number(Place::no);
            collect(select, found);
        }
        return found;
    }

    private static void collect(PreparedStatement select, Map<UUID, TreeMap<Integer, Numbered>> found)
            throws SQLException {
        try (var row = select.executeQuery()) {
            while (row.next()) {
                var no = row.getInt("no");
                found.computeIfAbsent(row.getObject("message_id", UUID.class), id -> new TreeMap<>())
                        .put(no, new Numbered(no, row.getString("role"), part(row)));
            }
        }
    }

    /** Body and attachments, as they were taken. */
    static List<Part> original(@Nullable TreeMap<Integer, Numbered> parts) {
        return present(parts).values().stream()
                .filter(each -> each.role().equals("body") || each.role().equals("attachment"))
                .map(Numbered::part)
                .toList();
    }

    static int next(@Nullable TreeMap<Integer, Numbered> parts) {
        return present(parts).lastKey() + 1;
    }

    static TreeMap<Integer, Numbered> present(@Nullable TreeMap<Integer, Numbered> parts) {
        if (parts == null) {
            throw new IllegalStateException("a message has no parts");
        }
        return parts;
    }

    static Part part(ResultSet row) throws SQLException {
        return new Part(
                row.getString("name"),
                row.getString("media_type"),
                row.getLong("size"),
                row.getBytes("sha512"),
                Optional.ofNullable(row.getBytes("content")),
                Optional.ofNullable(row.getString("stored")));
    }

    static Numbered get(Map<Integer, Numbered> parts, int no) {
        var part = parts.get(no);
        if (part == null) {
            throw new IllegalStateException("a delivery names part " + no + ", which its message has not");
        }
        return part;
    }
}
