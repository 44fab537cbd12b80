-- A backlog that waits: so many routed messages of one town, each with a delivery to both of its connections that is due now, as
-- intake and route would have written them. Parameters: municipality, how many. This file is the only place of the bench that knows
-- the hub's tables; it runs as the database's owner.
with given as (
    select ?::text as municipality, ?::int as how_many),
numbers as (
    select municipality, n, gen_random_uuid() as id, '900-' || lpad(n::text, 8, '0') as case_id
    from given, generate_series(1, how_many) as n),
messages as (
    insert into message (id, municipality, source, business_id, kind, service, case_id, answers, headers, digest, salt, state, route,
        due, published_until, accepted_at)
    select id, municipality, 'key:bench', case_id, 'form.submission', '', case_id, '', '{}', sha256(case_id::bytea),
        substr(sha256(id::text::bytea), 1, 16), 'ROUTED', 'form-' || municipality, now(), '-infinity', now()
    from numbers),
parts as (
    insert into part (message_id, no, role, name, media_type, size, sha512, content)
    select id, 0, 'body', 'form.xml', 'application/xml', length(xml), sha512(xml), xml
    from numbers, lateral (select convert_to('<register-entry xmlns="urn:stellwerk:sample:leipzig-register:1"><vorgang>' || case_id
        || '</vorgang><taetigkeit>' || repeat('x', 1500) || '</taetigkeit></register-entry>', 'UTF8') as xml) as body),
deliveries as (
    insert into delivery (id, message_id, municipality, connection, channel, kind, case_id, headers, body, attachments, state, due,
        published_until, created_at)
    select encode(sha256((case_id || connection)::bytea), 'hex'), id, municipality, connection, '', 'form.submission', case_id, '{}', 0,
        '{}', 'WAITING', now(), '-infinity', now()
    from numbers, (values ('files'), ('register')) as to_connection (connection))
insert into entry (at, municipality, case_id, message_id, what, detail, actor)
select now(), municipality, case_id, id, what, '', 'key:bench'
from numbers, (values ('TAKEN'), ('PLANNED'), ('PLANNED')) as happened (what);
