-- The map: five typed tables, and the revisions that every way of writing counts.

-- In public, whatever the search path is: a role of the name of our schema would get it there.
create extension if not exists postgis with schema public;

create table xiangtu.layers (
    name       text collate "C" primary key,
    revision   bigint not null default 0,
    updated_at timestamptz not null default now()
);

comment on table xiangtu.layers is 'The revision of each layer: grows by one with each transaction that changes it.';

insert into xiangtu.layers (name)
values ('towns'), ('villages'), ('grids'), ('belts'), ('stations');

-- The first change of a transaction takes the layer's next revision and tells the listeners; the rest of the
-- transaction uses the same. The setting is local to the transaction, so that a rollback, also to a savepoint,
-- takes it back together with the count. The row lock makes the order of revisions the order of commits.
create function xiangtu.next_revision(layer text) returns bigint
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

create function xiangtu.stamp() returns trigger
language plpgsql as $$
begin
    new.revision := xiangtu.next_revision(tg_table_name);
    new.updated_at := now();
    return new;
end
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

create function xiangtu.count_truncation() returns trigger
language plpgsql as $$
begin
    perform xiangtu.next_revision(tg_table_name);
    return null;
end
$$;

-- A list of members belongs to the feature that it is a list of: to change it is to change that feature.
create function xiangtu.touch_belt() returns trigger
language plpgsql as $$
begin
    update xiangtu.belts set revision = revision
    where code in (select belt_code from changed);
    return null;
end
$$;

create function xiangtu.touch_station() returns trigger
language plpgsql as $$
begin
    update xiangtu.stations set revision = revision
    where code in (select station_code from changed);
    return null;
end
$$;

-- Whether a geometry is fit for the map: valid, not empty, within the degrees of the earth.
create function xiangtu.is_fit(g geometry) returns boolean
language sql immutable parallel safe
return not ST_IsEmpty(g)
    and ST_IsValid(g)
    and ST_XMin(g) >= -180 and ST_XMax(g) <= 180
    and ST_YMin(g) >= -90 and ST_YMax(g) <= 90;

create function xiangtu.extent(g geometry) returns double precision[]
language sql immutable parallel safe
return array[ST_XMin(g), ST_YMin(g), ST_XMax(g), ST_YMax(g)];

create table xiangtu.towns (
    fid                bigint generated always as identity primary key,
    code               text collate "C" not null unique check (code ~ '^[0-9]{9}$'),
    name               text collate "C" not null check (length(name) between 1 and 200),
    pinyin             text collate "C" not null,
    kind               text collate "C" not null check (kind in ('town', 'subdistrict', 'special')),
    county_code        text collate "C" not null generated always as (left(code, 6)) stored,
    provenance         text,
    revision           bigint not null,
    updated_at         timestamptz not null,
    geom               geometry(MultiPolygon, 4326) not null check (xiangtu.is_fit(geom) and ST_IsPolygonCCW(geom)),
    bbox               double precision[] not null generated always as (xiangtu.extent(geom)) stored,
    label_point        geometry(Point, 4326) not null generated always as (ST_PointOnSurface(geom)) stored,
    area_square_metres double precision not null generated always as (ST_Area(geom::geography)) stored
);

create table xiangtu.villages (
    fid                bigint generated always as identity primary key,
    code               text collate "C" not null unique check (code ~ '^[0-9]{12}$'),
    name               text collate "C" not null check (length(name) between 1 and 200),
    pinyin             text collate "C" not null,
    kind               text collate "C" not null check (kind in ('village', 'community')),
    official_name      text collate "C" check (length(official_name) between 1 and 200),
    town_code          text collate "C" not null generated always as (left(code, 9)) stored references xiangtu.towns (code),
    provenance         text,
    revision           bigint not null,
    updated_at         timestamptz not null,
    geom               geometry(MultiPolygon, 4326) not null check (xiangtu.is_fit(geom) and ST_IsPolygonCCW(geom)),
    bbox               double precision[] not null generated always as (xiangtu.extent(geom)) stored,
    label_point        geometry(Point, 4326) not null generated always as (ST_PointOnSurface(geom)) stored,
    area_square_metres double precision not null generated always as (ST_Area(geom::geography)) stored
);

create index on xiangtu.villages (town_code, code);

-- A grid's code says its level, its village and its parent, so these are derived from it and cannot contradict it:
-- a parent is one level up by construction.
create table xiangtu.grids (
    fid                bigint generated always as identity primary key,
    code               text collate "C" not null unique check (code ~ '^[0-9]{12}([0-9]{2}){0,2}$'),
    name               text collate "C" not null check (length(name) between 1 and 200),
    pinyin             text collate "C" not null,
    level              integer not null generated always as ((length(code) - 10) / 2) stored check (level between 1 and 3),
    workers            integer not null check (workers between 0 and 1000000),
    village_code       text collate "C" not null generated always as (left(code, 12)) stored references xiangtu.villages (code),
    parent_code        text collate "C" generated always as (
        case when length(code) > 12 then left(code, length(code) - 2) end
    ) stored references xiangtu.grids (code),
    provenance         text,
    revision           bigint not null,
    updated_at         timestamptz not null,
    geom               geometry(MultiPolygon, 4326) not null check (xiangtu.is_fit(geom) and ST_IsPolygonCCW(geom)),
    bbox               double precision[] not null generated always as (xiangtu.extent(geom)) stored,
    label_point        geometry(Point, 4326) not null generated always as (ST_PointOnSurface(geom)) stored,
    area_square_metres double precision not null generated always as (ST_Area(geom::geography)) stored
);

