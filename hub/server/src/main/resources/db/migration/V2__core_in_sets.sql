-- The core works in sets, and on several nodes: claims are rows of their own, few indexes stand on the way of a message.

-- A node is alive as long as it renews its row; the database's clock decides, so a node's own clock may be wrong.
alter table epoch add column node text not null default '';
alter table epoch add column alive_until timestamptz not null default '-infinity';
create index epoch_alive on epoch (alive_until);

-- Who asks a source. A lease is as good as the epoch that holds it: there is nothing else to renew.
create table lease (
    municipality text   not null,
    connection   text   not null,
    epoch        bigint not null,
    primary key (municipality, connection)
);

-- A set of messages whose routes run. One that a dead node left behind makes its messages suspect.
create table routing (
    no       bigint generated always as identity primary key,
    epoch    bigint not null,
    messages uuid[] not null
);

-- An open attempt; committed before the sink is called. That there can be one only is what keeps two nodes apart.
create table sending (
    delivery_id text        not null primary key,
    epoch       bigint      not null,
    attempt     int         not null,
    started_at  timestamptz not null
);
alter table sending set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);
alter table routing set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

-- seq: the order of acceptance. suspect: how often a node died while the message's route ran.
alter table message add column seq bigint;
-- Rows lie in any order: the times tell that of acceptance.
update message set seq = ranked.seq from (select id, row_number() over (order by accepted_at, id) as seq from message) ranked
    where message.id = ranked.id;
alter table message alter column seq set not null;
alter table message alter column seq add generated always as identity;
select setval(pg_get_serial_sequence('message', 'seq'), (select coalesce(max(seq), 0) + 1 from message), false);
alter table message add column suspect int not null default 0;
alter table message drop column epoch; -- and with it its index message_routing
drop index message_due;
drop index message_time;
create index message_due on message (municipality, due, id) where state = 'RECEIVED';
update message set state = 'RECEIVED' where state = 'ROUTING';
alter table message drop constraint message_state_check;
alter table message add constraint message_state_check
    check (state in ('RECEIVED', 'ROUTED', 'QUARANTINED', 'PARKED', 'CANCELLED'));

-- order_key: deliveries of a connection with the same key go out one after the other, in the order of message_seq, number.
alter table delivery add column order_key text not null default '';
alter table delivery add column message_seq bigint not null default 0;
alter table delivery add column started_at timestamptz;
update delivery set message_seq = message.seq from message where message.id = delivery.message_id;
insert into sending (delivery_id, epoch, attempt, started_at) select id, epoch, attempt, created_at from delivery where state = 'SENDING';
update delivery set state = 'WAITING', attempt = attempt - 1 where state = 'SENDING';
update delivery set started_at = attempt.started_at from attempt
    where delivery.state = 'DELIVERED' and attempt.delivery_id = delivery.id and attempt.no = delivery.attempt;
delete from attempt where outcome in ('', 'DELIVERED');
alter table delivery drop column epoch; -- and with it its index delivery_sending
drop index delivery_due;
create index delivery_due on delivery (municipality, connection, due, id) where state = 'WAITING';
create index delivery_order on delivery (municipality, connection, order_key, message_seq, number)
    where order_key <> '' and state in ('WAITING', 'PARKED', 'IN_DOUBT');
alter table delivery drop constraint delivery_number_key; -- an identity is unique by itself
alter table delivery drop constraint delivery_state_check;
alter table delivery add constraint delivery_state_check
    check (state in ('WAITING', 'DELIVERED', 'REJECTED', 'PARKED', 'IN_DOUBT', 'CANCELLED'));

-- Ended attempts that did not deliver; the one that did stands in the delivery itself, the open one in sending.
alter table attempt drop column epoch;

-- Rows and what they belong to are written by one statement or one transaction; checking each again locked the message each time.
alter table part drop constraint part_message_id_fkey;
alter table delivery drop constraint delivery_message_id_fkey;
alter table attempt drop constraint attempt_delivery_id_fkey;

-- A message's entries are found by its case.
drop index entry_message;
