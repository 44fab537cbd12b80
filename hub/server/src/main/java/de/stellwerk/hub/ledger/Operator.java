package de.stellwerk.hub.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;

/** What a person decides: every deed is one transaction with the entry that names who and why. */
public final class Operator {

    /** What to do with a delivery that nobody works on. */
    public enum Decision {
        /** Try again, with as many attempts as the first time: for PARKED, and for IN_DOUBT if it has not arrived. */
        REPEAT("WAITING", "'PARKED', 'IN_DOUBT'"),
        /** Do nothing more: for WAITING, PARKED and IN_DOUBT. */
        CANCEL("CANCELLED", "'WAITING', 'PARKED', 'IN_DOUBT'"),
        /** It has arrived: for IN_DOUBT. */
        ARRIVED("DELIVERED", "'IN_DOUBT'");

        private final String state;
        private final String from;

        Decision(String state, String from) {
            this.state = state;
            this.from = from;
        }
    }

    public record Pause(String municipality, String connection, String reason) {}

    private final Database database;
    private final Clock clock;

    public Operator(DataSource source, Clock clock) {
        this.database = new Database(source);
        this.clock = clock;
    }

    /** True if it was done; false if the delivery is in no state that allows it. */
    public boolean decide(Decision decision, String delivery, String actor, String reason) {
        return database.transaction(connection -> {
            var now = clock.instant();
            // A claim holds the row: only after it can be seen whether an attempt is open.
            try (var lock = connection.prepareStatement("select 1 from delivery where id = ? for update")) {
                lock.setString(1, delivery);
                lock.executeQuery().close();
            }
            try (var update = connection.prepareStatement("""
                            update delivery set state = ?, tried_before = case when ? = 'WAITING' then attempt else tried_before end, due = ?,
                                published_until = '-infinity', code = '', reason = ?,
                                finished_at = case when ? = 'WAITING' then null else ?::timestamptz end
                            where id = ? and state in (%s)
                                and not exists (select 1 from sending where delivery_id = delivery.id)
                            returning municipality, case_id, message_id""".formatted(decision.from));
                    var entries = new Entries(connection, now)) {
                update.setString(1, decision.state);
                update.setString(2, decision.state);
                update.setTimestamp(3, Database.at(now));
                update.setString(4, reason);
                update.setString(5, decision.state);
                update.setTimestamp(6, Database.at(now));
                update.setString(7, delivery);
                try (var row = update.executeQuery()) {
                    if (!row.next()) {
                        return false;
                    }
                    entries.add(
                            row.getString(1),
                            row.getString(2),
                            row.getObject(3, UUID.class),
                            delivery,
                            "OPERATOR_" + decision.name(),
                            "",
                            reason,
                            actor);
                    return true;
                }
            }
        });
    }

    /** Routes a parked or quarantined message (again), or sets it aside for good. True if it was done. */
    public boolean decideMessage(boolean again, UUID message, String actor, String reason) {
        return database.transaction(connection -> {
            var now = clock.instant();
            try (var update = connection.prepareStatement("""
                            update message set state = ?, attempt = 0, suspect = 0, due = ?, published_until = '-infinity', code = '', reason = ?
                            where id = ? and state in ('PARKED', 'QUARANTINED') returning municipality, case_id""");
                    var entries = new Entries(connection, now)) {
                update.setString(1, again ? "RECEIVED" : "CANCELLED");
                update.setTimestamp(2, Database.at(now));
                update.setString(3, reason);
                update.setObject(4, message);
                try (var row = update.executeQuery()) {
                    if (!row.next()) {
                        return false;
                    }
                    entries.add(
                            row.getString(1),
                            row.getString(2),
                            message,
                            null,
                            again ? "OPERATOR_REPEAT" : "OPERATOR_CANCEL",
                            "",
                            reason,
                            actor);
                    return true;
                }
            }
        });
    }

