-- Who changed what is for the admins in whose scope it lies, as everything else is. A change lies within a scope if anything
-- that it began or ended does.

-- What lies within a scope, of a feature now and of a version, by the same rules as the policies of the tables.
do $$
declare
    layer text;
    now_within text;
    then_within text;
begin
    for layer, now_within, then_within in values
        ('towns', 'starts_with(f.code, within)', 'starts_with(f.code, within)'),
        ('villages', 'starts_with(f.code, within)', 'starts_with(f.code, within)'),
        ('grids', 'starts_with(f.code, within)', 'starts_with(f.code, within)'),
        ('belts', 'xiangtu.is_belt_within(f.code, within)', 'xiangtu.was_belt_within(f.code, f.revision, f.until_revision, within)'),
        ('stations', 'starts_with(f.village_code, within)', 'starts_with(f.village_code, within)')
    loop
        execute format($ddl$
            create function xiangtu.%1$I(of_revision bigint, within text) returns boolean
            language sql stable security definer set search_path = pg_catalog
            return exists (select from xiangtu.%2$I as f where f.revision = of_revision and %4$s)
                or exists (select from xiangtu.%3$I as f where f.revision = of_revision and %5$s)
                or exists (select from xiangtu.%3$I as f where f.until_revision = of_revision and %5$s)
        $ddl$, layer || '_changed_within', layer, layer || '_history', now_within, then_within);
    end loop;
end
$$;

-- Whether the session may know who made a change. The whole map has no need to look.
create function xiangtu.may_know_who(of_layer text, of_revision bigint) returns boolean
language plpgsql stable as $$
declare
    within constant text := coalesce(current_setting('xiangtu.scope', true), '');
begin
    if current_setting('xiangtu.role', true) is distinct from 'admin' then
        return false;
    end if;
    if within = '' then
        return true;
    end if;
    return case of_layer
        when 'towns' then xiangtu.towns_changed_within(of_revision, within)
        when 'villages' then xiangtu.villages_changed_within(of_revision, within)
        when 'grids' then xiangtu.grids_changed_within(of_revision, within)
        when 'belts' then xiangtu.belts_changed_within(of_revision, within)
        when 'stations' then xiangtu.stations_changed_within(of_revision, within)
        else false
    end;
end
$$;

create or replace function xiangtu.signature(of_layer text, of_revision bigint) returns table (at timestamptz, actor text, surface text)
language sql stable security definer set search_path = pg_catalog rows 1 as $$
select c.at, case when k.may then c.actor end, case when k.may then c.surface end
from xiangtu.changes as c, lateral (select xiangtu.may_know_who(c.layer, c.revision) as may offset 0) as k
where c.layer = of_layer and c.revision = of_revision
$$;

create or replace function xiangtu.audit(of_layers text[], by_actor text, by_surface text, since timestamptz, before timestamptz, most bigint)
returns table (layer text, revision bigint, at timestamptz, actor text, surface text)
language sql stable security definer set search_path = pg_catalog as $$
select c.layer, c.revision, c.at, c.actor, c.surface
from xiangtu.changes as c
where (of_layers is null or c.layer = any (of_layers))
    and (by_actor is null or c.actor = by_actor)
    and (by_surface is null or c.surface = by_surface)
    and (since is null or c.at >= since)
    and (before is null or c.at < before)
    and xiangtu.may_know_who(c.layer, c.revision)
order by c.at desc, c.layer, c.revision desc
limit most
$$;

-- To take a layer from the public ends what was signed for it, also where nobody but those who have a signature could see it.
create or replace function xiangtu.publish_by_admin(layer text, everybody boolean) returns void
language plpgsql security definer set search_path = pg_catalog set lock_timeout = '3s' as $$
declare
    now_at bigint;
begin
    if current_setting('xiangtu.role', true) is distinct from 'admin' or coalesce(current_setting('xiangtu.scope', true), '') <> '' then
        raise insufficient_privilege using message = 'only an admin of the whole map publishes a layer';
    end if;
    if not everybody and exists (select from xiangtu.layers as l where l.name = layer and not l.published) then
        now_at := xiangtu.next_revision(layer);
        update xiangtu.layers as l set published_since = now_at where l.name = layer;
    end if;
    perform xiangtu.publish(layer, everybody);
end
$$;

---- create above / drop below ----

create or replace function xiangtu.publish_by_admin(layer text, everybody boolean) returns void
language plpgsql security definer set search_path = pg_catalog set lock_timeout = '3s' as $$
begin
    if current_setting('xiangtu.role', true) is distinct from 'admin' or coalesce(current_setting('xiangtu.scope', true), '') <> '' then
        raise insufficient_privilege using message = 'only an admin of the whole map publishes a layer';
    end if;
    perform xiangtu.publish(layer, everybody);
end
$$;

create or replace function xiangtu.signature(of_layer text, of_revision bigint) returns table (at timestamptz, actor text, surface text)
language sql stable security definer set search_path = pg_catalog rows 1 as $$
select c.at,
    case when current_setting('xiangtu.role', true) = 'admin' then c.actor end,
    case when current_setting('xiangtu.role', true) = 'admin' then c.surface end
from xiangtu.changes as c
where c.layer = of_layer and c.revision = of_revision
$$;

create or replace function xiangtu.audit(of_layers text[], by_actor text, by_surface text, since timestamptz, before timestamptz, most bigint)
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

drop function xiangtu.may_know_who, xiangtu.towns_changed_within, xiangtu.villages_changed_within,
    xiangtu.grids_changed_within, xiangtu.belts_changed_within, xiangtu.stations_changed_within;
