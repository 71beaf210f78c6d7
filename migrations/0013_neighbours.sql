-- Towns, villages and grids share their boundaries, also with what lies beyond a scope: who puts a vertex into a boundary has to
-- know whose it is, or the two sides would no longer be the same.

-- The features on whose boundaries vertices lie, within a tolerance in degrees, besides some grids. It reads them past the
-- policies; seen says whether the actor would see the feature.
create function xiangtu.features_at(vertices public.geometry, tolerance double precision, besides text[])
returns table (layer text, code text, revision bigint, geom public.geometry, seen boolean)
language sql stable security definer set search_path = pg_catalog, public as $$
select f.*, l.published or coalesce(starts_with(f.code, xiangtu.scope_to_see()), false)
from (
    select 'towns', t.code, t.revision, t.geom
    from xiangtu.towns as t where ST_DWithin(t.geom, vertices, tolerance)
    union all
    select 'villages', v.code, v.revision, v.geom
    from xiangtu.villages as v where ST_DWithin(v.geom, vertices, tolerance)
    union all
    select 'grids', g.code, g.revision, g.geom
    from xiangtu.grids as g where ST_DWithin(g.geom, vertices, tolerance) and g.code <> all (besides)
) as f (layer, code, revision, geom)
join xiangtu.layers as l on l.name = f.layer
$$;

revoke execute on function xiangtu.features_at from public;
grant execute on function xiangtu.features_at to xiangtu_web;

---- create above / drop below ----

drop function xiangtu.features_at;
