-- Who may do what. PostgreSQL decides it, row by row, for the role that every surface of the server works as. What a
-- surface says of the request are four settings of its session:
--
--   xiangtu.actor    the name of the key or of the person; empty for nobody
--   xiangtu.role     viewer, editor or admin; empty for nobody
--   xiangtu.scope    the beginning of the division codes that the role holds for; empty for the whole map
--   xiangtu.surface  by which way the request came: graphql, ogc, import …

-- Roles belong to the cluster, which may have another map that made it already.
do $$
begin
    create role xiangtu_web nologin nosuperuser nobypassrls nocreatedb nocreaterole noreplication;
exception
    when duplicate_object or unique_violation then null;
end
$$;

do $$
begin
    if not pg_has_role(current_user, 'xiangtu_web', 'member') then
        execute format('grant xiangtu_web to %I', current_user);
    end if;
end
$$;

grant usage on schema xiangtu to xiangtu_web;
grant select on xiangtu.schema_version, xiangtu.layers to xiangtu_web;
grant select, insert, update, delete on xiangtu.towns, xiangtu.villages, xiangtu.grids, xiangtu.belts,
    xiangtu.belt_villages, xiangtu.stations, xiangtu.station_towns to xiangtu_web;

-- The scope of whoever may see what is not published; null for nobody, which begins no code.
create function xiangtu.scope_to_see() returns text
language sql stable parallel safe
return case when current_setting('xiangtu.role', true) in ('viewer', 'editor', 'admin')
    then coalesce(current_setting('xiangtu.scope', true), '') end;

-- The scope of whoever may change features; null for nobody.
create function xiangtu.scope_to_edit() returns text
language sql stable parallel safe
return case when current_setting('xiangtu.role', true) in ('editor', 'admin')
    then coalesce(current_setting('xiangtu.scope', true), '') end;

-- A belt is within a scope if all its villages are. It reads them past the policies, which would ask it again.
create function xiangtu.is_belt_within(belt text, scope text) returns boolean
language sql stable security definer set search_path = pg_catalog
return scope is not null and not exists (
    select from xiangtu.belt_villages as v where v.belt_code = belt and not starts_with(v.village_code, scope)
);

create function xiangtu.is_station_within(station text, scope text) returns boolean
language sql stable security definer set search_path = pg_catalog
return exists (select from xiangtu.stations as s where s.code = station and starts_with(s.village_code, scope));

-- Each table's rule of what lies within a scope, which stands for %s. The scope is asked for once a statement.
create function xiangtu.make_policies(relation regclass, within text) returns void
language plpgsql as $$
declare
    seen constant text := format(within, '(select xiangtu.scope_to_see())');
    edited constant text := format(within, '(select xiangtu.scope_to_edit())');
begin
    execute format('alter table %s enable row level security', relation);
    execute format('create policy see on %s for select using (%s)', relation, seen);
    execute format('create policy add on %s for insert with check (%s)', relation, edited);
    execute format('create policy change on %s for update using (%2$s) with check (%2$s)', relation, edited);
    execute format('create policy remove on %s for delete using (%s)', relation, edited);
end
$$;

select xiangtu.make_policies('xiangtu.towns', 'starts_with(code, %s)'),
    xiangtu.make_policies('xiangtu.villages', 'starts_with(code, %s)'),
    xiangtu.make_policies('xiangtu.grids', 'starts_with(code, %s)'),
    xiangtu.make_policies('xiangtu.belts', 'xiangtu.is_belt_within(code, %s)'),
    xiangtu.make_policies('xiangtu.belt_villages', 'starts_with(village_code, %1$s) and xiangtu.is_belt_within(belt_code, %1$s)'),
    xiangtu.make_policies('xiangtu.stations', 'starts_with(village_code, %s)'),
    xiangtu.make_policies('xiangtu.station_towns', 'starts_with(town_code, %1$s) and xiangtu.is_station_within(station_code, %1$s)');

alter table xiangtu.layers add column published boolean not null default true;

comment on column xiangtu.layers.published is 'Whether everybody may see the layer.';

-- The tables that a layer is kept in: its own and those of its members.
create function xiangtu.tables_of(layer text) returns setof regclass
language sql stable as $$
select ('xiangtu.' || t)::regclass
from unnest(array[layer] || case layer when 'belts' then array['belt_villages'] when 'stations' then array['station_towns'] else '{}' end) as t
$$;

-- A layer that everybody sees has a policy that lets every row pass. The planner drops what is always true, so that
-- reading costs what it cost without policies, and spatial indexes stay of use: a real condition of a policy would have to
-- be tested before any operator that PostgreSQL does not know to be leakproof, and those of PostGIS are not.
create function xiangtu.publish(layer text, everybody boolean) returns void
language plpgsql as $$
declare
    relation regclass;
begin
    for relation in select xiangtu.tables_of(layer) loop
        execute format('drop policy if exists open on %s', relation);
        if everybody then
            execute format('create policy open on %s for select using (true)', relation);
        end if;
    end loop;
    update xiangtu.layers set published = everybody where name = layer;
end
$$;

select xiangtu.publish(name, true) from xiangtu.layers;

-- A secret has 256 random bits, so that its SHA-256 can be stored without salt or stretching.
create table xiangtu.api_keys (
    id         text collate "C" primary key check (id ~ '^[0-9a-z]{8}$'),
    hash       bytea not null check (length(hash) = 32),
    name       text collate "C" not null check (length(name) between 1 and 200),
    role       text collate "C" not null check (role in ('viewer', 'editor', 'admin')),
    scope      text collate "C" not null check (scope ~ '^([0-9]{2}){0,3}$|^[0-9]{9}$|^[0-9]{12}$'),
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    revoked_at timestamptz
);

comment on table xiangtu.api_keys is 'Keys to the map; the second part of a key is stored as its SHA-256 alone.';

-- The holder of a key that is good now; no row for any other. The server's role reads nothing else of the keys.
create function xiangtu.holder(key_id text, key_hash bytea) returns table (name text, role text, scope text)
language sql stable security definer set search_path = pg_catalog
as $$
select k.name, k.role, k.scope from xiangtu.api_keys as k
where k.id = key_id and k.hash = key_hash and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
$$;

---- create above / drop below ----

do $$
declare
    relation regclass;
    policy name;
begin
    for relation, policy in
        select p.polrelid, p.polname
        from pg_policy as p join pg_class as c on c.oid = p.polrelid
        where c.relnamespace = 'xiangtu'::regnamespace
    loop
        execute format('drop policy %I on %s', policy, relation);
        execute format('alter table %s disable row level security', relation);
    end loop;
end
$$;
drop function xiangtu.holder, xiangtu.publish, xiangtu.tables_of, xiangtu.make_policies,
    xiangtu.is_station_within, xiangtu.is_belt_within, xiangtu.scope_to_edit, xiangtu.scope_to_see;
drop table xiangtu.api_keys;
alter table xiangtu.layers drop column published;
revoke all on all tables in schema xiangtu from xiangtu_web;
revoke all on schema xiangtu from xiangtu_web;
