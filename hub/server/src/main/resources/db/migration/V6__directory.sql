-- Who is competent for which service where, as the service portal's export (XZuFi) says. A row is never deleted: an import that no longer
-- has it closes it, so that every earlier version of the directory can still be asked.
create table directory_import (
    version  bigint      generated always as identity primary key,
    source   text        not null, -- whose export it is; an import replaces what the same source said before
    standard text        not null,
    digest   bytea       not null, -- SHA-256 of the file
    entries  int         not null,
    added    int         not null,
    ended    int         not null,
    changed  int         not null,
    at       timestamptz not null,
    actor    text        not null
);

create table directory_entry (
    id      bigint generated always as identity primary key,
    source  text   not null,
    kind    text   not null check (kind in ('AUTHORITY', 'ONLINE')),
    service text   not null check (service ~ '^99[0-9]{12}$'),
    area    text   not null check (area ~ '^([0-9]{2}|[0-9]{3}|[0-9]{5}|[0-9]{8}|[0-9]{9})$'),
    role    text   not null,
    owner   text   not null, -- id of the authority or of the online service
    name    text   not null,
    link    text   not null,
    first   date   not null, -- valid from, or -infinity
    last    date   not null, -- valid to, this day included, or infinity
    since   bigint not null references directory_import,
    until   bigint           -- the version that no longer has it
);
create index directory_lookup on directory_entry (service, area);
create index directory_current on directory_entry (source) where until is null;