create index on xiangtu.grids (village_code, code);
create index on xiangtu.grids (parent_code, code);
create index on xiangtu.grids (level, code);

create table xiangtu.belts (
    fid             bigint generated always as identity primary key,
    code            text collate "C" not null unique check (length(code) between 1 and 32),
    name            text collate "C" not null check (length(name) between 1 and 200),
    pinyin          text collate "C" not null,
    status          text collate "C" not null check (status in ('planned', 'building', 'complete')),
    corridor_metres double precision not null check (corridor_metres > 0 and corridor_metres <= 20000),
    provenance      text,
    revision        bigint not null,
    updated_at      timestamptz not null,
    geom            geometry(LineString, 4326) not null check (xiangtu.is_fit(geom)),
    bbox            double precision[] not null generated always as (xiangtu.extent(geom)) stored,
    label_point     geometry(Point, 4326) not null generated always as (ST_LineInterpolatePoint(geom, 0.5)) stored,
    length_metres   double precision not null generated always as (ST_Length(geom::geography)) stored
);

create table xiangtu.belt_villages (
    belt_code    text collate "C" not null references xiangtu.belts (code) on delete cascade,
    position     integer not null check (position >= 1),
    village_code text collate "C" not null references xiangtu.villages (code),
    primary key (belt_code, position),
    unique (village_code, belt_code)
);

comment on table xiangtu.belt_villages is 'The villages of a belt, in the order of its route.';

create table xiangtu.stations (
    fid          bigint generated always as identity primary key,
    code         text collate "C" not null unique check (length(code) between 1 and 32),
    name         text collate "C" not null check (length(name) between 1 and 200),
    pinyin       text collate "C" not null,
    village_code text collate "C" not null references xiangtu.villages (code),
    provenance   text,
    revision     bigint not null,
    updated_at   timestamptz not null,
    geom         geometry(Point, 4326) not null check (xiangtu.is_fit(geom)),
    bbox         double precision[] not null generated always as (xiangtu.extent(geom)) stored,
    label_point  geometry(Point, 4326) not null generated always as (geom) stored
);

create index on xiangtu.stations (village_code);

create table xiangtu.station_towns (
    station_code text collate "C" not null references xiangtu.stations (code) on delete cascade,
    town_code    text collate "C" not null references xiangtu.towns (code),
    primary key (station_code, town_code),
    unique (town_code, station_code)
);

comment on table xiangtu.station_towns is 'The towns that a station serves.';

-- What every layer has: a spatial index for tests in the plane, one for distances on the ellipsoid, and its triggers.
do $$
declare
    layer text;
begin
    foreach layer in array array['towns', 'villages', 'grids', 'belts', 'stations'] loop
        execute format('create index %1$s_geom_idx on xiangtu.%1$I using gist (geom)', layer);
        execute format('create index %1$s_geography_idx on xiangtu.%1$I using gist ((geom::geography))', layer);
        execute format('create trigger stamp before insert or update on xiangtu.%I
            for each row execute function xiangtu.stamp()', layer);
        execute format('create trigger count_removal after delete on xiangtu.%I
            referencing old table as removed
            for each statement execute function xiangtu.count_removal()', layer);
        execute format('create trigger count_truncation after truncate on xiangtu.%I
            for each statement execute function xiangtu.count_truncation()', layer);
    end loop;
end
$$;

create trigger touch_on_insert after insert on xiangtu.belt_villages
referencing new table as changed for each statement execute function xiangtu.touch_belt();
create trigger touch_on_update after update on xiangtu.belt_villages
referencing new table as changed for each statement execute function xiangtu.touch_belt();
create trigger touch_on_delete after delete on xiangtu.belt_villages
referencing old table as changed for each statement execute function xiangtu.touch_belt();

create trigger touch_on_insert after insert on xiangtu.station_towns
referencing new table as changed for each statement execute function xiangtu.touch_station();
create trigger touch_on_update after update on xiangtu.station_towns
referencing new table as changed for each statement execute function xiangtu.touch_station();
create trigger touch_on_delete after delete on xiangtu.station_towns
referencing old table as changed for each statement execute function xiangtu.touch_station();

---- create above / drop below ----

drop table xiangtu.station_towns, xiangtu.stations, xiangtu.belt_villages, xiangtu.belts,
    xiangtu.grids, xiangtu.villages, xiangtu.towns, xiangtu.layers;
drop function xiangtu.extent, xiangtu.is_fit, xiangtu.touch_station, xiangtu.touch_belt,
    xiangtu.count_truncation, xiangtu.count_removal, xiangtu.stamp, xiangtu.next_revision;
