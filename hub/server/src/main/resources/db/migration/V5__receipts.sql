-- What a target gave as proof of a delivery is kept as a part of the message.

alter table part drop constraint part_role_check;
alter table part add constraint part_role_check check (role in ('body', 'attachment', 'derived', 'report', 'receipt'));
