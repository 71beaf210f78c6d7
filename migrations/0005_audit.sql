-- Who changed what is for admins to know. That there was a change, and when, everybody may: the past is asked for by it.
revoke select on xiangtu.changes from xiangtu_web;
grant select (layer, revision, at) on xiangtu.changes to xiangtu_web;

-- A change, signed if an admin asks. It lies past the policies, so it asks for the role by itself.
create function xiangtu.signature(of_layer text, of_revision bigint) returns table (at timestamptz, actor text, surface text)
language sql stable security definer set search_path = pg_catalog rows 1 as $$
select c.at,
    case when current_setting('xiangtu.role', true) = 'admin' then c.actor end,
    case when current_setting('xiangtu.role', true) = 'admin' then c.surface end
from xiangtu.changes as c
where c.layer = of_layer and c.revision = of_revision
$$;

-- The changes that an admin looks for, the latest first; for others there are none. A null looks for all.
create function xiangtu.audit(of_layers text[], by_actor text, by_surface text, since timestamptz, before timestamptz, most bigint)
returns table (layer text, revision bigint, at timestamptz, actor text, surface text)
language sql stable security definer set search_path = pg_catalog as $$
select c.layer, c.revision, c.at, c.actor, c.surface
from xiangtu.changes as c
where current_setting('xiangtu.role', true) = 'admin'
    and (of_layers is null or c.layer = any (of_layers))
    and (by_actor is null or c.actor = by_actor)
    and (by_surface is null or c.surface = by_surface)
    and (since is null or c.at >= since)
    and (before is null or c.at < before)
order by c.at desc, c.layer, c.revision desc
limit most
$$;

create index on xiangtu.changes (at);

-- What a revision began that is past is found by it.
create index on xiangtu.towns_history (revision);
create index on xiangtu.villages_history (revision);
create index on xiangtu.grids_history (revision);
create index on xiangtu.belts_history (revision);
create index on xiangtu.stations_history (revision);

---- create above / drop below ----

drop index xiangtu.changes_at_idx, xiangtu.towns_history_revision_idx, xiangtu.villages_history_revision_idx,
    xiangtu.grids_history_revision_idx, xiangtu.belts_history_revision_idx, xiangtu.stations_history_revision_idx;
drop function xiangtu.audit, xiangtu.signature;
revoke select (layer, revision, at) on xiangtu.changes from xiangtu_web;
grant select on xiangtu.changes to xiangtu_web;
