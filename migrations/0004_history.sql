-- What stood on the map before, and who changed it. The database keeps both, whichever way a change comes.

-- One row for each transaction that changed a layer.
create table xiangtu.changes (
    layer    text collate "C" not null references xiangtu.layers (name),
    revision bigint not null,
    at       timestamptz not null,
    actor    text not null,
    surface  text not null,
    primary key (layer, revision)
);

comment on table xiangtu.changes is 'Who changed a layer, when and by which surface; what changed are the versions of its features.';

create index on xiangtu.changes (layer, at);

-- Times grow with revisions, also where transactions that began together wait for each other, so that the layer's
-- revision at a time can be told.
create function xiangtu.begin_change(layer text) returns bigint
language plpgsql security definer set search_path = pg_catalog as $$
declare
    taken bigint;
    moment timestamptz;
begin
    update xiangtu.layers as l
    set revision = l.revision + 1, updated_at = greatest(now(), l.updated_at + interval '1 microsecond')
    where l.name = layer
    returning l.revision, l.updated_at into taken, moment;
    insert into xiangtu.changes (layer, revision, at, actor, surface)
    values (layer, taken, moment, coalesce(nullif(current_setting('xiangtu.actor', true), ''), session_user),
        coalesce(nullif(current_setting('xiangtu.surface', true), ''), 'sql'));
    perform set_config('xiangtu.revision_of_' || layer, taken::text, true);
    perform pg_notify('xiangtu_layers', layer || ' ' || taken);
    return taken;
end
$$;

create or replace function xiangtu.next_revision(layer text) returns bigint
language plpgsql as $$
declare
    taken constant bigint := nullif(current_setting('xiangtu.revision_of_' || layer, true), '');
begin
    return coalesce(taken, xiangtu.begin_change(layer));
end
$$;

-- History begins with what is there.
insert into xiangtu.changes (layer, revision, at, actor, surface)
select name, revision, updated_at, 'unknown', 'migration' from xiangtu.layers where revision > 0;

create function xiangtu.revision_at(layer text, moment timestamptz) returns bigint
language sql stable parallel safe
return (select c.revision from xiangtu.changes as c where c.layer = revision_at.layer and c.at <= moment order by c.at desc limit 1);

comment on function xiangtu.revision_at is 'The revision that a layer had at a time; null before its history begins.';

-- A member of a list is since the revision of its layer, as a feature is.
alter table xiangtu.belt_villages add column revision bigint not null default 0;
alter table xiangtu.station_towns add column revision bigint not null default 0;
update xiangtu.belt_villages as m set revision = f.revision from xiangtu.belts as f where f.code = m.belt_code;
update xiangtu.station_towns as m set revision = f.revision from xiangtu.stations as f where f.code = m.station_code;

create function xiangtu.stamp_member() returns trigger
language plpgsql as $$
begin
    new.revision := xiangtu.next_revision(tg_argv[0]);
    return new;
end
$$;

create trigger stamp before insert or update on xiangtu.belt_villages
for each row execute function xiangtu.stamp_member('belts');
create trigger stamp before insert or update on xiangtu.station_towns
for each row execute function xiangtu.stamp_member('stations');

-- What a row was until a revision goes to a table beside its own, when it is changed or removed; what is current is not
-- stored twice, so that a first import costs nothing more. What a transaction writes and overwrites has never been seen.
create function xiangtu.make_history(relation name, layer text, key text) returns void
language plpgsql as $$
declare
    columns constant text := (
        select string_agg(quote_ident(attname), ', ' order by attnum)
        from pg_attribute
        where attrelid = format('xiangtu.%I', relation)::regclass and attnum > 0 and not attisdropped
    );
