-- The one truth. Every change of a state and its ledger entry are one transaction.

-- One row for each start of a hub. A claim carries its epoch, so that an older one can be told from a living one.
create table epoch (
    epoch      bigint generated always as identity primary key,
    started_at timestamptz not null
);

create table message (
    id              uuid primary key,
    municipality    text        not null check (municipality ~ '^[0-9]{8}$'),
    source          text        not null,
    business_id     text        not null,
    kind            text        not null,
    service         text        not null,
    case_id         text        not null,
    answers         text        not null,
    headers         jsonb       not null,
    digest          bytea       not null, -- of all parts: tells a duplicate from a conflict
    salt            bytea       not null, -- for the hashes in entries; goes when the content goes
    state           text        not null check (state in ('RECEIVED', 'ROUTING', 'ROUTED', 'QUARANTINED', 'PARKED', 'CANCELLED')),
    route           text        not null default '',
    code            text        not null default '',
    reason          text        not null default '',
    attempt         int         not null default 0,
    due             timestamptz not null,
    published_until timestamptz not null,
    epoch           bigint      not null,
    accepted_at     timestamptz not null,
    unique (municipality, source, business_id)
);
create index message_due on message (due) where state = 'RECEIVED';
create index message_routing on message (epoch) where state = 'ROUTING';
create index message_case on message (case_id);
create index message_time on message (accepted_at desc, id desc);
create index message_attention on message (state, accepted_at) where state in ('QUARANTINED', 'PARKED');

-- Part 0 is the body, then the attachments; parts made by a route or a verification follow.
create table part (
    message_id uuid   not null references message,
    no         int    not null,
    role       text   not null check (role in ('body', 'attachment', 'derived', 'report')),
    name       text   not null,
    media_type text   not null,
    size       bigint not null,
    sha512     bytea  not null,
    content    bytea,           -- small parts
    stored     text,            -- large parts: their name in the content store
    primary key (message_id, no),
    check ((content is null) <> (stored is null))
);
create index part_stored on part (stored) where stored is not null;

create table delivery (
    id              text primary key,
    number          bigint generated always as identity unique,
    message_id      uuid        not null references message,
    municipality    text        not null,
    connection      text        not null,
    channel         text        not null,
    kind            text        not null,
    case_id         text        not null,
    headers         jsonb       not null,
    body            int         not null,
    attachments     int[]       not null,
    state           text        not null check (state in ('WAITING', 'SENDING', 'DELIVERED', 'REJECTED', 'PARKED', 'IN_DOUBT', 'CANCELLED')),
    attempt         int         not null default 0,
    tried_before    int         not null default 0, -- attempts before an operator had it repeated
    due             timestamptz not null,
    published_until timestamptz not null,
    epoch           bigint      not null default 0,
    reference       text        not null default '',
    awaited         boolean     not null default false, -- delivered, and its answer has not come yet
    code            text        not null default '',
    reason          text        not null default '',
    created_at      timestamptz not null,
    finished_at     timestamptz
);
create index delivery_due on delivery (due) where state = 'WAITING';
create index delivery_sending on delivery (epoch) where state = 'SENDING';
create index delivery_message on delivery (message_id);
create index delivery_reference on delivery (municipality, connection, reference) where reference <> '';
create index delivery_awaited on delivery (municipality, connection, channel, finished_at) where awaited;
create index delivery_attention on delivery (state, created_at) where state in ('PARKED', 'IN_DOUBT', 'REJECTED');

-- Committed before the sink is called: an open row of a dead process is an attempt of unknown outcome.
create table attempt (
    delivery_id text        not null references delivery,
    no          int         not null,
    epoch       bigint      not null,
    started_at  timestamptz not null,
    ended_at    timestamptz,
    outcome     text        not null default '',
    reason      text        not null default '',
    primary key (delivery_id, no)
);

-- What happened; rows are only added.
create table entry (
    no           bigint generated always as identity primary key,
    at           timestamptz not null,
    municipality text        not null,
    case_id      text        not null,
    message_id   uuid,
    delivery_id  text,
    what         text        not null,
    code         text        not null default '',
    detail       text        not null default '',
    actor        text        not null
);
create index entry_message on entry (message_id, no);
create index entry_case on entry (case_id, no);

create function entry_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'ledger entries are only added';
end $$;
create trigger entry_append_only before update or delete on entry for each row execute function entry_is_append_only();
create trigger entry_no_truncate before truncate on entry for each statement execute function entry_is_append_only();

create table pause (
    municipality text        not null,
    connection   text        not null,
    at           timestamptz not null,
    actor        text        not null,
    reason       text        not null,
    primary key (municipality, connection)
);

-- Only a hash of the secret half of a key is kept.
create table api_key (
    id             text primary key,
    name           text        not null,
    hash           bytea       not null,
    municipalities text[]      not null,
    may            text[]      not null,
    created_at     timestamptz not null,
    created_by     text        not null,
    revoked_at     timestamptz
);