    /** No more attempts on this connection until it is resumed; what is due waits, and nothing is lost. */
    public void pause(String municipality, String name, String actor, String reason) {
        database.transaction(connection -> {
            try (var insert = connection.prepareStatement("""
                    insert into pause (municipality, connection, at, actor, reason) values (?, ?, ?, ?, ?) on conflict do nothing""")) {
                insert.setString(1, municipality);
                insert.setString(2, name);
                insert.setTimestamp(3, Database.at(clock.instant()));
                insert.setString(4, actor);
                insert.setString(5, reason);
                if (insert.executeUpdate() == 1) {
                    note(connection, municipality, "PAUSED", name + ": " + reason, actor);
                }
            }
            return true;
        });
    }

    /**
     * After a restore: pauses those of the connections to which something is open, or may be once a message has been routed.
     *
     * @return the paused ones
     */
    public List<Nodes.Source> pauseOpen(Collection<Nodes.Source> connections, String actor, String reason) {
        var open = database.read(connection -> {
            try (var select = connection.prepareStatement("""
                    select u.municipality, u.connection from unnest(?::text[], ?::text[]) as u (municipality, connection)
                    where exists (select 1 from message m where m.municipality = u.municipality and m.state = 'RECEIVED')
                        or exists (select 1 from delivery d where d.municipality = u.municipality and d.connection = u.connection
                            and d.state = 'WAITING')
                    order by 1, 2""")) {
                new Columns<>(select, 1, List.copyOf(connections))
                        .text(Nodes.Source::municipality)
                        .text(Nodes.Source::connection);
                var found = new ArrayList<Nodes.Source>();
                try (var row = select.executeQuery()) {
                    while (row.next()) {
                        found.add(new Nodes.Source(row.getString(1), row.getString(2)));
                    }
                }
                return found;
            }
        });
        open.forEach(each -> pause(each.municipality(), each.connection(), actor, reason));
        return open;
    }

    public void resume(String municipality, String name, String actor) {
        database.transaction(connection -> {
            try (var delete =
                            connection.prepareStatement("delete from pause where municipality = ? and connection = ?");
                    var due = connection.prepareStatement("""
                            update delivery set published_until = '-infinity'
                            where municipality = ? and connection = ? and state = 'WAITING'""")) {
                delete.setString(1, municipality);
                delete.setString(2, name);
                if (delete.executeUpdate() == 1) {
                    // What was on its lane during the pause has been passed over there.
                    due.setString(1, municipality);
                    due.setString(2, name);
                    due.executeUpdate();
                    note(connection, municipality, "RESUMED", name, actor);
                }
            }
            return true;
        });
    }

    public List<Pause> pauses() {
        return database.read(connection -> {
            try (var select = connection.prepareStatement("select municipality, connection, reason from pause");
                    var row = select.executeQuery()) {
                var found = new ArrayList<Pause>();
                while (row.next()) {
                    found.add(new Pause(row.getString(1), row.getString(2), row.getString(3)));
                }
                return found;
            }
        });
    }

    /** Why a connection is paused; empty if it is not. */
    public Optional<String> pausedWhy(String municipality, String name) {
        return pauses().stream()
                .filter(each -> each.municipality().equals(municipality)
                        && each.connection().equals(name))
                .map(Pause::reason)
                .findFirst();
    }

    /** Writes down that somebody read content. */
    public void read(String municipality, String caseId, UUID message, int part, String actor, String reason) {
        database.transaction(connection -> {
            try (var entries = new Entries(connection, clock.instant())) {
                entries.add(
                        municipality, caseId, message, null, "CONTENT_READ", "", "part " + part + ": " + reason, actor);
            }
            return true;
        });
    }

    /** Writes down that somebody was given all content and entries of a case. */
    public void gaveEvidence(String municipality, String caseId, String actor, String reason) {
        database.transaction(connection -> {
            try (var entries = new Entries(connection, clock.instant())) {
                entries.add(municipality, caseId, null, null, "EVIDENCE_READ", "", reason, actor);
            }
            return true;
        });
    }

    private void note(Connection connection, String municipality, String what, String detail, String actor)
            throws SQLException {
        try (var entries = new Entries(connection, clock.instant())) {
            entries.add(municipality, "", null, null, what, "", detail, actor);
        }
    }
}
