-- Sealed blocks, see hub/decisions/0010-sealed-blocks.md. Nothing here is touched by the transactions that add entries, except the
-- column that says which of them it was.

-- The transaction that added the entry, on a scale that only grows: a cluster's transaction ids, plus a shift after a move to another
-- cluster. What was there before has none.
alter table entry add column xid bigint not null default 0;
alter table entry alter column xid set default (pg_current_xact_id()::text::bigint);
create index entry_position on entry (xid, no);

-- One round of the sealer: all entries behind from and up to to are final, and are in its seals.
create table sealing (
    round          bigint      primary key, -- from 1, without gap
    shift          bigint      not null,    -- what is added to this cluster's transaction ids
    from_xid       bigint      not null,
    from_no        bigint      not null,
    to_xid         bigint      not null,
    to_no          bigint      not null,
    municipalities text[]      not null,    -- each has one seal in this round
    entries        int         not null,
    total          bigint      not null,    -- entries in this round and all before it
    sealed_at      timestamptz not null,
    previous       bytea       not null,
    hash           bytea       not null
);

-- The chain of one municipality.
create table seal (
    municipality text   not null,
    seq          bigint not null, -- from 1, without gap
    round        bigint not null,
    entries      int    not null,
    total        bigint not null, -- entries in this seal and all before it
    leaves       bytea  not null, -- for each entry its number, 8 bytes, and its hash, 32 bytes
    previous     bytea  not null,
    hash         bytea  not null,
    primary key (municipality, seq),
    unique (round, municipality)
);
-- Hashes do not get smaller.
alter table seal alter column leaves set storage external;

-- The lines that were written outside the database: each of the two tells when the other has lost one.
create table seal_checkpoint (
    line  bytea       primary key, -- its SHA-256
    round bigint      not null,
    at    timestamptz not null
);

create function seals_are_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'seals are only added';
end $$;
create trigger sealing_append_only before update or delete on sealing for each row execute function seals_are_append_only();
create trigger sealing_no_truncate before truncate on sealing for each statement execute function seals_are_append_only();
create trigger seal_append_only before update or delete on seal for each row execute function seals_are_append_only();
create trigger seal_no_truncate before truncate on seal for each statement execute function seals_are_append_only();
create trigger seal_checkpoint_append_only before update or delete on seal_checkpoint
    for each row execute function seals_are_append_only();
create trigger seal_checkpoint_no_truncate before truncate on seal_checkpoint
    for each statement execute function seals_are_append_only();
