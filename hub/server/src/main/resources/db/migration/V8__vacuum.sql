-- A message and a delivery are written twice, once new and once when they have ended, so a fifth of their table was dead rows again and
-- again while it grew, and all indexes were read for it each time. At a half that is less than half the work, and the room is used again.
alter table message set (autovacuum_vacuum_scale_factor = 0.5, autovacuum_vacuum_insert_scale_factor = 0.5);
alter table delivery set (autovacuum_vacuum_scale_factor = 0.5, autovacuum_vacuum_insert_scale_factor = 0.5);
alter table part set (autovacuum_vacuum_insert_scale_factor = 0.5);
alter table entry set (autovacuum_vacuum_insert_scale_factor = 0.5);
