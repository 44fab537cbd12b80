-- A message in whose route a node died is tried alone; what else dies meanwhile tells whether it was to blame.

alter table routing add column alone boolean not null default false;

-- Whether it has been looked what a dead epoch had under way; one that said good-bye needs no look.
alter table epoch add column judged boolean not null default false;
update epoch set judged = true;
create index epoch_unjudged on epoch (epoch) where not judged;

create index message_suspect on message (suspect) where suspect > 0;
