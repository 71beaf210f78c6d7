-- What an update of a feature costs, and what each row of an import does, made less. Every rule stays in the tables, for
-- every way of writing.

-- How many square metres a square degree has at a latitude: the radii of curvature along the meridian and across it by the
-- cosine, M · N · cos φ = a² (1 - e²) cos φ / (1 - e² sin² φ)², by (π/180)². WGS 84 (EPSG:7030): a = 6378137 m, 1/f =
-- 298.257223563, e² = 0.00669437999014.
create function xiangtu.square_metres_at(latitude double precision) returns double precision
language plpgsql immutable strict parallel safe as $$
begin
    return 12309072079.2949 * cosd(latitude) / (1 - 0.00669437999014 * sind(latitude) ^ 2) ^ 2;
end
$$;

-- The area of polygons whose edges are straight in longitude and latitude (RFC 7946, 3.1.1), in square metres on the
-- ellipsoid. What is lower than 0.03°, some three kilometres, is as large as on a plane with the scale at its centroid, to
-- some 10⁻⁸: what the scale is larger by to the south, it is smaller by to the north. What is higher is taken in a cylindrical
-- projection that keeps areas (EPSG:6933). That takes the edges for straight there, and takes longer.
create function xiangtu.area(g geometry) returns double precision
language sql immutable parallel safe
return case
    when ST_YMax(g) - ST_YMin(g) < 0.03 then ST_Area(g) * xiangtu.square_metres_at(ST_Y(ST_Centroid(g)))
    else ST_Area(ST_Transform(g, 6933))
end;

-- The functions that give what a layer was list its columns in their order, of which the new area is the last.
do $$
declare
    layer text;
    columns text;
begin
    foreach layer in array array['towns', 'villages', 'grids'] loop
        execute format('alter table xiangtu.%I
            drop column area_square_metres,
            add column area_square_metres double precision not null generated always as (xiangtu.area(geom)) stored', layer);
        select string_agg(quote_ident(attname), ', ' order by attnum) into columns
        from pg_attribute
        where attrelid = format('xiangtu.%I', layer)::regclass and attnum > 0 and not attisdropped;
        execute format($ddl$
            create or replace function xiangtu.%1$I(moment bigint) returns setof xiangtu.%2$I
            language sql stable parallel safe rows 1000 as $body$
            select %4$s from xiangtu.%2$I where revision <= moment
            union all
            select %4$s from xiangtu.%3$I where revision <= moment and until_revision > moment
            $body$
        $ddl$, layer || '_at', layer, layer || '_history', columns);
        -- Tiles and pages that somebody keeps have the areas as they were.
        execute format('select xiangtu.next_revision(%1$L) from (select from xiangtu.%1$I limit 1) as one', layer);
    end loop;
end
$$;

-- A row that is updated with the stamp of its transaction needs no trigger to get it.
do $$
declare
    layer text;
begin
    foreach layer in array array['towns', 'villages', 'grids', 'belts', 'stations'] loop
        execute format('drop trigger stamp on xiangtu.%I', layer);
        execute format('create trigger stamp before update on xiangtu.%1$I
            for each row
            when (new.revision::text is distinct from current_setting(''xiangtu.revision_of_%1$s'', true)
                or new.updated_at is distinct from xiangtu.stamp_time())
            execute function xiangtu.stamp()', layer);
    end loop;
end
$$;

-- It is asked by statements and by triggers, which have another search path: with one of its own its plans last, and are
-- not made anew twice in each transaction.
alter function xiangtu.next_revision set search_path = pg_catalog;

-- The same form, for less than what a regular expression takes.
alter table xiangtu.grids
    drop constraint grids_code_check,
    add constraint grids_code_check check (length(code) in (12, 14, 16) and translate(code, '0123456789', '') = '');

-- Grids are listed in the order of their codes; those of a level are found among those of the others.
drop index xiangtu.grids_level_code_idx;

---- create above / drop below ----

do $$
declare
    layer text;
begin
    foreach layer in array array['towns', 'villages', 'grids'] loop
        execute format('alter table xiangtu.%I
            drop column area_square_metres,
            add column area_square_metres double precision not null generated always as (ST_Area(ST_Transform(geom, 6933))) stored', layer);
        execute format('select xiangtu.next_revision(%1$L) from (select from xiangtu.%1$I limit 1) as one', layer);
    end loop;
end
$$;

drop function xiangtu.area, xiangtu.square_metres_at;

alter function xiangtu.next_revision reset search_path;

create index on xiangtu.grids (level, code);

alter table xiangtu.grids
    drop constraint grids_code_check,
    add constraint grids_code_check check (code ~ '^[0-9]{12}([0-9]{2}){0,2}$');

do $$
declare
    layer text;
begin
    foreach layer in array array['towns', 'villages', 'grids', 'belts', 'stations'] loop
        execute format('drop trigger stamp on xiangtu.%I', layer);
        execute format('create trigger stamp before update on xiangtu.%I
            for each row execute function xiangtu.stamp()', layer);
    end loop;
end
$$;
