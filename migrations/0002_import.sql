-- What each row of an import costs, made less. Every rule stays in the tables, for every way of writing.

-- Whether a geometry is fit for the map: valid, not empty, within the degrees of the earth. The box that a geometry
-- carries is rounded outwards, but not where it touches the degrees of the earth, so that it tells as exactly.
create or replace function xiangtu.is_fit(g geometry) returns boolean
language sql immutable parallel safe
return not ST_IsEmpty(g)
    and g operator(public.@) ST_MakeEnvelope(-180, -90, 180, 90, 4326)
    and ST_IsValid(g);

-- A box with all in it that lies within so many metres of a geometry, for an index on geometries to find them first. It
-- is never too small: the earth is taken at its narrowest, 110574 metres a degree of latitude, and a thousandth more;
-- and where the box would go over a pole or the antimeridian, it goes round the earth.
--
-- An edge on the ellipsoid runs nearer to the pole than straight on the map, by 90° - 2 atan(√cos(w/2)) at the most where
-- it is w degrees wide. Of the geometry itself this is added; and 0.0003° for what is found, enough for edges of half a
-- degree. What has longer ones is found by where it is on the map.
create function xiangtu.around(g geometry, metres double precision) returns geometry
language plpgsql immutable strict parallel safe as $$
declare
    reach constant double precision := 1.001 * (metres + 0.001) / 110574;
    width constant double precision := ST_XMax(g) - ST_XMin(g);
    bulge double precision;
    furthest double precision;
    side double precision;
begin
    if width >= 180 then
        return ST_MakeEnvelope(-180, -90, 180, 90, 4326);
    end if;
    bulge := 1.01 * (90 - 2 * atand(sqrt(cosd(width / 2)))) + 0.0003;
    furthest := greatest(ST_YMax(g), -ST_YMin(g)) + bulge;
    if furthest + reach < 90 then
        side := asind(sind(reach) / cosd(furthest));
    end if;
    if side is null or ST_XMin(g) - side <= -180 or ST_XMax(g) + side >= 180 then
        return ST_MakeEnvelope(-180, ST_YMin(g) - bulge - reach, 180, ST_YMax(g) + bulge + reach, 4326);
    end if;
    return ST_MakeEnvelope(ST_XMin(g) - side, ST_YMin(g) - bulge - reach, ST_XMax(g) + side, ST_YMax(g) + bulge + reach, 4326);
end
$$;

-- A revision is like the number of a row: the database alone gives it.
create function xiangtu.refuse_stamp() returns trigger
language plpgsql as $$
begin
    raise exception 'revision and updated_at of xiangtu.% are given by the database: leave them out', tg_table_name
        using errcode = 'generated_always';
end
$$;

-- The area of polygons, whose edges are straight in longitude and latitude (RFC 7946, 3.1.1), is taken in a cylindrical
-- projection that keeps areas.
alter table xiangtu.towns
    drop column area_square_metres,
    add column area_square_metres double precision not null generated always as (ST_Area(ST_Transform(geom, 6933))) stored;
alter table xiangtu.villages
    drop column area_square_metres,
    add column area_square_metres double precision not null generated always as (ST_Area(ST_Transform(geom, 6933))) stored;

-- A grid with a parent has its village through it, for codes nest: only those of level 1 have to name one that is there.
alter table xiangtu.grids
    drop column area_square_metres,
    drop constraint grids_village_code_fkey,
    add column area_square_metres double precision not null generated always as (ST_Area(ST_Transform(geom, 6933))) stored,
    add column root_village_code text collate "C" generated always as (
        case when length(code) = 12 then code end
    ) stored references xiangtu.villages (code);

-- A new row gets its stamp as a default, and a condition after the row holds it to that: before the row, a trigger would
-- have rows written one by one, and not by the page. A sequence that is asked for a hundred numbers at once costs a tenth;
-- gaps in them have no meaning.
do $$
declare
    layer text;
begin
    foreach layer in array array['towns', 'villages', 'grids', 'belts', 'stations'] loop
        execute format('drop index xiangtu.%I', layer || '_geography_idx');
        execute format('alter table xiangtu.%1$I
            alter column fid set cache 100,
            alter column revision set default coalesce(
                nullif(current_setting(''xiangtu.revision_of_%1$s'', true), '''')::bigint, xiangtu.next_revision(''%1$s'')),
            alter column updated_at set default now()', layer);
        execute format('drop trigger stamp on xiangtu.%I', layer);
        execute format('create trigger stamp before update on xiangtu.%I
            for each row execute function xiangtu.stamp()', layer);
        execute format('create trigger refuse_stamp after insert on xiangtu.%1$I
            for each row
            when (new.revision::text is distinct from current_setting(''xiangtu.revision_of_%1$s'', true)
                or new.updated_at is distinct from now())
            execute function xiangtu.refuse_stamp()', layer);
    end loop;
    -- Tiles and pages that somebody keeps have the areas as they were.
    perform xiangtu.next_revision('towns') from (select from xiangtu.towns limit 1) as one;
    perform xiangtu.next_revision('villages') from (select from xiangtu.villages limit 1) as one;
    perform xiangtu.next_revision('grids') from (select from xiangtu.grids limit 1) as one;
end
$$;

---- create above / drop below ----

do $$
declare
    layer text;
begin
    foreach layer in array array['towns', 'villages', 'grids', 'belts', 'stations'] loop
        execute format('drop trigger stamp on xiangtu.%I', layer);
        execute format('drop trigger refuse_stamp on xiangtu.%I', layer);
        execute format('create trigger stamp before insert or update on xiangtu.%I
            for each row execute function xiangtu.stamp()', layer);
        execute format('alter table xiangtu.%I
            alter column fid set cache 1,
            alter column revision drop default,
            alter column updated_at drop default', layer);
        execute format('create index %1$s_geography_idx on xiangtu.%1$I using gist ((geom::geography))', layer);
    end loop;
    perform xiangtu.next_revision('towns') from (select from xiangtu.towns limit 1) as one;
    perform xiangtu.next_revision('villages') from (select from xiangtu.villages limit 1) as one;
    perform xiangtu.next_revision('grids') from (select from xiangtu.grids limit 1) as one;
end
$$;

alter table xiangtu.grids
    drop column root_village_code,
    drop column area_square_metres,
    add column area_square_metres double precision not null generated always as (ST_Area(geom::geography)) stored,
    add constraint grids_village_code_fkey foreign key (village_code) references xiangtu.villages (code);
alter table xiangtu.villages
    drop column area_square_metres,
    add column area_square_metres double precision not null generated always as (ST_Area(geom::geography)) stored;
alter table xiangtu.towns
    drop column area_square_metres,
    add column area_square_metres double precision not null generated always as (ST_Area(geom::geography)) stored;

drop function xiangtu.refuse_stamp, xiangtu.around;

create or replace function xiangtu.is_fit(g geometry) returns boolean
language sql immutable parallel safe
return not ST_IsEmpty(g)
    and ST_IsValid(g)
    and ST_XMin(g) >= -180 and ST_XMax(g) <= 180
    and ST_YMin(g) >= -90 and ST_YMax(g) <= 90;
