-- A message and a delivery are written twice, once new and once when they have ended. A fifth of a table that is not large yet is dead rows
-- again every few minutes, and all its indexes are read for it each time: it is worth it from 100,000 of them on. Of a large table a tenth
-- is, since what looks for due rows passes the dead entries of those indexes.
alter table message set (autovacuum_vacuum_threshold = 100000, autovacuum_vacuum_scale_factor = 0.1, autovacuum_vacuum_insert_threshold = 100000);
alter table delivery set (autovacuum_vacuum_threshold = 100000, autovacuum_vacuum_scale_factor = 0.1, autovacuum_vacuum_insert_threshold = 100000);
alter table part set (autovacuum_vacuum_insert_threshold = 100000);
alter table entry set (autovacuum_vacuum_insert_threshold = 100000);
