-- An attempt that a dead node had begun says nothing of whether the node that took it over began it.
alter table sending add column taken_over boolean not null default false;