begin
    execute format('create table xiangtu.%1$I (like xiangtu.%2$I, until_revision bigint not null, primary key (%3$s, revision))',
        relation || '_history', relation, key);
    execute format('create index on xiangtu.%I using brin (until_revision)', relation || '_history');
    execute format($ddl$
        create function xiangtu.%1$I() returns trigger
        language plpgsql security definer set search_path = pg_catalog as $body$
        declare
            now_at bigint;
        begin
            if exists (select from removed) then
                now_at := xiangtu.next_revision(%3$L);
                insert into xiangtu.%2$I (%4$s, until_revision)
                select %4$s, now_at from removed where revision < now_at;
            end if;
            return null;
        end
        $body$
    $ddl$, 'keep_' || relation, relation || '_history', layer, columns);
    execute format('create trigger keep_changed after update on xiangtu.%1$I referencing old table as removed
        for each statement execute function xiangtu.%2$I()', relation, 'keep_' || relation);
    execute format('create trigger keep_removed after delete on xiangtu.%1$I referencing old table as removed
        for each statement execute function xiangtu.%2$I()', relation, 'keep_' || relation);
    execute format($ddl$
        create function xiangtu.%1$I() returns trigger
        language plpgsql security definer set search_path = pg_catalog as $body$
        declare
            now_at constant bigint := xiangtu.next_revision(%4$L);
        begin
            insert into xiangtu.%2$I (%5$s, until_revision)
            select %5$s, now_at from xiangtu.%3$I where revision < now_at;
            return null;
        end
        $body$
    $ddl$, 'keep_all_' || relation, relation || '_history', relation, layer, columns);
    execute format('create trigger keep_all before truncate on xiangtu.%1$I
        for each statement execute function xiangtu.%2$I()', relation, 'keep_all_' || relation);
    execute format($ddl$
        create function xiangtu.%1$I(moment bigint) returns setof xiangtu.%2$I
        language sql stable parallel safe rows 1000 as $body$
        select %4$s from xiangtu.%2$I where revision <= moment
        union all
        select %4$s from xiangtu.%3$I where revision <= moment and until_revision > moment
        $body$
    $ddl$, relation || '_at', relation, relation || '_history', columns);
end
$$;

select xiangtu.make_history('towns', 'towns', 'code'),
    xiangtu.make_history('villages', 'villages', 'code'),
    xiangtu.make_history('grids', 'grids', 'code'),
    xiangtu.make_history('belts', 'belts', 'code'),
    xiangtu.make_history('belt_villages', 'belts', 'belt_code, position'),
    xiangtu.make_history('stations', 'stations', 'code'),
    xiangtu.make_history('station_towns', 'stations', 'station_code, town_code');

drop trigger count_removal on xiangtu.towns;
drop trigger count_removal on xiangtu.villages;
drop trigger count_removal on xiangtu.grids;
drop trigger count_removal on xiangtu.belts;
drop trigger count_removal on xiangtu.stations;
drop function xiangtu.count_removal;

create index on xiangtu.towns_history using gist (geom);
create index on xiangtu.villages_history using gist (geom);
create index on xiangtu.grids_history using gist (geom);
create index on xiangtu.belts_history using gist (geom);
create index on xiangtu.stations_history using gist (geom);

-- Whoever sees a layer sees what it was. Nobody but the triggers writes it.
create or replace function xiangtu.tables_of(layer text) returns setof regclass
language sql stable as $$
select ('xiangtu.' || t || suffix)::regclass
from unnest(array[layer] || case layer when 'belts' then array['belt_villages'] when 'stations' then array['station_towns'] else '{}' end) as t,
    unnest(array['', '_history']) as suffix
$$;

create function xiangtu.make_history_policy(relation regclass, within text) returns void
language plpgsql as $$
begin
    execute format('alter table %s enable row level security', relation);
    execute format('create policy see on %s for select using (%s)', relation, format(within, '(select xiangtu.scope_to_see())'));
    execute format('grant select on %s to xiangtu_web', relation);
end
$$;

select xiangtu.make_history_policy('xiangtu.towns_history', 'starts_with(code, %s)'),
    xiangtu.make_history_policy('xiangtu.villages_history', 'starts_with(code, %s)'),
    xiangtu.make_history_policy('xiangtu.grids_history', 'starts_with(code, %s)'),
    xiangtu.make_history_policy('xiangtu.belts_history', 'xiangtu.is_belt_within(code, %s)'),
    xiangtu.make_history_policy('xiangtu.belt_villages_history', 'starts_with(village_code, %1$s) and xiangtu.is_belt_within(belt_code, %1$s)'),
    xiangtu.make_history_policy('xiangtu.stations_history', 'starts_with(village_code, %s)'),
    xiangtu.make_history_policy('xiangtu.station_towns_history', 'starts_with(town_code, %1$s) and xiangtu.is_station_within(station_code, %1$s)');

grant select on xiangtu.changes to xiangtu_web;

select xiangtu.publish(name, published) from xiangtu.layers;

---- create above / drop below ----

do $$
declare
    relation text;
begin
    foreach relation in array array['towns', 'villages', 'grids', 'belts', 'belt_villages', 'stations', 'station_towns'] loop
        execute format('drop trigger keep_changed on xiangtu.%1$I; drop trigger keep_removed on xiangtu.%1$I; drop trigger keep_all on xiangtu.%1$I',
            relation);
        execute format('drop function xiangtu.%I, xiangtu.%I, xiangtu.%I',
            'keep_' || relation, 'keep_all_' || relation, relation || '_at');
        execute format('drop table xiangtu.%I', relation || '_history');
    end loop;
end
$$;
drop trigger stamp on xiangtu.belt_villages;
drop trigger stamp on xiangtu.station_towns;
drop function xiangtu.stamp_member, xiangtu.make_history, xiangtu.make_history_policy, xiangtu.revision_at;
alter table xiangtu.belt_villages drop column revision;
alter table xiangtu.station_towns drop column revision;
drop table xiangtu.changes;

create or replace function xiangtu.next_revision(layer text) returns bigint
language plpgsql as $$
declare
    setting constant text := 'xiangtu.revision_of_' || layer;
    taken bigint := nullif(current_setting(setting, true), '');
begin
    if taken is null then
        update xiangtu.layers as l
        set revision = l.revision + 1, updated_at = now()
        where l.name = layer
        returning l.revision into taken;
        perform set_config(setting, taken::text, true);
        perform pg_notify('xiangtu_layers', layer || ' ' || taken);
    end if;
    return taken;
end
$$;
drop function xiangtu.begin_change;

create or replace function xiangtu.tables_of(layer text) returns setof regclass
language sql stable as $$
select ('xiangtu.' || t)::regclass
from unnest(array[layer] || case layer when 'belts' then array['belt_villages'] when 'stations' then array['station_towns'] else '{}' end) as t
$$;

create function xiangtu.count_removal() returns trigger
language plpgsql as $$
begin
    if exists (select from removed) then
        perform xiangtu.next_revision(tg_table_name);
    end if;
    return null;
end
$$;

do $$
declare
    layer text;
begin
    foreach layer in array array['towns', 'villages', 'grids', 'belts', 'stations'] loop
        execute format('create trigger count_removal after delete on xiangtu.%I
            referencing old table as removed
            for each statement execute function xiangtu.count_removal()', layer);
    end loop;
end
$$;
