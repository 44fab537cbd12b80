package de.stellwerk.hub.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.Consumer;

/** Holds the states against the entries: a row that was changed behind the ledger's back has none that tells of it. */
final class StateCheck {

    /** What each entry about a message says about its state; other entries say nothing about it. */
    private static final String MESSAGE_STATES = """
            (values ('TAKEN', 'RECEIVED'), ('ROUTE_FAILED', 'RECEIVED'), ('OPERATOR_REPEAT', 'RECEIVED'), ('ROUTED', 'ROUTED'),
                ('QUARANTINED', 'QUARANTINED'), ('PARKED', 'PARKED'), ('OPERATOR_CANCEL', 'CANCELLED')) as told (what, state)""";

    /** The same for deliveries; one whose attempt is open waits, and has a row in sending. */
    private static final String DELIVERY_STATES = """
            (values ('PLANNED', 'WAITING'), ('ATTEMPT_FAILED', 'WAITING'), ('OPERATOR_REPEAT', 'WAITING'), ('DELIVERED', 'DELIVERED'),
                ('OPERATOR_ARRIVED', 'DELIVERED'), ('REJECTED', 'REJECTED'), ('PARKED', 'PARKED'), ('IN_DOUBT', 'IN_DOUBT'),
                ('OPERATOR_CANCEL', 'CANCELLED')) as told (what, state)""";

    /** As in {@link Digests#envelope}. */
    private static final String ENVELOPE = """
            sha256(convert_to(m.source, 'UTF8') || '\\x00'::bytea || convert_to(m.business_id, 'UTF8') || '\\x00'::bytea
                || convert_to(m.answers, 'UTF8') || '\\x00'::bytea
                || coalesce((select string_agg(convert_to(key, 'UTF8') || '\\x00'::bytea || convert_to(value, 'UTF8') || '\\x00'::bytea,
                    ''::bytea order by convert_to(key, 'UTF8')) from jsonb_each_text(m.headers)), ''::bytea))""";

    private static final int FETCH = 1_000;

    private final Connection connection;
    private final Consumer<Finding> found;

    StateCheck(Connection connection, Consumer<Finding> found) {
        this.connection = connection;
        this.found = found;
    }

    /** Everything is joined or sorted as a whole: what does not fit into the database's working memory goes through its disk. */
    void run() throws SQLException {
        // The salt goes with the content; until then what was taken is what is there.
        check(Finding.Wrong.MESSAGE_ADDED, "message ", """
                select m.municipality, 0, m.accepted_at, m.id from message m
                where not exists (select 1 from entry e where e.message_id = m.id and e.what = 'TAKEN'
                    and e.municipality = m.municipality and e.case_id = m.case_id
                    and (length(m.salt) = 0 or e.detail not like '%% salted-sha256=%%'
                        or e.detail = m.kind || ' salted-sha256=' || encode(sha256(m.salt || m.digest), 'hex')
                        or e.detail = m.kind || ' salted-sha256=' || encode(sha256(m.salt || m.digest), 'hex')
                            || ' envelope=' || encode(sha256(m.salt || %s), 'hex')))
                order by m.accepted_at""".formatted(ENVELOPE));
        check(Finding.Wrong.MESSAGE_MISSING, "message ", """
                select e.municipality, e.no, e.at, e.message_id from entry e
                where e.what = 'TAKEN' and not exists (select 1 from message m where m.id = e.message_id)
                order by e.no""");
        check(Finding.Wrong.MESSAGE_STATE, "message ", """
                select m.municipality, last.no, last.at, m.id from message m join
                    (select distinct on (e.message_id) e.message_id, e.no, e.at, told.state from entry e join %s using (what)
                        where e.message_id is not null and e.delivery_id is null order by e.message_id, e.no desc) last
                    on last.message_id = m.id
                where m.state <> last.state order by last.no""".formatted(MESSAGE_STATES));
        check(Finding.Wrong.CONTENT_ALTERED, "message ", """
                select m.municipality, 0, m.accepted_at, m.id from message m left join
                    (select message_id, string_agg(convert_to(media_type, 'UTF8') || '\\x00'::bytea || sha512, ''::bytea order by no) as given
                        from part where role in ('body', 'attachment') group by message_id) p on p.message_id = m.id
                where length(m.salt) > 0 and m.digest <> sha256(convert_to(m.kind, 'UTF8') || '\\x00'::bytea
                    || convert_to(m.service, 'UTF8') || '\\x00'::bytea || coalesce(p.given, ''::bytea))
                order by m.accepted_at""");
        check(Finding.Wrong.CONTENT_ALTERED, "part ", """
                select m.municipality, 0, m.accepted_at, p.message_id || '/' || p.no from part p join message m on m.id = p.message_id
                where length(m.salt) > 0 and (sha512(p.content) <> p.sha512
                    or p.stored <> encode(substring(p.sha512 from 1 for 1), 'hex') || '/' || encode(substring(p.sha512 from 1 for 32), 'hex'))
                order by m.accepted_at""");
        check(Finding.Wrong.DELIVERY_ADDED, "delivery ", """
                select d.municipality, 0, d.created_at, d.id from delivery d
                where not exists (select 1 from entry e where e.message_id = d.message_id and e.delivery_id = d.id
                    and e.what = 'PLANNED' and e.municipality = d.municipality and e.case_id = d.case_id
                    and e.detail = d.connection)
                order by d.number""");
        check(Finding.Wrong.DELIVERY_MISSING, "delivery ", """
                select e.municipality, e.no, e.at, e.delivery_id from entry e
                where e.what = 'PLANNED' and not exists (select 1 from delivery d where d.id = e.delivery_id)
                order by e.no""");
        check(Finding.Wrong.DELIVERY_STATE, "delivery ", """
                select d.municipality, last.no, last.at, d.id from delivery d join
                    (select distinct on (e.delivery_id) e.delivery_id, e.no, e.at, told.state from entry e join %s using (what)
                        where e.delivery_id is not null order by e.delivery_id, e.no desc) last
                    on last.delivery_id = d.id
                where d.state <> last.state order by last.no""".formatted(DELIVERY_STATES));
        check(Finding.Wrong.DELIVERY_STATE, "open attempt of delivery ", """
                select coalesce(d.municipality, ''), 0, s.started_at, s.delivery_id from sending s left join delivery d on d.id = s.delivery_id
                where d.state is distinct from 'WAITING' order by s.started_at""");
    }

    /** @param sql municipality, number of an entry, time, and whose */
    private void check(Finding.Wrong wrong, String of, String sql) throws SQLException {
        try (var select = connection.prepareStatement(sql)) {
            select.setFetchSize(FETCH);
            try (var row = select.executeQuery()) {
                while (row.next()) {
                    found.accept(new Finding(
                            wrong,
                            row.getString(1),
                            row.getLong(2),
                            Optional.of(row.getTimestamp(3).toInstant()),
                            of + row.getString(4)));
                }
            }
        }
    }
}
